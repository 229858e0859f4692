import type { Clock, Timer } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'

/**
 * A deadline that is set anew many times a second and seldom passes. Setting it later, or taking it
 * away, only notes the time; its one timer looks again when it fires.
 */
export class MovingDeadline {
  readonly #clock: Clock
  readonly #passed: () => void
  #at: Milliseconds | undefined
  #since: Milliseconds = 0
  #timer: Timer | undefined
  #timerAt: Milliseconds = Infinity

  constructor(clock: Clock, passed: () => void) {
    this.#clock = clock
    this.#passed = passed
  }

  /** Replaces the deadline by one `delay` from now. */
  set(delay: Milliseconds): void {
    this.#since = this.#clock.monotonic()
    this.#at = this.#since + delay
    if (this.#at < this.#timerAt) this.#arm(this.#at, delay)
  }

  /** When it was set; undefined while there is none. */
  get since(): Milliseconds | undefined {
    return this.#at === undefined ? undefined : this.#since
  }

  /** There is no deadline for now. */
  clear(): void {
    this.#at = undefined
  }

  /** Ends the timer too; for the end of what the deadline is for. */
  close(): void {
    this.#at = undefined
    this.#timer?.cancel()
    this.#timerAt = Infinity
  }

  #arm(at: Milliseconds, delay: Milliseconds): void {
    this.#timer?.cancel()
    this.#timerAt = at
    this.#timer = this.#clock.after(delay, () => this.#look())
  }

  #look(): void {
    this.#timerAt = Infinity
    const at = this.#at
    if (at === undefined) return
    const left = at - this.#clock.monotonic()
    if (left > 0) {
      // Timers count whole milliseconds.
      this.#arm(at, Math.max(left, 1))
      return
    }
    this.#at = undefined
    this.#passed()
  }
}
