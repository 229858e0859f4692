const lineFeed = 0x0a
const carriageReturn = 0x0d
const dot = 0x2e

/** What the octet before the next one was, as far as it matters. */
type Position = 'line-start' | 'after-cr' | 'in-line'

/**
 * Makes content fit for DATA (RFC 5321 4.5.2): dots at the start of a line are doubled, and a bare CR
 * or LF becomes CRLF, so that no content can end the message early at a peer that takes other line
 * ends (SMTP smuggling). Both are insertions only; clean content passes without a copy.
 */
export class DotEncoder {
  #position: Position = 'line-start'

  /** Encodes the next octets; answers `chunk` itself when nothing had to be inserted. */
  encode(chunk: Buffer): Buffer {
    let position = this.#position
    let out: Buffer | undefined
    let length = 0
    let copied = 0
    for (let at = 0; at < chunk.length; at++) {
      const octet = chunk[at]
      const bareCr = position === 'after-cr' && octet !== lineFeed
      const bareLf = position !== 'after-cr' && octet === lineFeed
      const leadingDot = octet === dot && position !== 'in-line'
      if (bareCr || bareLf || leadingDot) {
        out ??= Buffer.allocUnsafe(chunk.length * 3)
        length += chunk.copy(out, length, copied, at)
        copied = at
        if (bareCr) out[length++] = lineFeed
        if (bareLf) out[length++] = carriageReturn
        if (leadingDot) out[length++] = dot
      }
      position =
        octet === lineFeed ? 'line-start' : octet === carriageReturn ? 'after-cr' : 'in-line'
    }
    this.#position = position
    if (out === undefined) return chunk
    length += chunk.copy(out, length, copied)
    return out.subarray(0, length)
  }

  /** The octets that end the content: its last line end where that is missing, and the dot line. */
  end(): string {
    switch (this.#position) {
      case 'line-start':
        return '.\r\n'
      case 'after-cr':
        return '\n.\r\n'
      case 'in-line':
        return '\r\n.\r\n'
    }
  }
}
