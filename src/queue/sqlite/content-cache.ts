import type { Bytes } from '../../base/byte-size.ts'

interface Entry {
  readonly content: Buffer
  copies: number
}

/**
 * Content of small messages from their commit until their copies are settled, so that the first
 * attempt reads nothing from disk. When it is full the oldest leave.
 */
export class ContentCache {
  readonly #limit: Bytes
  readonly #entries = new Map<number, Entry>()
  #total = 0

  constructor(limit: Bytes) {
    this.#limit = limit
  }

  add(message: number, content: Buffer, copies: number): void {
    if (copies === 0 || this.#entries.has(message)) return
    this.#entries.set(message, { content, copies })
    this.#total += content.buffer.byteLength
    for (const oldest of this.#entries.keys()) {
      if (this.#total <= this.#limit) break
      this.drop(oldest)
    }
  }

  get(message: number): Buffer | undefined {
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
    this.#total -= entry.content.buffer.byteLength
  }
}
