import { isAscii } from 'node:buffer'
import type { Awaitable } from '../base/awaitable.ts'
import { HeaderBlock } from '../message/header-block.ts'
import { HeaderCollector } from '../message/header-collector.ts'
import { headerFamily } from '../message/header-families.ts'
import { CrlfLines } from './crlf-lines.ts'

/** Reads the pieces of a stored message; undefined past the end. */
export type ReadPiece = (index: number) => Awaitable<Buffer | undefined>

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

/** Reads the original once: its header, and with `whole` what its octets are like. */
export async function inspectOriginal(read: ReadPiece, whole: boolean): Promise<OriginalFacts> {
  const collector = new HeaderCollector(longestHeader)
  let header: HeaderBlock | undefined
  let [eightBit, returnable] = [false, true]
  for (let index = 0; returnable && (whole || header === undefined); index++) {
    const piece = await read(index)
    if (piece === undefined) break
    eightBit ||= whole && !isAscii(piece)
    returnable = !piece.includes(0)
    if (header !== undefined) continue
    const progress = collector.push(piece)
    if (progress.kind === 'complete') header = progress.header
    if (progress.kind === 'too-large') {
      header = new HeaderBlock(Buffer.alloc(0))
      returnable = false
    }
  }
  const shown = presentable(header ?? collector.end().header)
  const measured = whole && returnable
  return { header: shown, returnable, eightBit: measured ? eightBit : !isAscii(shown.bytes) }
}

/** The original as it is returned, in pieces, with CRLF lines. */
export async function* originalContent(read: ReadPiece): AsyncGenerator<Buffer, void, void> {
  const collector = new HeaderCollector(longestHeader)
  const lines = new CrlfLines()
  let inHeader = true
  for (let index = 0; ; index++) {
    const piece = await read(index)
    if (piece === undefined) break
    if (!inHeader) {
      yield lines.push(piece)
      continue
    }
    const progress = collector.push(piece)
    if (progress.kind !== 'complete') continue
    inHeader = false
    yield returnedHeader(presentable(progress.header)).bytes
    yield lines.push(Buffer.concat([emptyLine, progress.body]))
  }
  if (inHeader) yield returnedHeader(presentable(collector.end().header)).bytes
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
