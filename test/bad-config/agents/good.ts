export const agent = { onEndOfData: () => undefined }
