import type { Bytes } from '../base/byte-size.ts'

const smallestBlock = 8 * 1024
const largestBlock = 64 * 1024
/** A smaller chunk costs less to copy than to keep. */
const smallestKept = 4 * 1024

/**
 * Content collected in memory. A chunk that fills most of its memory is kept as it is, others are
 * copied together, so that what is held is never much more than what is counted.
 */
export class ContentBuffer {
  #parts: Buffer[] = []
  /** Filled by small chunks, and part of the content up to `#filled`. */
  #block = Buffer.alloc(0)
  #filled = 0
  #length = 0

  get length(): Bytes {
    return this.#length
  }

  /** The chunk belongs to the buffer. */
  add(chunk: Buffer): void {
    this.#length += chunk.length
    if (chunk.length >= smallestKept && chunk.length * 2 >= chunk.buffer.byteLength) {
      this.#closeBlock()
      this.#parts.push(chunk)
    } else {
      this.#copy(chunk)
    }
  }

  /** Gives all content out, in parts, and is empty. */
  take(): readonly Buffer[] {
    this.#closeBlock()
    const parts = this.#parts
    this.#parts = []
    this.#block = Buffer.alloc(0)
    this.#filled = 0
    this.#length = 0
    return parts
  }

  /** Gives all content out as one, and is empty. */
  takeWhole(): Buffer {
    const parts = this.take()
    const [only] = parts
    return only !== undefined && parts.length === 1 ? only : Buffer.concat(parts)
  }

  #copy(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#filled === this.#block.length) this.#newBlock()
      const copied = chunk.copy(this.#block, this.#filled, at)
      this.#filled += copied
      at += copied
    }
  }

  #newBlock(): void {
    this.#closeBlock()
    const size = Math.max(smallestBlock, Math.min(this.#length, largestBlock))
    this.#block = Buffer.allocUnsafeSlow(size)
    this.#filled = 0
  }

  /** What the block holds becomes a part; what follows goes behind it into the same block. */
  #closeBlock(): void {
    if (this.#filled === 0) return
    this.#parts.push(this.#block.subarray(0, this.#filled))
    this.#block = this.#block.subarray(this.#filled)
    this.#filled = 0
  }
}
