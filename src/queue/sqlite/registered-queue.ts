import type { Milliseconds } from '../../base/time-span.ts'
import type { QueueKey } from '../queue-key.ts'
import type { HeldLease } from './held-leases.ts'

/** A queue as the database thread knows it: figures kept up to date, never counted anew. */
export class RegisteredQueue {
  readonly number: number
  readonly key: QueueKey
  copies = 0
  /** Those of them that an attempt put off. */
  deferred = 0
  suspended = false
  /** Those of its copies, by id; the first ends first. Of a hundred thousand queues few have any. */
  #leases: Map<number, HeldLease> | undefined

  constructor(number: number, key: QueueKey) {
    this.number = number
    this.key = key
  }

  /** How many copies somebody holds, or held until his time was over. */
  get leases(): number {
    return this.#leases?.size ?? 0
  }

  /** Somebody holds the copy, and his time is not over. */
  isLeased(id: number, now: Milliseconds): boolean {
    const lease = this.#leases?.get(id)
    return lease !== undefined && lease.until > now
  }

  /** The copy is held by this lease: its time may be over, but nobody else has taken it. */
  isHeldBy(id: number, token: number): boolean {
    return this.#leases?.get(id)?.token === token
  }

  /** Whether the time of a lease is over. */
  hasExpired(now: Milliseconds): boolean {
    const [first] = this.#leases?.values() ?? []
    return first !== undefined && first.until <= now
  }

  lease(id: number, lease: HeldLease): void {
    this.#leases ??= new Map()
    // A renewed one goes to the end.
    this.#leases.delete(id)
    this.#leases.set(id, lease)
  }

  release(id: number): void {
    this.#leases?.delete(id)
    if (this.#leases?.size === 0) this.#leases = undefined
  }
}
