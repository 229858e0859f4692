import type { Awaitable } from '../base/awaitable.ts'
import { HeaderCollector } from '../message/header-collector.ts'
import { outboundHeaders } from './header-firewall.ts'
import type { NextHopPrincipal } from './header-firewall.ts'

const nothing = Buffer.alloc(0)

/**
 * The header firewall of the Send side, for stored content that passes in pieces. Holds back the
 * header until it is whole; all else, and a header without guarded fields, passes uncopied.
 */
export class OutboundFilter {
  readonly #nextHop: NextHopPrincipal
  /** What was accepted was within MaxHeaderSize. */
  readonly #collector = new HeaderCollector(Infinity)
  #state: 'first piece' | 'header' | 'body' = 'first piece'

  constructor(nextHop: NextHopPrincipal) {
    this.#nextHop = nextHop
  }

  /** What may leave after this piece; empty while the header is not whole. */
  push(piece: Buffer): Buffer {
    if (this.#state === 'body') return piece
    const progress = this.#collector.push(piece)
    if (progress.kind !== 'complete') {
      this.#state = 'header'
      return nothing
    }
    const { header, separator, body } = progress
    const kept = outboundHeaders(header, this.#nextHop)
    const untouched = kept === header && this.#state === 'first piece'
    this.#state = 'body'
    return untouched ? piece : Buffer.concat([kept.bytes, separator, body])
  }

  /** What is left when no piece follows. */
  end(): Buffer {
    if (this.#state === 'body') return nothing
    const { header, body } = this.#collector.end()
    return Buffer.concat([outboundHeaders(header, this.#nextHop).bytes, body])
  }
}

/** Gives the next piece; may use the memory of `spare`, a piece given before, for it. */
type Pieces = (index: number, spare?: Buffer) => Awaitable<Buffer | undefined>

/** Reads a message's content as it may leave for `nextHop`; `read` gives the stored pieces in order. */
export function outboundPieces(read: Pieces, nextHop: NextHopPrincipal): Pieces {
  const filter = new OutboundFilter(nextHop)
  let ended = false
  const pass = (piece: Buffer | undefined): Buffer | undefined => {
    if (piece !== undefined) return filter.push(piece)
    if (ended) return undefined
    ended = true
    return filter.end()
  }
  return (index, spare) => {
    if (ended) return undefined
    const piece = read(index, spare)
    return piece instanceof Promise ? piece.then(pass) : pass(piece)
  }
}
