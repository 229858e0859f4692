import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'
import { sourceOf } from './source.ts'

/** Passwords checked at a time; each takes a core for some 60 ms, on Node's thread pool. */
const places = 2
/** Of these, for sources that guessed wrong lately: the rest is always free for the others. */
const placesOfSuspects = 1
const mostWaiting = 1_000
const mostWaitingOfSource = 50
/** How long a wrong password is held against its source. */
const suspectFor: Milliseconds = 10 * minute
const mostSuspects = 10_000

/** Told which kind of place it got; undefined for none. */
type Admit = (place: Place | undefined) => void
type Place = 'usual' | 'suspect'

/** What came of a check: whether the password was right, where that could be told. */
export interface Checked<Result> {
  readonly right: boolean | undefined
  readonly result: Result
}

/**
 * Whose password is checked next. The sources take turns, so that one with many log-ins waits for
 * itself alone; one with few of them need not wait for all that have many; and those that guessed wrong
 * lately share one place among them.
 */
export class LogonPlaces {
  readonly #clock: Clock
  /** By source; the one whose turn is next comes first. */
  readonly #waiting = new Map<string, Admit[]>()
  #waitingCount = 0
  #shortestFirst = true
  readonly #suspects = new Map<string, Milliseconds>()
  readonly #taken: Record<Place, number> = { usual: 0, suspect: 0 }

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waitingCount
  }

  /**
   * Waits for a place, and does `check` there. Resolves with undefined when too many wait, or when the
   * client is gone before it gets a place. Rejects as `check` does.
   */
  async use<Result>(
    address: string,
    gone: AbortSignal,
    check: () => Promise<Checked<Result>>,
  ): Promise<Result | undefined> {
    const source = sourceOf(address)
    const place = gone.aborted ? undefined : await this.#enter(source, gone)
    if (place === undefined) return undefined
    try {
      const { right, result } = await check()
      if (right !== undefined) this.#judge(source, right)
      return result
    } finally {
      this.#taken[place]--
      this.#admitNext()
    }
  }

  async #enter(source: string, gone: AbortSignal): Promise<Place | undefined> {
    const place = this.#placeOf(source)
    if (this.#isFree(place)) return this.#take(place)
    const admission = Promise.withResolvers<Place | undefined>()
    const admit = admission.resolve
    if (!this.#lineUp(source, admit)) return undefined
    const leave = () => {
      this.#remove(source, admit)
      admit(undefined)
    }
    gone.addEventListener('abort', leave, { once: true })
    try {
      return await admission.promise
    } finally {
      gone.removeEventListener('abort', leave)
    }
  }

  #placeOf(source: string): Place {
    const until = this.#suspects.get(source)
    return until !== undefined && until > this.#clock.monotonic() ? 'suspect' : 'usual'
  }

  #isFree(place: Place): boolean {
    if (this.#taken.usual + this.#taken.suspect >= places) return false
    return place === 'usual' || this.#taken.suspect < placesOfSuspects
  }

  #take(place: Place): Place {
    this.#taken[place]++
    return place
  }

  #judge(source: string, right: boolean): void {
    this.#suspects.delete(source)
    if (right) return
    if (this.#suspects.size >= mostSuspects) {
      const [longestKnown] = this.#suspects.keys()
      if (longestKnown !== undefined) this.#suspects.delete(longestKnown)
    }
    this.#suspects.set(source, this.#clock.monotonic() + suspectFor)
  }

  /** Joins the line of its source; false when that is too long, or all lines are and none is longer. */
  #lineUp(source: string, admit: Admit): boolean {
    const line = this.#waiting.get(source) ?? []
    if (line.length >= mostWaitingOfSource) return false
    if (this.#waitingCount >= mostWaiting && !this.#sendAway(line.length)) return false
    line.push(admit)
    this.#waiting.set(source, line)
    this.#waitingCount++
    return true
  }

  /** Makes room at the expense of the longest line, if it is longer than `length`. */
  #sendAway(length: number): boolean {
    const lines = [...this.#waiting]
    const [source, line] = lines.reduce((a, b) => (b[1].length > a[1].length ? b : a), ['', []])
    const last = line.at(-1)
    if (line.length <= length || last === undefined) return false
    this.#remove(source, last)
    last(undefined)
    return true
  }

  #remove(source: string, admit: Admit): void {
    const line = this.#waiting.get(source)
    const at = line?.indexOf(admit) ?? -1
    if (line === undefined || at < 0) return
    line.splice(at, 1)
    this.#waitingCount--
    if (line.length === 0) this.#waiting.delete(source)
  }

  #admitNext(): void {
    for (let source = this.#next(); source !== undefined; source = this.#next()) {
      const line = this.#waiting.get(source) ?? []
      const admit = line.shift()
      this.#waitingCount--
      // Its next one waits until all other sources had their turn.
      this.#waiting.delete(source)
      if (line.length > 0) this.#waiting.set(source, line)
      admit?.(this.#take(this.#placeOf(source)))
    }
  }

  /** The source whose turn it is; undefined when there is none, or no place for it. */
  #next(): string | undefined {
    const first = new Map<Place, string>()
    for (const [source, line] of this.#waiting) {
      const place = this.#placeOf(source)
      const before = first.get(place)
      if (before === undefined || this.#isShorter(line, before)) first.set(place, source)
    }
    // With both kinds waiting each has its own places.
    const suspectsTurn = this.#taken.usual >= places - placesOfSuspects
    const order: readonly Place[] = suspectsTurn ? ['suspect', 'usual'] : ['usual', 'suspect']
    const place = order.find((kind) => first.has(kind) && this.#isFree(kind))
    if (place !== undefined) this.#shortestFirst = !this.#shortestFirst
    return place && first.get(place)
  }

  /** Every other time a shorter line goes before the one whose turn it is. */
  #isShorter(line: readonly Admit[], before: string): boolean {
    const other = this.#waiting.get(before)
    return this.#shortestFirst && other !== undefined && line.length < other.length
  }
}
