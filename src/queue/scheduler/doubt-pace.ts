import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'

interface PaceParts {
  readonly clock: Clock
  /** The share of this process's time that was used since the last call, 0 to 1. */
  readonly load: () => number
  /** Attempts may begin again. */
  readonly onTurn: () => void
}

/** How long a number of attempts holds, before the load is looked at. */
const turn: Milliseconds = second / 10
/** Above it attempts are reduced: what is left is for mail that comes just now. */
const busy = 0.7
/** Attempts in a turn: at the start, on a busy machine (3 % of its time), and on one with nothing else to do. */
const first = 50
const fewest = 10
const most = 1000

/**
 * How many next hops that are not proven are tried at a time. Each attempt costs as much as delivering a message,
 * and a hundred thousand dead domains want one each minute: they get the time that is left over, and
 * never less than a little.
 */
export class DoubtPace {
  readonly #parts: PaceParts
  #perTurn = first
  #left = first
  #turnEndsAt: Milliseconds = -Infinity
  #waits = false

  constructor(parts: PaceParts) {
    this.#parts = parts
  }

  /** Whether an attempt may begin now, which counts; when not, `onTurn` comes as soon as one may. */
  mayBegin(): boolean {
    const now = this.#parts.clock.monotonic()
    if (now >= this.#turnEndsAt) this.#begin(now)
    if (this.#left > 0) {
      this.#left--
      return true
    }
    this.#wait(this.#turnEndsAt - now)
    return false
  }

  /** An attempt was worth its cost: another may begin in its place. */
  succeeded(): void {
    if (this.#left < most) this.#left++
  }

  #begin(now: Milliseconds): void {
    const wanted = this.#left === 0
    if (this.#parts.load() > busy) this.#perTurn = Math.max(fewest, this.#perTurn / 2)
    else if (wanted) this.#perTurn = Math.min(most, this.#perTurn * 1.25)
    this.#left = Math.floor(this.#perTurn)
    this.#turnEndsAt = now + turn
  }

  #wait(delay: Milliseconds): void {
    if (this.#waits) return
    this.#waits = true
    this.#parts.clock.after(delay, () => {
      this.#waits = false
      this.#parts.onTurn()
    })
  }
}
