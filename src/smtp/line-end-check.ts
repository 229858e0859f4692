const cr = 0x0d
const lf = 0x0a

/** Watches a stream of octets for a CR or LF that stands alone; only CRLF ends a line (RFC 5321 2.3.8). */
export class LineEndCheck {
  #bare = false
  #afterCr = false

  /** A CR or LF stood alone so far; a CR in the very last octet is not judged yet. */
  get bare(): boolean {
    return this.#bare
  }

  /** Looks at the next octets of the stream; costs nothing more once one was found. */
  add(octets: Buffer): void {
    if (this.#bare || octets.length === 0) return
    if (this.#afterCr && octets[0] !== lf) {
      this.#bare = true
      return
    }
    let at = this.#afterCr ? 1 : 0
    this.#afterCr = false
    for (;;) {
      const nextCr = find(octets, cr, at)
      const nextLf = find(octets, lf, at)
      if (nextCr === -1 && nextLf === -1) return
      if (nextLf === -1 && nextCr === octets.length - 1) {
        this.#afterCr = true
        return
      }
      if (nextCr === -1 || nextLf !== nextCr + 1) {
        this.#bare = true
        return
      }
      at = nextLf + 1
    }
  }
}

/** `indexOf`, without the price of a native call where lines are very short. */
function find(octets: Buffer, octet: number, from: number): number {
  const near = Math.min(from + 8, octets.length)
  for (let at = from; at < near; at++) if (octets[at] === octet) return at
  return octets.indexOf(octet, near)
}
