export const agent = {}
