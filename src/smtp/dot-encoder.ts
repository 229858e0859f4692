import { lineEndsOf } from './line-end-check.ts'

const lineFeed = 0x0a
const carriageReturn = 0x0d
const dot = 0x2e
const lineFeedDot = Buffer.from('\n.')

/**
 * Makes content fit for DATA (RFC 5321 4.5.2): dots at the start of a line are doubled, and a bare CR
 * or LF becomes CRLF, so that no content can end the message early at a peer that takes other line
 * ends (SMTP smuggling). Both are insertions only; clean content passes without a copy.
 */
export class DotEncoder {
  /** The octet before the next one; content begins as if a line had ended. */
  #previous = lineFeed

  /** Encodes the next octets; answers `chunk` itself when nothing had to be inserted. */
  encode(chunk: Buffer): Buffer {
    const previous = this.#previous
    this.#previous = chunk.at(-1) ?? previous
    return hasBareLineEnd(chunk, previous) ? mended(chunk, previous) : stuffed(chunk, previous)
  }

  /** The octets that end the content: its last line end where that is missing, and the dot line. */
  end(): string {
    if (this.#previous === lineFeed) return '.\r\n'
    return this.#previous === carriageReturn ? '\n.\r\n' : '\r\n.\r\n'
  }
}

function hasBareLineEnd(chunk: Buffer, previous: number): boolean {
  if (previous !== carriageReturn) return lineEndsOf(chunk) === 'bare'
  return chunk[0] !== lineFeed || lineEndsOf(chunk, 1) === 'bare'
}

/** Doubles the dots of content whose line ends are whole. */
function stuffed(chunk: Buffer, previous: number): Buffer {
  const parts: Buffer[] = []
  let copied = 0
  let at = previous === lineFeed && chunk[0] === dot ? 0 : nextLineWithDot(chunk, 0)
  for (; at !== -1; at = nextLineWithDot(chunk, at)) {
    // This part ends with the dot and the next one begins with it.
    parts.push(chunk.subarray(copied, at + 1))
    copied = at
  }
  return parts.length === 0 ? chunk : Buffer.concat([...parts, chunk.subarray(copied)])
}

/** The index of the next dot behind a line end, or -1. */
function nextLineWithDot(chunk: Buffer, from: number): number {
  const found = chunk.indexOf(lineFeedDot, from)
  return found === -1 ? -1 : found + 1
}

/** The same for any content, octet by octet. */
function mended(chunk: Buffer, before: number): Buffer {
  const out = Buffer.allocUnsafe(chunk.length * 3)
  let length = 0
  let previous = before
  for (const octet of chunk) {
    const bareCr = previous === carriageReturn && octet !== lineFeed
    if (bareCr) out[length++] = lineFeed
    if (octet === lineFeed && previous !== carriageReturn) out[length++] = carriageReturn
    if (octet === dot && (bareCr || previous === lineFeed)) out[length++] = dot
    out[length++] = octet
    previous = octet
  }
  return out.subarray(0, length)
}
