import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'

/** Answers for a time, so many at most; those asked for least lately go first. */
export class AnswerCache<T> {
  readonly #entries = new Map<string, { readonly answer: T; readonly until: Milliseconds }>()
  readonly #clock: Clock
  readonly #most: number

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    if (entry.until <= this.#clock.monotonic()) return undefined
    this.#entries.set(key, entry)
    return entry.answer
  }

  set(key: string, answer: T, time: Milliseconds): void {
    if (time <= 0) return
    this.#entries.delete(key)
    if (this.#entries.size >= this.#most) {
      const [longestUnasked] = this.#entries.keys()
      if (longestUnasked !== undefined) this.#entries.delete(longestUnasked)
    }
    this.#entries.set(key, { answer, until: this.#clock.monotonic() + time })
  }
}
