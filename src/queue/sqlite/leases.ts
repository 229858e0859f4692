import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { Lease } from '../stored-message.ts'

/** For so long fresh copies have their lease in common: nobody else has ever held them. */
const sharedFor: Milliseconds = 1000

/** Gives leases their tokens. */
export class Leases {
  readonly #clock: Pick<Clock, 'now'>
  readonly #time: Milliseconds
  #nextToken = 1
  #ofFresh: Lease = { token: 0, until: -Infinity }

  constructor(clock: Pick<Clock, 'now'>, time: Milliseconds) {
    this.#clock = clock
    this.#time = time
  }

  /** For copies that are in the store: a token that no other lease has. */
  make(): Lease {
    return { token: this.#nextToken++, until: this.#clock.now() + this.#time }
  }

  /** For copies that come into the store now. */
  ofFresh(now: Milliseconds): Lease {
    const age = now - (this.#ofFresh.until - this.#time)
    if (age < 0 || age > sharedFor) this.#ofFresh = this.make()
    return this.#ofFresh
  }
}
