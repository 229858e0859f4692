import { workedOutAside } from '../base/aside.ts'
import type { LoadedFile } from './loaded-file.ts'

/**
 * Reads a file of recipients in a process of its own: a hundred thousand of them hold nothing up, and what it takes to
 * read them does not stay. Never rejects.
 */
export async function loadFileAside(file: string): Promise<LoadedFile> {
  try {
    const program = new URL('./file-process.ts', import.meta.url)
    return whole(await workedOutAside({ program, argument: file, does: `reads ${file}` }))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return { kind: 'refused', problems: [`${file}: cannot be read: ${reason}`], count: 1 }
  }
}

/** A Buffer comes out of a process as the plain array below it. */
function whole(loaded: LoadedFile): LoadedFile {
  if (loaded.kind === 'refused') return loaded
  const { records, slots, count } = loaded.index
  const { buffer, byteOffset, byteLength } = records
  return {
    ...loaded,
    index: { records: Buffer.from(buffer, byteOffset, byteLength), slots, count },
  }
}
