import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bytes } from '../base/byte-size.ts'

/** A log file open for appending. */
export interface LogFile {
  append(data: Buffer): Promise<void>
  /** False once the file was deleted: what is appended then is seen by nobody. */
  exists(): Promise<boolean>
  close(): Promise<void>
}

/** What the writer of logs needs of a disk. Every method may reject with the system's error. */
export interface LogDisk {
  /** Creates the file and the folders above it; rejects with EEXIST when it is there. */
  create(path: string): Promise<LogFile>
  /** The files of a folder; none when there is no such folder. */
  list(folder: string): Promise<readonly { readonly name: string; readonly size: Bytes }[]>
  remove(path: string): Promise<void>
}

/** The machine's disk. */
export const systemLogDisk: LogDisk = {
  async create(path) {
    await makeFolder(dirname(path))
    // Exclusive, so that two processes can never write one file.
    const handle = await open(path, 'ax', 0o600)
    return {
      append: (data) => handle.appendFile(data),
      exists: async () => (await handle.stat()).nlink > 0,
      close: () => handle.close(),
    }
  },
  async list(folder) {
    const names = await readdir(folder).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    })
    const sized = names.map(async (name) => {
      const size = await stat(join(folder, name)).then(
        (facts) => facts.size,
        () => undefined,
      )
      return size === undefined ? [] : [{ name, size }]
    })
    return (await Promise.all(sized)).flat()
  },
  remove: (path) => rm(path, { force: true }),
}

/**
 * Makes the folder and those above it. Step by step, for Node's recursive mkdir never returns where the
 * working folder was deleted. Rejects without EEXIST, which would say that the log is there, when something
 * else stands in the folder's place.
 */
async function makeFolder(folder: string): Promise<void> {
  if (await isMade(folder)) return
  if (dirname(folder) !== folder) await makeFolder(dirname(folder))
  if (!(await isMade(folder))) throw new Error(`${folder}: the folder above it was deleted`)
}

/** False when there is no folder to make it in. */
async function isMade(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    if (errorCode(error) !== 'EEXIST') throw error
    if (!(await stat(folder)).isDirectory())
      throw new Error(`${folder} is not a folder; move it away`, { cause: error })
  }
  return true
}

/** The system's code of an error (`ENOSPC`), undefined when it has none. */
export function errorCode(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
