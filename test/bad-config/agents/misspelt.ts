export const agent = { onEndofData: () => undefined }
