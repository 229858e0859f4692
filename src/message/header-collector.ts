import type { Bytes } from '../base/byte-size.ts'
import { HeaderBlock } from './header-block.ts'
import { type LineKind, lineKind, markLength } from './header-line.ts'

/** Content in its two parts, as they came. */
export interface SplitContent {
  readonly header: HeaderBlock
  /** What followed in the octets given so far: the empty line that ends the header first of all. */
  readonly body: Buffer
  /** How many octets of the body are that empty line; 0 where it is missing. */
  readonly separatorLength: number
  /** The header may hold lines that belong to no field; `withoutStrayLines` removes them. */
  readonly hasStrayLines: boolean
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
 * More fields than this are of no use to anybody, and each costs time in which nobody else is served: an
 * arriving header that has more is too large, however few octets it takes.
 */
export const mostHeaderFields = 2000

/** Where the header ends. */
interface HeaderEnd {
  readonly headerEnd: number
  readonly separatorLength: number
}

/**
 * Splits the header from content that arrives in pieces, holding at most the header. The header ends
 * at the first empty line (its line ends may be bare LF) or before the first line that cannot belong
 * to a header: then the separator is missing, and that line begins the body. The result is the same
 * however the content is cut up.
 *
 * Lines that strayed into it do not end it: those of an mbox file, and folded lines above the first
 * field. One that is not sure to be such a line, for a body may begin like that, is if a field follows.
 */
export class HeaderCollector {
  /** The empty line may stand behind a header of the full size. */
  readonly #window: Bytes
  readonly #mostFields: number
  #held: Buffer = Buffer.alloc(0)
  #length = 0
  #lineStart = 0
  /** Up to where the line at `#lineStart`, known to be of the header, was searched for its end. */
  #searched: number | undefined
  #fields = 0
  #hasStrayLines = false
  /** Where lines begin that are the header's only if a field follows. */
  #doubtful: number | undefined

  constructor(maxHeaderSize: Bytes, mostFields = Infinity) {
    this.#window = maxHeaderSize + 2
    this.#mostFields = mostFields
  }

  /** Adds content; after any answer but `more` it must not be called again. */
  push(chunk: Buffer): HeaderProgress {
    const room = this.#window - this.#length
    const taken = this.#hold(chunk.length > room ? chunk.subarray(0, room) : chunk)
    const end = this.#headerEnd()
    if (this.#fields > this.#mostFields) return tooLarge
    if (end !== undefined) {
      const rest = this.#held.subarray(end.headerEnd, this.#length)
      return {
        kind: 'complete',
        header: new HeaderBlock(this.#held.subarray(0, end.headerEnd)),
        body: taken === chunk.length ? rest : Buffer.concat([rest, chunk.subarray(taken)]),
        separatorLength: end.separatorLength,
        hasStrayLines: this.#hasStrayLines,
      }
    }
    return this.#length >= this.#window ? tooLarge : more
  }

  /** Tells what the content so far is when nothing more comes. */
  end(): SplitContent {
    const undecidedLine = this.#searched === undefined
    const headerEnd = this.#doubtful ?? (undecidedLine ? this.#lineStart : this.#length)
    return {
      header: new HeaderBlock(this.#held.subarray(0, headerEnd)),
      body: this.#held.subarray(headerEnd, this.#length),
      separatorLength: 0,
      hasStrayLines: this.#hasStrayLines,
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

  #headerEnd(): HeaderEnd | undefined {
    while (this.#fields <= this.#mostFields) {
      if (this.#searched === undefined) {
        const at = this.#lineStart
        const kind = at === 0 ? this.#firstKind() : lineKind(this.#held, at, this.#length)
        if (kind === 'undecided') return undefined
        const end = this.#judge(kind, at)
        if (end !== undefined) return end
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
    return undefined
  }

  /** A mark before the first field is a stray one, too; before anything else it is content. */
  #firstKind(): LineKind {
    const mark = markLength(this.#held, this.#length)
    if (mark === undefined) return 'undecided'
    const kind = lineKind(this.#held, mark, this.#length)
    if (mark === 0) return kind
    this.#hasStrayLines = true
    return kind === 'separator' ? 'body' : kind
  }

  /** Where the header ends, if the line at `at` says so. */
  #judge(kind: Exclude<LineKind, 'undecided'>, at: number): HeaderEnd | undefined {
    switch (kind) {
      case 'field':
        this.#fields++
        this.#doubtful = undefined
        return undefined
      case 'continuation':
        if (this.#fields === 0) this.#stray(at)
        return undefined
      case 'from':
        this.#stray(at)
        return undefined
      case 'mailbox':
        this.#hasStrayLines = true
        this.#doubtful = undefined
        return undefined
      case 'separator':
      case 'body': {
        const headerEnd = this.#doubtful ?? at
        const isSeparated = kind === 'separator' && headerEnd === at
        const separatorLength = isSeparated ? this.#held.indexOf(lineFeed, at) + 1 - at : 0
        return { headerEnd, separatorLength }
      }
    }
  }

  #stray(at: number): void {
    this.#hasStrayLines = true
    this.#doubtful ??= at
  }
}
