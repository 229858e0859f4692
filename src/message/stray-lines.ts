import { HeaderBlock } from './header-block.ts'
import { lineKind, markLength } from './header-line.ts'

const lineFeed = 0x0a

/**
 * The header without the lines that belong to no field: those that part the messages of an mbox file,
 * folded lines above the first field, and a byte order mark. A fold that such a line cut off comes back to its field. As
 * they are they would end the header at the next hop, or become part of the field that is put above.
 */
export function withoutStrayLines({ bytes }: HeaderBlock): HeaderBlock {
  const kept: Buffer[] = []
  for (let start = markLength(bytes, bytes.length) ?? 0; start < bytes.length;) {
    const lineEnd = bytes.indexOf(lineFeed, start)
    const end = lineEnd === -1 ? bytes.length : lineEnd + 1
    const kind = lineKind(bytes, start, bytes.length)
    const isStray = kind === 'mailbox' || kind === 'from'
    if (!isStray && (kind !== 'continuation' || kept.length > 0))
      kept.push(bytes.subarray(start, end))
    start = end
  }
  return new HeaderBlock(Buffer.concat(kept))
}
