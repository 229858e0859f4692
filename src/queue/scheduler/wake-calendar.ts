import type { Clock, Timer } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'

/** One that a calendar wakes. */
export interface Sleeper {
  /** Where it stands in the calendar; undefined while it does not sleep. */
  readonly wakePlace: number | undefined
  /** Keeps its place for the calendar. */
  sleepAt(place: number | undefined): void
}

interface CalendarParts<T> {
  readonly clock: Clock
  /** The time of this one has come. */
  readonly onWake: (one: T) => void
}

/** Wakes many at times of their own, by one timer: each costs a few octets, and no object or closure. */
export class WakeCalendar<T extends Sleeper> {
  readonly #parts: CalendarParts<T>
  /** A binary heap: none is woken earlier than the one at half its place. */
  readonly #sleepers: T[] = []
  /** The monotonic times of those at the same places. */
  readonly #times: Milliseconds[] = []
  #timer: Timer | undefined
  #timerAt: Milliseconds = Infinity

  constructor(parts: CalendarParts<T>) {
    this.#parts = parts
  }

  /** Wakes `one` after `delay`, and not when it was to be woken before. */
  wake(one: T, delay: Milliseconds): void {
    this.cancel(one)
    const time = this.#parts.clock.monotonic() + Math.max(delay, 0)
    this.#rise(one, time, this.#sleepers.length)
    this.#setTimer()
  }

  /** Does nothing when it does not sleep. */
  cancel(one: T): void {
    const place = one.wakePlace
    if (place === undefined) return
    one.sleepAt(undefined)
    const [last, time] = [this.#sleepers.pop(), this.#times.pop()]
    if (last === undefined || time === undefined || last === one) return
    this.#sink(last, time, this.#rise(last, time, place))
  }

  /** Nobody is woken any more. */
  close(): void {
    this.#timer?.cancel()
    for (const one of this.#sleepers) one.sleepAt(undefined)
    this.#sleepers.length = 0
    this.#times.length = 0
  }

  #setTimer(): void {
    const [next = Infinity] = this.#times
    if (next >= this.#timerAt) return
    this.#timer?.cancel()
    this.#timerAt = next
    const { clock } = this.#parts
    this.#timer = clock.after(Math.max(next - clock.monotonic(), 0), () => this.#wakeAll())
  }

  #wakeAll(): void {
    this.#timerAt = Infinity
    const now = this.#parts.clock.monotonic()
    for (let [next] = this.#sleepers; next !== undefined; [next] = this.#sleepers) {
      if (this.#timeAt(0) > now) break
      this.cancel(next)
      this.#parts.onWake(next)
    }
    this.#setTimer()
  }

  #timeAt(place: number): Milliseconds {
    return this.#times[place] ?? Infinity
  }

  #put(one: T, time: Milliseconds, place: number): void {
    this.#sleepers[place] = one
    this.#times[place] = time
    one.sleepAt(place)
  }

  /** Puts it at this place, or further up before those that are woken later; returns where. */
  #rise(one: T, time: Milliseconds, from: number): number {
    let place = from
    while (place > 0) {
      const above = (place - 1) >> 1
      const parent = this.#sleepers[above]
      if (parent === undefined || this.#timeAt(above) <= time) break
      this.#put(parent, this.#timeAt(above), place)
      place = above
    }
    this.#put(one, time, place)
    return place
  }

  /** Puts it at this place, or further down behind those that are woken earlier. */
  #sink(one: T, time: Milliseconds, from: number): void {
    let place = from
    for (;;) {
      const left = 2 * place + 1
      const below = this.#timeAt(left + 1) < this.#timeAt(left) ? left + 1 : left
      const child = this.#sleepers[below]
      if (child === undefined || this.#timeAt(below) >= time) break
      this.#put(child, this.#timeAt(below), place)
      place = below
    }
    this.#put(one, time, place)
  }
}
