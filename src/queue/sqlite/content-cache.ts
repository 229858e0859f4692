import type { Bytes } from '../../base/byte-size.ts'

/** Content in memory; the body of a large message stands in its file alone. */
export interface CachedContent {
  readonly header: Buffer
  readonly body?: Buffer
}

interface Entry {
  readonly content: CachedContent
  /** It was read from the disk for an attempt, and is of no use to anybody once that is over. */
  readonly isReadBack: boolean
  copies: number
}

/**
 * Headers, and bodies of small messages, from their commit until their copies are settled, so that the
 * first attempt reads nothing from the database. When it is full the oldest leave.
 */
export class ContentCache {
  readonly #limit: Bytes
  readonly #entries = new Map<number, Entry>()
  #total = 0

  constructor(limit: Bytes) {
    this.#limit = limit
  }

  /** Of a message that was committed just now. */
  add(message: number, content: CachedContent, copies: number): void {
    this.#keep(message, { content, copies, isReadBack: false })
  }

  /** Of a message whose next attempt begins. */
  addReadBack(message: number, content: CachedContent): void {
    this.#keep(message, { content, copies: 1, isReadBack: true })
  }

  /** A copy is given back untried. */
  release(message: number): void {
    if (this.#entries.get(message)?.isReadBack === true) this.drop(message)
  }

  get(message: number): CachedContent | undefined {
    return this.#entries.get(message)?.content
  }

  /** The message has `by` copies more (less when negative). */
  countCopies(message: number, by: number): void {
    const entry = this.#entries.get(message)
    if (entry === undefined) return
    entry.copies += by
    if (entry.copies <= 0) this.drop(message)
  }

  drop(message: number): void {
    const entry = this.#entries.get(message)
    if (entry === undefined) return
    this.#entries.delete(message)
    this.#total -= memoryOf(entry.content)
  }

  #keep(message: number, entry: Entry): void {
    const { content, copies } = entry
    if (copies === 0 || this.#entries.has(message)) return
    this.#entries.set(message, entry)
    this.#total += memoryOf(content)
    for (const oldest of this.#entries.keys()) {
      if (this.#total <= this.#limit) break
      this.drop(oldest)
    }
  }
}

/** A header shares its memory with others of the same time, and is no more than what it fills of it. */
function memoryOf({ header, body }: CachedContent): Bytes {
  return header.length + (body?.buffer.byteLength ?? 0)
}
