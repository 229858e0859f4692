import { randomUUID } from 'node:crypto'
import { type FileHandle, link, open, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Who may do what with a new file. */
export interface FileRights {
  readonly mode: number
  /** A file whose owner the new one gets; for root, who works on a file of the service's account. */
  readonly ownerOf?: string
}

/**
 * Makes a file that is either there complete and flushed to disk, or not at all, also after a power
 * cut. Returns false, leaving it as it is, when the file exists: of several that try at once exactly
 * one succeeds.
 */
export async function createDurably(
  path: string,
  content: string,
  rights: FileRights,
): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFlushed(temporary, content, rights)
    if (!(await linkOnce(temporary, path))) return false
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
  await flushFolder(dirname(path))
  return true
}

/**
 * Puts new content in the place of a file, with its rights and its owner: whoever reads it, also after
 * a power cut, sees the old content whole or the new one whole. One caller at a time: what an earlier
 * one left behind when it was killed is taken away.
 */
export async function replaceDurably(path: string, content: string): Promise<void> {
  const { mode } = await stat(path)
  const temporary = `${path}.new`
  await rm(temporary, { force: true })
  try {
    await writeFlushed(temporary, content, { mode: mode & 0o777, ownerOf: path })
    await rename(temporary, path)
  } catch (error) {
    await unlink(temporary).catch(() => undefined)
    throw error
  }
  await flushFolder(dirname(path))
}

async function writeFlushed(path: string, content: string, rights: FileRights): Promise<void> {
  const file = await open(path, 'wx', rights.mode)
  try {
    await giveRights(file, rights)
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** The mode at opening is cut by the process's umask, so it is set again. */
async function giveRights(file: FileHandle, { mode, ownerOf }: FileRights): Promise<void> {
  await file.chmod(mode)
  if (ownerOf === undefined) return
  const [own, wanted] = [await file.stat(), await stat(ownerOf)]
  if (own.uid !== wanted.uid || own.gid !== wanted.gid) await file.chown(wanted.uid, wanted.gid)
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Flushes which files a folder holds. */
export async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
