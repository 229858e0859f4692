import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'

/** .NET's DateTime counts 100 ns from the year 1; Exchange's ids are such a count. */
const ticksPerMillisecond = 10_000n
const ticksAt1970 = 621_355_968_000_000_000n

/** Every so many ticks there is one id for each process of a service: more than it can have. */
const ticksPerId = 64n

/**
 * Ids of SMTP sessions, 16 upper-case hex digits: the time of the session, unique and growing within a
 * process, and unlike those of a service's other processes. One instance serves the Receive and the Send
 * log.
 */
export class SessionIds {
  readonly #clock: Clock
  /** Sets services apart that open sessions in the same millisecond. */
  readonly #offset: bigint
  readonly #process: bigint
  #last = 0n

  /** `process` numbers the processes of a service, from 0. */
  constructor(clock: Clock, random: Random, process = 0) {
    this.#clock = clock
    this.#process = BigInt(process) % ticksPerId
    this.#offset = BigInt(Math.floor(random() * Number(ticksPerMillisecond)))
  }

  next(): string {
    const now = BigInt(Math.trunc(this.#clock.now())) * ticksPerMillisecond + ticksAt1970
    const moment = now + this.#offset
    const id = moment - (moment % ticksPerId) + this.#process
    this.#last = id > this.#last ? id : this.#last + ticksPerId
    return this.#last.toString(16).toUpperCase().padStart(16, '0')
  }
}
