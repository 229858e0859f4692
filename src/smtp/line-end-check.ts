const lf = 0x0a

/** What octets say of their line ends; `open`: whole so far, the next octet must be the LF. */
export type LineEnds = 'whole' | 'open' | 'bare'

/** Looks for a CR or LF that stands alone, from `from` on. Octets of many lines cost little. */
export function lineEndsOf(octets: Buffer, from = 0): LineEnds {
  // To search a string costs no native call for each line, and making one is a plain copy.
  const text = octets.toString('latin1', from)
  for (let at = 0; ;) {
    const nextCr = text.indexOf('\r', at)
    const nextLf = text.indexOf('\n', at)
    if (nextCr === -1 && nextLf === -1) return 'whole'
    if (nextLf === -1 && nextCr === text.length - 1) return 'open'
    if (nextCr === -1 || nextLf !== nextCr + 1) return 'bare'
    at = nextLf + 1
  }
}

/** Watches a stream of octets for a CR or LF that stands alone; only CRLF ends a line (RFC 5321 2.3.8). */
export class LineEndCheck {
  #seen: LineEnds = 'whole'

  /** A CR or LF stood alone so far; a CR in the very last octet is not judged yet. */
  get bare(): boolean {
    return this.#seen === 'bare'
  }

  /** Looks at the next octets of the stream; costs nothing more once one was found. */
  add(octets: Buffer): void {
    if (this.#seen === 'bare' || octets.length === 0) return
    if (this.#seen === 'whole') this.#seen = lineEndsOf(octets)
    else this.#seen = octets[0] === lf ? lineEndsOf(octets, 1) : 'bare'
  }
}
