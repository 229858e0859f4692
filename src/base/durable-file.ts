import { randomUUID } from 'node:crypto'
import { link, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'

/**
 * Makes a file that is either there complete and flushed to disk, or not at all, also after a power
 * cut. Returns false, leaving it as it is, when the file exists: of several that try at once exactly
 * one succeeds.
 */
export async function createDurably(path: string, content: string, mode: number): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`
  try {
    await writeFlushed(temporary, content, mode)
    if (!(await linkOnce(temporary, path))) return false
  } finally {
    await unlink(temporary).catch(() => undefined)
  }
  await flushFolder(dirname(path))
  return true
}

async function writeFlushed(path: string, content: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
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

async function flushFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
