import type { Clock, Timer } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'

export type Deadline = 'ConnectionTimeout' | 'ConnectionInactivityTimeout'

export interface DeadlineLimits {
  /** Age of the session, whatever goes on in it. */
  readonly ConnectionTimeout: Milliseconds
  /** Time without a whole line or content from the client. */
  readonly ConnectionInactivityTimeout: Milliseconds
}

/** The two deadlines of a session on one timer, so that input costs no timer work. */
export class SessionDeadlines {
  readonly #clock: Clock
  readonly #limits: DeadlineLimits
  readonly #expired: (deadline: Deadline) => void
  readonly #endsAt: Milliseconds
  #lastInput: Milliseconds
  #timer: Timer

  /** `expired` is called for each inactive stretch, and once for the session's age: then no more. */
  constructor(clock: Clock, limits: DeadlineLimits, expired: (deadline: Deadline) => void) {
    this.#clock = clock
    this.#limits = limits
    this.#expired = expired
    this.#lastInput = clock.monotonic()
    this.#endsAt = this.#lastInput + limits.ConnectionTimeout
    this.#timer = this.#arm()
  }

  /** The client did something, or it waits for us; gives the time. */
  touch(): Milliseconds {
    this.#lastInput = this.#clock.monotonic()
    return this.#lastInput
  }

  cancel(): void {
    this.#timer.cancel()
  }

  #arm(): Timer {
    const idleUntil = this.#lastInput + this.#limits.ConnectionInactivityTimeout
    const delay = Math.min(this.#endsAt, idleUntil) - this.#clock.monotonic()
    return this.#clock.after(Math.max(delay, 1), () => this.#check())
  }

  #check(): void {
    const now = this.#clock.monotonic()
    if (now >= this.#endsAt) {
      this.#expired('ConnectionTimeout')
      return
    }
    const idle = now >= this.#lastInput + this.#limits.ConnectionInactivityTimeout
    if (idle) this.#lastInput = now
    this.#timer = this.#arm()
    if (idle) this.#expired('ConnectionInactivityTimeout')
  }
}
