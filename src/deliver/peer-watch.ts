import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { PeerWait, WaitPhase, WatchedConnection } from '../queue/delivery-agent.ts'

/** What a connection waits for. */
interface Waiting {
  readonly phase: WaitPhase
  readonly since: Milliseconds
  readonly begun: Milliseconds
  readonly what: string
}

/** Follows a connection without sessions for its queue: what it waits for, and whether that takes too long. */
export class PeerWatch implements WatchedConnection {
  readonly #clock: Clock
  readonly #leaving = new AbortController()
  #waiting: Waiting | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Aborts, with the reason, when the connection has been given up. */
  get signal(): AbortSignal {
    return this.#leaving.signal
  }

  /** It waits from now on for what others do; `what` in words: `the answer from 192.0.2.1:443`. */
  waitFor(phase: WaitPhase, what: string): void {
    const since = this.#clock.monotonic()
    this.#waiting = { phase, since, begun: this.#waiting?.begun ?? since, what }
  }

  /** It waits for nobody. */
  goOn(): void {
    this.#waiting = undefined
  }

  waitingSince(): Milliseconds | undefined {
    return this.#waiting?.since
  }

  wait(): PeerWait | undefined {
    if (this.#waiting === undefined) return undefined
    const { phase, since, begun } = this.#waiting
    return { phase, since, begun, hasAlternative: false }
  }

  waitsFor(): string {
    return this.#waiting?.what ?? ''
  }

  giveUp(why: string): void {
    this.#leaving.abort(new Error(why))
  }

  /** There is no other target. */
  tryNext(why: string): void {
    this.giveUp(why)
  }
}
