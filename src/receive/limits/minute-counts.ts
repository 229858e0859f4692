import type { Clock } from '../../base/clock.ts'
import { type SharedCounts, unshared } from '../../base/shared-counts.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'

/** Keys counted at a time; more than that in one minute share one budget. */
const maximumKeys = 100_000
const overflow = 'others'

/**
 * Counts events by key within the running minute. It begins with its first event; processes that share
 * their counts go by the minutes of the wall clock, which are the same for all of them.
 */
export class MinuteCounts {
  readonly #clock: Clock
  readonly #shared: SharedCounts
  readonly #name: string
  readonly #counts = new Map<string, number>()
  #minute = 0
  #minuteEnds: Milliseconds = -Infinity

  /** `name` sets these counts apart from others of the process. */
  constructor(name: string, clock: Clock, shared: SharedCounts) {
    this.#name = name
    this.#clock = clock
    this.#shared = shared
  }

  /** Counts one; false when that goes over `limit`. */
  add(key: string, limit: number): boolean {
    this.#startMinute()
    const known = this.#counts.has(key) || this.#counts.size < maximumKeys
    const counted = known ? key : overflow
    const own = (this.#counts.get(counted) ?? 0) + 1
    this.#counts.set(counted, own)
    if (limit === Infinity) return true
    const shared = this.#sharedKey(counted)
    // Beyond the limit nobody needs to know by how much.
    if (own <= limit) this.#shared.tell(shared, own, limit)
    return own + this.#shared.ofOthers(shared) <= limit
  }

  /** The end of the running minute, by which it is known. */
  get minuteEnds(): Milliseconds {
    this.#startMinute()
    return this.#minuteEnds
  }

  /** Takes back one that was counted in that minute; does nothing once it is over. */
  takeBack(key: string, minuteEnds: Milliseconds, limit: number): void {
    const own = minuteEnds === this.minuteEnds ? (this.#counts.get(key) ?? 0) : 0
    if (own === 0) return
    this.#counts.set(key, own - 1)
    if (own <= limit) this.#shared.tell(this.#sharedKey(key), own - 1, limit)
  }

  #startMinute(): void {
    const alone = this.#shared === unshared
    const current = alone ? 0 : Math.floor(this.#clock.now() / minute)
    const now = this.#clock.monotonic()
    if (alone ? now < this.#minuteEnds : current === this.#minute) return
    this.#minuteEnds = now + minute
    for (const key of this.#counts.keys()) this.#shared.tell(this.#sharedKey(key), 0, 0)
    this.#counts.clear()
    this.#minute = current
  }

  #sharedKey(key: string): string {
    return `${this.#name}\0${this.#minute}\0${key}`
  }
}
