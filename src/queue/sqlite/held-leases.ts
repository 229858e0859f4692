import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'

/** A lease as the database thread counts it. */
export interface HeldLease {
  readonly token: number
  /** Monotonic time. */
  readonly until: Milliseconds
}

/** The time of leases; for the database thread. Copies that one request leases have one lease in common. */
export class LeaseTimes {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #time: Milliseconds
  #last: HeldLease = { token: 0, until: -Infinity }

  constructor(clock: Pick<Clock, 'monotonic'>, time: Milliseconds) {
    this.#clock = clock
    this.#time = time
  }

  get now(): Milliseconds {
    return this.#clock.monotonic()
  }

  /** A lease that begins now, or with the last one that was asked for by that token. */
  of(token: number): HeldLease {
    return this.#last.token === token ? this.#last : this.begin(token)
  }

  begin(token: number): HeldLease {
    return (this.#last = { token, until: this.now + this.#time })
  }
}
