import type { Clock } from '../base/clock.ts'
import type { Random } from '../base/random.ts'
import { logTime } from './log-time.ts'

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

/** Milliseconds of the .NET epoch. */
const millisecondsAt1970 = Number(ticksAt1970 / ticksPerMillisecond)

/** When a session with such an id began, as ISO text; empty for a text that is no such id. */
export function sessionTime(id: string): string {
  const [high, low] = [parseInt(id.slice(0, 8), 16), parseInt(id.slice(8), 16)]
  // The id is high * 2^32 + low, and 2^32 = 429,496 * 10,000 + 7,296: exact without big numbers.
  const milliseconds = high * 429_496 + Math.floor((high * 7_296 + low) / 10_000)
  return id.length === 16 && Number.isFinite(milliseconds)
    ? logTime(milliseconds - millisecondsAt1970)
    : ''
}
