import type { Bytes } from '../../base/byte-size.ts'
import type { BlockPool } from './block-pool.ts'

const smallestBlock = 8 * 1024
/** A smaller chunk costs less to copy than to keep. */
const smallestKept = 4 * 1024

/** Content that left its buffer. */
export interface TakenContent {
  readonly parts: readonly Buffer[]
  /** To be called once when the parts are not read any more. */
  readonly release: () => void
}

/**
 * Content collected in memory. A small message's only chunk is kept as it is; all else is copied
 * together, so that what is held is never much more than what is counted, and what is large passes
 * through the blocks of a pool.
 */
export class ContentBuffer {
  readonly #pool: BlockPool
  #parts: Buffer[] = []
  #pooled: Buffer[] = []
  /** The block being filled, and up to where. */
  #block: Buffer = Buffer.alloc(0)
  #filled = 0
  #length = 0

  constructor(pool: BlockPool) {
    this.#pool = pool
  }

  get length(): Bytes {
    return this.#length
  }

  /** The chunk belongs to the buffer. */
  add(chunk: Buffer): void {
    const first = this.#length === 0 && chunk.length < this.#pool.blockBytes
    const dense = chunk.length >= smallestKept && chunk.length * 2 >= chunk.buffer.byteLength
    this.#length += chunk.length
    if (first && dense) this.#parts.push(chunk)
    else this.#copy(chunk)
  }

  /** Gives all content out, in parts, and is empty. */
  take(): TakenContent {
    this.#closeBlock()
    const [parts, pooled, pool] = [this.#parts, this.#pooled, this.#pool]
    this.#parts = []
    this.#pooled = []
    this.#length = 0
    return {
      parts,
      release: () => {
        for (const block of pooled) pool.give(block)
      },
    }
  }

  /** Gives all content out as one, and is empty. */
  takeWhole(): Buffer {
    const { parts, release } = this.take()
    const [only] = parts
    if (only !== undefined && parts.length === 1) return only
    const whole = Buffer.concat(parts)
    release()
    return whole
  }

  /** All content as one; it stays. */
  whole(): Buffer {
    const whole = this.takeWhole()
    if (whole.length > 0) this.#parts.push(whole)
    this.#length = whole.length
    return whole
  }

  #copy(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      if (this.#filled === this.#block.length) this.#openBlock(chunk.length - at)
      const copied = chunk.copy(this.#block, this.#filled, at)
      this.#filled += copied
      at += copied
    }
  }

  #openBlock(needed: Bytes): void {
    const { blockBytes } = this.#pool
    this.#closeBlock()
    if (this.#length < blockBytes) {
      this.#block = Buffer.allocUnsafeSlow(Math.max(smallestBlock, needed))
    } else {
      this.#block = this.#pool.take()
      this.#pooled.push(this.#block)
    }
  }

  #closeBlock(): void {
    if (this.#filled > 0) this.#parts.push(this.#block.subarray(0, this.#filled))
    this.#block = Buffer.alloc(0)
    this.#filled = 0
  }
}
