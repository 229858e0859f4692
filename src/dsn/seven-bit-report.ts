import type { Awaitable } from '../base/awaitable.ts'
import type { HeaderBlock } from '../message/header-block.ts'
import { HeaderCollector } from '../message/header-collector.ts'
import { headersPart } from './headers-part.ts'
import { longestHeader, returnedHeader } from './original-content.ts'

/** Gives the next piece of content; undefined past the end. */
type Pieces = (index: number, spare?: Buffer) => Awaitable<Buffer | undefined>

/** Where a report of ours begins to return an original with octets above 127. */
const eightBitPart =
  /\r\n--([\w-]+)\r\nContent-Type: (?:message|text)\/(rfc822|global)(?:-headers)?\r\nContent-Transfer-Encoding: 8bit\r\n\r\n/

/** A report of ours has less above what it returns. */
const longestStart = 2 * 1024 ** 2

/**
 * A report of ours for a next hop without 8BITMIME (RFC 6152): in place of the whole original comes its
 * header, encoded. To encode message/rfc822 itself is forbidden (RFC 2046 5.2.1).
 */
export function sevenBitReport(read: Pieces): Pieces {
  return (index) => (index === 0 ? reduced(read) : undefined)
}

async function reduced(read: Pieces): Promise<Buffer> {
  let start = ''
  for (let index = 0; ; index++) {
    const piece = await read(index)
    if (piece === undefined) return Buffer.from(start.replace(/[^\x00-\x7f]/g, '?'))
    start += piece.toString('latin1')
    const found = start.length > longestStart ? null : eightBitPart.exec(start)
    if (found === null) continue
    const [whole, boundary = '', kind] = found
    const rest = Buffer.from(start.slice(found.index + whole.length), 'latin1')
    const header = await headerOf(rest, (next) => read(index + 1 + next))
    const parts = [
      start.slice(0, found.index).replace('\r\nContent-Transfer-Encoding: 8bit\r\n', '\r\n'),
      `\r\n--${boundary}\r\n`,
      headersPart(returnedHeader(header), kind === 'global'),
      `\r\n--${boundary}--\r\n`,
    ]
    return Buffer.from(parts.join(''))
  }
}

/** The header that begins with these octets. */
async function headerOf(first: Buffer, read: Pieces): Promise<HeaderBlock> {
  const collector = new HeaderCollector(longestHeader)
  let piece: Buffer | undefined = first
  for (let index = 0; piece !== undefined; index++) {
    const progress = collector.push(piece)
    if (progress.kind === 'complete') return progress.header
    if (progress.kind === 'too-large') break
    piece = await read(index)
  }
  return collector.end().header
}
