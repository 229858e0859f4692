import type { QueueKey } from '../queue-key.ts'

/** A queue as the database thread knows it: figures kept up to date, never counted anew. */
export class RegisteredQueue {
  readonly number: number
  readonly key: QueueKey
  copies = 0
  /** Those of them that an attempt put off. */
  deferred = 0
  suspended = false
  /** Ids of the copies that somebody holds. Of a hundred thousand queues few have any. */
  #leased: Set<number> | undefined

  constructor(number: number, key: QueueKey) {
    this.number = number
    this.key = key
  }

  /** How many copies somebody holds. */
  get leases(): number {
    return this.#leased?.size ?? 0
  }

  isLeased(id: number): boolean {
    return this.#leased?.has(id) === true
  }

  lease(id: number): void {
    this.#leased ??= new Set()
    this.#leased.add(id)
  }

  release(id: number): void {
    this.#leased?.delete(id)
    if (this.#leased?.size === 0) this.#leased = undefined
  }
}
