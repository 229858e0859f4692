import type { Clock } from '../base/clock.ts'

/** The time as records of logs have it, written out once for each millisecond. */
export class LogTime {
  readonly #clock: Clock
  #at = NaN
  #text = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): string {
    const now = this.#clock.now()
    if (now !== this.#at) {
      this.#at = now
      this.#text = new Date(now).toISOString()
    }
    return this.#text
  }
}
