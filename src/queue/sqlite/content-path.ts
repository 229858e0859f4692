import { join } from 'node:path'

/** What is put behind the path of a queue file for the folder of its large contents. */
export const contentSuffix = '-content'

/** Where the queue file at `queuePath` has its large contents, each in a file of its own. */
export function contentFolder(queuePath: string): string {
  return queuePath + contentSuffix
}

/** The file of a message's content within that folder. */
export function contentPath(folder: string, message: number): string {
  return join(folder, `${message}.eml`)
}

/** Whose content a file of this name is; undefined for a file that is not ours. */
export function messageOfContent(fileName: string): number | undefined {
  const digits = /^([1-9]\d{0,15})\.eml$/.exec(fileName)?.[1]
  return digits === undefined ? undefined : Number(digits)
}
