import type { Bytes } from '../../base/byte-size.ts'
import type { StoreError } from '../queue-store.ts'

/** Content that leaves memory by its own `spill` when room is short. */
export interface ContentHolder {
  spill(): void
}

/** One piece on its way to the database. */
export interface Piece {
  readonly size: Bytes
  send(): Promise<unknown>
  done(error?: StoreError): void
}

/**
 * Bounds the content of all pending messages that is not on disk. When it is too much, every holder
 * writes out what it has, so a writer that waits depends on the disk alone and never on a slow
 * client. Few pieces travel at a time, so that large messages do not delay the commits of small ones.
 */
export class ContentFlow {
  readonly #limit: Bytes
  readonly #travelLimit: Bytes
  readonly #holders = new Set<ContentHolder>()
  readonly #pieces: Piece[] = []
  #waiters: (() => void)[] = []
  #total = 0
  #travelling = 0

  constructor(limit: Bytes, travelLimit: Bytes) {
    this.#limit = limit
    this.#travelLimit = travelLimit
  }

  /** Counts bytes that `holder` keeps in memory from now on. */
  hold(holder: ContentHolder, bytes: Bytes): void {
    this.#total += bytes
    this.#holders.add(holder)
    if (this.#total > this.#limit) this.#spillAll()
  }

  /** Counts bytes as gone: committed or forgotten. */
  release(bytes: Bytes): void {
    this.#total -= bytes
    if (this.#total > this.#limit) return
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) waiter()
  }

  /** `holder` has nothing more in memory. */
  forget(holder: ContentHolder): void {
    this.#holders.delete(holder)
  }

  /** Undefined when there is room; else resolves when there may be. */
  room(): Promise<void> | undefined {
    if (this.#total <= this.#limit) return undefined
    return new Promise((resolve) => this.#waiters.push(resolve))
  }

  /** Sends a piece when its turn comes; its bytes stay counted until it is on disk. */
  push(piece: Piece): void {
    this.#pieces.push(piece)
    this.#pump()
  }

  #spillAll(): void {
    const holders = [...this.#holders]
    this.#holders.clear()
    for (const holder of holders) holder.spill()
  }

  #pump(): void {
    while (this.#travelling < this.#travelLimit) {
      const piece = this.#pieces.shift()
      if (piece === undefined) return
      this.#travelling += piece.size
      const end = (error?: StoreError) => {
        this.#travelling -= piece.size
        piece.done(error)
        this.release(piece.size)
        this.#pump()
      }
      piece.send().then(() => end(), end)
    }
  }
}
