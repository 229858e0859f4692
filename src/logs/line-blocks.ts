import { type FileHandle, open } from 'node:fs/promises'
import { errorCode } from './log-disk.ts'

const blockLength = 1024 * 1024
/** A file with a longer line is not a log of ours: the rest of it is left alone. */
const longestLine = 16 * blockLength
const lineFeed = 0x0a

export interface LineBlockOptions {
  /** Blocks that no reader uses now; a reader takes one, and gives it back at its end. */
  readonly spare: Buffer[]
  readonly signal?: AbortSignal | undefined
}

/**
 * A file in blocks of whole lines, each good until the next is asked for; none when there is no such
 * file. What is written meanwhile may be missed, and so is a last line without its end.
 */
export async function* lineBlocks(
  path: string,
  { spare, signal }: LineBlockOptions,
): AsyncGenerator<Buffer, void> {
  const handle = await openExisting(path)
  if (handle === undefined) return
  let block = spare.pop() ?? Buffer.allocUnsafeSlow(blockLength)
  try {
    for (let kept = 0; ;) {
      signal?.throwIfAborted()
      const { bytesRead } = await handle.read(block, kept, block.length - kept)
      if (bytesRead === 0) return
      const filled = kept + bytesRead
      const end = block.subarray(0, filled).lastIndexOf(lineFeed) + 1
      if (end > 0) yield block.subarray(0, end)
      block.copyWithin(0, end, filled)
      kept = filled - end
      if (kept === block.length) {
        if (kept >= longestLine) return
        block = Buffer.concat([block], 2 * kept)
      }
    }
  } finally {
    if (block.length === blockLength) spare.push(block)
    await handle.close()
  }
}

/** Opens a file to read; undefined when there is none: retention may have removed it. */
export async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
