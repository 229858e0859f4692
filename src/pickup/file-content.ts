import { HeaderCollector, type SplitContent } from '../message/header-collector.ts'
import { CrlfLines } from '../dsn/crlf-lines.ts'
import type { Bytes } from '../base/byte-size.ts'

/** What may stand above a message's body in a file. */
export interface HeaderLimits {
  readonly size: Bytes
  readonly fields: number
}

/** A file's header and how the rest of it is read. */
export interface FileContent {
  readonly top: SplitContent
  /** What follows `top.body`, in pieces. */
  readonly rest: AsyncIterable<Buffer>
}

/**
 * Reads a file's header; text: why it cannot be a message. A file whose first line has no CR was written
 * by a program of this machine, where LF ends lines: all its lines get CRLF. Any other is as it is.
 */
export async function readContent(
  pieces: AsyncIterable<Buffer>,
  { size, fields }: HeaderLimits,
): Promise<FileContent | string> {
  const rest = withWireLines(pieces)
  const collector = new HeaderCollector(size, fields)
  for (;;) {
    const { done, value } = await rest.next()
    if (done === true) return { top: collector.end(), rest }
    const progress = collector.push(value)
    if (progress.kind === 'too-large')
      return `its header has more than ${size} bytes or ${fields} fields`
    if (progress.kind === 'complete') return { top: progress, rest }
  }
}

async function* withWireLines(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, void> {
  let lines: CrlfLines | undefined
  let isFirst = true
  for await (const piece of pieces) {
    if (isFirst) {
      const end = piece.indexOf(0x0a)
      if (end !== -1 && piece[end - 1] !== 0x0d) lines = new CrlfLines()
      isFirst = false
    }
    const content = lines?.push(piece) ?? piece
    if (content.length > 0) yield content
  }
  const last = lines?.end()
  if (last !== undefined && last.length > 0) yield last
}
