import { createHash } from 'node:crypto'
import type { Bytes } from '../../src/base/byte-size.ts'

const block: Bytes = 64 * 1024
const lineLength: Bytes = 64
const dot = 0x2e

/**
 * A message of about `size` octets, made block by block from its number: whole lines, one
 * of which begins with a dot. Every block of every message differs.
 */
export function* largeContent(number: number, size: Bytes): Generator<Buffer> {
  yield Buffer.from(
    `From: <ana@lucerne.example>\r\nTo: <user@inside.test>\r\nSubject: ${number}\r\n` +
      `Date: Mon, 2 Mar 2026 10:00:00 +0000\r\nMessage-ID: <${number}@lucerne.example>\r\n\r\n`,
  )
  for (let at = 0, index = 0; at < size; at += block, index++) {
    const piece = Buffer.alloc(block, `message ${number} block ${index} `)
    piece[0] = dot
    for (let end = lineLength; end <= block; end += lineLength) piece.write('\r\n', end - 2)
    yield piece
  }
}

/** SHA-256 of the whole of it. */
export function largeContentHash(number: number, size: Bytes): string {
  const hash = createHash('sha256')
  for (const piece of largeContent(number, size)) hash.update(piece)
  return hash.digest('hex')
}
