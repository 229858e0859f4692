import type { Clock, Timer } from './clock.ts'
import type { Milliseconds } from './time-span.ts'

export interface KnownInTimeOptions<T> {
  /** Whether one can begin with it. */
  readonly isUseful: (result: T) => boolean
  /** How long those in front of the first useful one are waited for, once it is there. */
  readonly patienceAhead: Milliseconds
  /** The same for those behind it. */
  readonly patienceBehind: Milliseconds
  readonly clock: Clock
}

/**
 * Waits until one of several questions, in their order of preference, has a useful answer, and then not
 * much longer for the others. Gives what is known by then, in step with the questions, which never
 * reject; undefined is what is still open. Without any useful answer all are waited for.
 */
export function knownInTime<T>(
  asked: readonly Promise<T>[],
  options: KnownInTimeOptions<T>,
): Promise<readonly (T | undefined)[]> {
  return new Promise((resolve) => {
    const race = new Race(asked.length, options, resolve)
    for (const [at, one] of asked.entries()) void one.then((result) => race.answered(at, result))
    if (asked.length === 0) resolve([])
  })
}

class Race<T> {
  readonly #options: KnownInTimeOptions<T>
  readonly #resolve: (known: readonly (T | undefined)[]) => void
  readonly #known: (T | undefined)[]
  readonly #open: Set<number>
  /** The first useful one so far. */
  #first = Infinity
  /** End of the patience with those ahead, from the first useful answer on. */
  #ahead: Timer | undefined
  #behind: Timer | undefined

  constructor(
    size: number,
    options: KnownInTimeOptions<T>,
    resolve: (known: readonly (T | undefined)[]) => void,
  ) {
    this.#options = options
    this.#resolve = resolve
    this.#known = Array.from({ length: size }, () => undefined)
    this.#open = new Set(this.#known.keys())
  }

  answered(at: number, result: T): void {
    const { isUseful, clock, patienceAhead, patienceBehind } = this.#options
    this.#known[at] = result
    this.#open.delete(at)
    if (isUseful(result)) this.#first = Math.min(this.#first, at)
    if (this.#open.size === 0) this.#end()
    if (this.#open.size === 0 || this.#first === Infinity) return
    this.#ahead ??= clock.after(patienceAhead, () => this.#end())
    const [next = Infinity] = this.#open
    if (next > this.#first) this.#behind ??= clock.after(patienceBehind, () => this.#end())
  }

  #end(): void {
    this.#ahead?.cancel()
    this.#behind?.cancel()
    this.#resolve([...this.#known])
  }
}
