import type { Bytes } from '../base/byte-size.ts'
import { HeaderBlock } from './header-block.ts'
import { lineKind } from './header-line.ts'

/** Content in its three parts, as they came. */
export interface SplitContent {
  readonly header: HeaderBlock
  /** The empty line; no octets where it is missing. */
  readonly separator: Buffer
  /** What followed in the octets given so far. */
  readonly body: Buffer
}

/** What is known after some content. */
export type HeaderProgress =
  | { readonly kind: 'more' }
  | ({ readonly kind: 'complete' } & SplitContent)
  | { readonly kind: 'too-large' }

const lineFeed = 0x0a
const more: HeaderProgress = { kind: 'more' }
const tooLarge: HeaderProgress = { kind: 'too-large' }

/**
 * Splits the header from content that arrives in pieces, holding at most the header. The header ends
 * at the first empty line (its line ends may be bare LF) or before the first line that cannot belong
 * to a header: then the separator is missing, and that line begins the body. The result is the same
 * however the content is cut up.
 */
export class HeaderCollector {
  /** The empty line may stand behind a header of the full size. */
  readonly #window: Bytes
  #held: Buffer = Buffer.alloc(0)
  #length = 0
  #lineStart = 0
  /** Up to where the line at `#lineStart`, known to be of the header, was searched for its end. */
  #searched: number | undefined

  constructor(maxHeaderSize: Bytes) {
    this.#window = maxHeaderSize + 2
  }

  /** Adds content; after any answer but `more` it must not be called again. */
  push(chunk: Buffer): HeaderProgress {
    const room = this.#window - this.#length
    const taken = this.#hold(chunk.length > room ? chunk.subarray(0, room) : chunk)
    const end = this.#headerEnd()
    if (end !== undefined) {
      const rest = this.#held.subarray(end.bodyStart, this.#length)
      return {
        kind: 'complete',
        header: new HeaderBlock(this.#held.subarray(0, end.headerEnd)),
        separator: this.#held.subarray(end.headerEnd, end.bodyStart),
        body: taken === chunk.length ? rest : Buffer.concat([rest, chunk.subarray(taken)]),
      }
    }
    return this.#length >= this.#window ? tooLarge : more
  }

  /** Tells what the content so far is when nothing more comes. */
  end(): SplitContent {
    const undecidedLine = this.#searched === undefined
    const headerEnd = undecidedLine ? this.#lineStart : this.#length
    return {
      header: new HeaderBlock(this.#held.subarray(0, headerEnd)),
      separator: this.#held.subarray(headerEnd, headerEnd),
      body: this.#held.subarray(headerEnd, this.#length),
    }
  }

  /** Keeps `chunk` (the first without copying it) and tells how many octets it took. */
  #hold(chunk: Buffer): number {
    const length = this.#length + chunk.length
    if (this.#length === 0) {
      this.#held = chunk
    } else {
      if (length > this.#held.length) this.#grow(length)
      chunk.copy(this.#held, this.#length)
    }
    this.#length = length
    return chunk.length
  }

  #grow(length: Bytes): void {
    const grown = Buffer.allocUnsafe(Math.max(length, Math.min(2 * length, this.#window)))
    this.#held.copy(grown, 0, 0, this.#length)
    this.#held = grown
  }

  #headerEnd(): { readonly headerEnd: number; readonly bodyStart: number } | undefined {
    for (;;) {
      if (this.#searched === undefined) {
        const at = this.#lineStart
        const kind = lineKind(this.#held, at, this.#length)
        if (kind === 'undecided') return undefined
        if (kind === 'separator') {
          return { headerEnd: at, bodyStart: this.#held.indexOf(lineFeed, at) + 1 }
        }
        if (kind === 'body' || (kind === 'continuation' && at === 0)) {
          return { headerEnd: at, bodyStart: at }
        }
        this.#searched = at
      }
      const lineEnd = this.#held.subarray(0, this.#length).indexOf(lineFeed, this.#searched)
      if (lineEnd === -1) {
        this.#searched = this.#length
        return undefined
      }
      this.#lineStart = lineEnd + 1
      this.#searched = undefined
    }
  }
}
