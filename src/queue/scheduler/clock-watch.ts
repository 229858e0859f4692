import type { Clock, Timer } from '../../base/clock.ts'
import { type Milliseconds, hour, minute, second } from '../../base/time-span.ts'

const interval = 5 * second
/** A clock that is led to the right time gently moves less than this between two looks. */
const leastJump = second
const farAhead = hour
const untilBelieved = 15 * minute

interface WatchParts {
  readonly clock: Clock
  /** The wall clock went so far forward (back when negative) against the monotonic one. */
  readonly onJump: (by: Milliseconds) => void
}

/** Notices when the wall clock is set: due times are stored by it, and were meant as intervals. */
export class ClockWatch {
  readonly #parts: WatchParts
  #timer: Timer | undefined
  /** The wall clock's lead over the monotonic one. */
  #lead: Milliseconds
  /** How much of it is not believed yet, and the monotonic time when it will be. */
  #doubted: Milliseconds = 0
  #believedAt: Milliseconds = -Infinity

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.#lead = this.#leadNow()
  }

  start(): void {
    this.#timer = this.#parts.clock.after(interval, () => {
      this.look()
      this.start()
    })
  }

  stop(): void {
    this.#timer?.cancel()
  }

  /**
   * The time of the day by which messages are old. A clock that went far ahead makes all mail look so, and mail
   * that was given up does not come back: it must stand for a while before it is believed, in which it can be
   * set right.
   */
  believedNow(): Milliseconds {
    const { clock } = this.#parts
    this.look()
    if (clock.monotonic() >= this.#believedAt) this.#doubted = 0
    return clock.now() - this.#doubted
  }

  /** Looks now. */
  look(): void {
    const lead = this.#leadNow()
    const jump = lead - this.#lead
    this.#lead = lead
    if (Math.abs(jump) < leastJump) return
    if (jump < 0) this.#doubted = Math.max(0, this.#doubted + jump)
    else if (jump >= farAhead) {
      this.#doubted += jump
      this.#believedAt = this.#parts.clock.monotonic() + untilBelieved
    }
    this.#parts.onJump(jump)
  }

  #leadNow(): Milliseconds {
    const { clock } = this.#parts
    return clock.now() - clock.monotonic()
  }
}
