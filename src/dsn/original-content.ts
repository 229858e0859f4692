import { isAscii } from 'node:buffer'
import type { Awaitable } from '../base/awaitable.ts'
import { HeaderBlock } from '../message/header-block.ts'
import { headerFamily } from '../message/header-families.ts'
import { CrlfLines } from './crlf-lines.ts'

/** The stored message that a notification is about. */
export interface Original {
  readonly readHeader: () => Awaitable<Buffer>
  /** Undefined past the end. */
  readonly readBody: (index: number) => Awaitable<Buffer | undefined>
}

/** What a notification must know of its original before it begins. */
export interface OriginalFacts {
  /** For people to read: with CRLF lines, without the fields that are for the inside alone. */
  readonly header: HeaderBlock
  /** Content that message/rfc822 can carry: no NUL, a header within reason. */
  readonly returnable: boolean
  readonly eightBit: boolean
}

/** A longer header is not returned. */
export const longestHeader = 1024 ** 2

/** Reads the original's header, and with `whole` what its octets are like. */
export async function inspectOriginal(original: Original, whole: boolean): Promise<OriginalFacts> {
  const header = await original.readHeader()
  const isReasonable = header.length <= longestHeader
  const shown = presentable(new HeaderBlock(isReasonable ? header : Buffer.alloc(0)))
  let returnable = isReasonable && !header.includes(0)
  let eightBit = whole && !isAscii(header)
  for (let index = 0; whole && returnable; index++) {
    const piece = await original.readBody(index)
    if (piece === undefined) break
    eightBit ||= !isAscii(piece)
    returnable = !piece.includes(0)
  }
  const measured = whole && returnable
  return { header: shown, returnable, eightBit: measured ? eightBit : !isAscii(shown.bytes) }
}

/** The original as it is returned, in pieces, with CRLF lines. */
export async function* originalContent(original: Original): AsyncGenerator<Buffer, void, void> {
  const lines = new CrlfLines()
  yield returnedHeader(presentable(new HeaderBlock(await original.readHeader()))).bytes
  for (let index = 0; ; index++) {
    const piece = await original.readBody(index)
    if (piece === undefined) break
    yield lines.push(piece)
  }
  yield lines.end()
}

const emptyLine = Buffer.from('\r\n')

/** The header as it is attached: Exchange returns an original without its routing fields. */
export function returnedHeader(header: HeaderBlock): HeaderBlock {
  return header.without(({ name }) => headerFamily(name) === 'Routing')
}

function presentable(header: HeaderBlock): HeaderBlock {
  const kept = header.without(({ name }) => (headerFamily(name) ?? 'Routing') !== 'Routing')
  const lines = new CrlfLines()
  const parts = [lines.push(withoutNul(kept.bytes)), lines.end()]
  if (kept.bytes.length > 0 && kept.bytes.at(-1) !== 0x0a) parts.push(emptyLine)
  return new HeaderBlock(Buffer.concat(parts))
}

function withoutNul(bytes: Buffer): Buffer {
  return bytes.includes(0) ? Buffer.from(bytes.filter((octet) => octet !== 0)) : bytes
}
