import type { Bytes } from '../../base/byte-size.ts'

/**
 * Blocks of memory that are used again and again. Memory that content passes through at full speed
 * would otherwise have the collector go through the whole heap for every few megabytes.
 */
export class BlockPool {
  readonly blockBytes: Bytes
  readonly #spareBlocks: number
  readonly #spare: Buffer[] = []

  /** Keeps up to `spareBytes` of blocks that nobody uses. */
  constructor(blockBytes: Bytes, spareBytes: Bytes) {
    this.blockBytes = blockBytes
    this.#spareBlocks = Math.floor(spareBytes / blockBytes)
  }

  take(): Buffer {
    return this.#spare.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes)
  }

  /** Gives back what was taken, once; its content is lost. */
  give(block: Buffer): void {
    if (this.#spare.length < this.#spareBlocks) this.#spare.push(block)
  }
}
