import type { Clock, Timer } from '../base/clock.ts'
import type { Milliseconds } from '../base/time-span.ts'

interface CalendarParts<T> {
  readonly clock: Clock
  /** The time of this one has come. */
  readonly onWake: (one: T) => void
}

/** Entries that may be there in vain before they are cleared away. */
const leastClearing = 1000

/** Wakes many at times of their own, by one timer: each costs a few octets and no closure. */
export class WakeCalendar<T> {
  readonly #parts: CalendarParts<T>
  /** A binary heap: no entry is earlier than the one at half its place. */
  #heap: Wake<T>[] = []
  /** How many were left when those cancelled were last cleared away. */
  #cleared = 0
  #timer: Timer | undefined
  #timerAt: Milliseconds = Infinity

  constructor(parts: CalendarParts<T>) {
    this.#parts = parts
  }

  /** Wakes `one` after `delay`, unless what is returned is cancelled. */
  after(delay: Milliseconds, one: T): Timer {
    const wake = new Wake(this.#parts.clock.monotonic() + Math.max(delay, 0), one)
    if (this.#heap.length > 2 * this.#cleared + leastClearing) this.#clear()
    this.#push(wake)
    this.#setTimer()
    return wake
  }

  /** Nobody is woken any more. */
  close(): void {
    this.#timer?.cancel()
    this.#heap = []
  }

  #setTimer(): void {
    const [next] = this.#heap
    if (next === undefined || next.at >= this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = next.at
    const { clock } = this.#parts
    this.#timer = clock.after(Math.max(next.at - clock.monotonic(), 0), () => this.#wakeAll())
  }

  #wakeAll(): void {
    this.#timerAt = Infinity
    const now = this.#parts.clock.monotonic()
    for (let [next] = this.#heap; next !== undefined && next.at <= now; [next] = this.#heap) {
      this.#pop()
      if (next.one !== undefined) this.#parts.onWake(next.one)
    }
    this.#setTimer()
  }

  #clear(): void {
    this.#heap = this.#heap.filter(({ one }) => one !== undefined).sort((a, b) => a.at - b.at)
    this.#cleared = this.#heap.length
  }

  #push(wake: Wake<T>): void {
    const heap = this.#heap
    let at = heap.length
    while (at > 0) {
      const above = (at - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || parent.at <= wake.at) break
      heap[at] = parent
      at = above
    }
    heap[at] = wake
  }

  /** Takes the earliest out. */
  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]]
      const below = right !== undefined && left !== undefined && right.at < left.at ? 2 : 1
      const child = below === 2 ? right : left
      if (child === undefined || child.at >= last.at) break
      heap[at] = child
      at = 2 * at + below
    }
    heap[at] = last
  }
}

class Wake<T> implements Timer {
  readonly at: Milliseconds
  /** Undefined when it was cancelled. */
  one: T | undefined

  constructor(at: Milliseconds, one: T) {
    this.at = at
    this.one = one
  }

  cancel(): void {
    this.one = undefined
  }
}
