import type { Clock, Timer } from '../../src/base/clock.ts'
import type { Milliseconds } from '../../src/base/time-span.ts'

interface Pending {
  readonly at: Milliseconds
  readonly action: () => void
}

/** A clock that stands until a test moves it; timers run in the order of their time. */
export class FakeClock implements Clock {
  readonly #start: Milliseconds
  #now: Milliseconds
  #skew: Milliseconds = 0
  #pending: Pending[] = []

  constructor(start: Milliseconds | string = '2026-01-02T03:04:05.678Z') {
    this.#start = typeof start === 'string' ? Date.parse(start) : start
    this.#now = this.#start
  }

  now(): Milliseconds {
    return this.#now + this.#skew
  }

  monotonic(): Milliseconds {
    return this.#now - this.#start
  }

  /** How many timers wait. */
  get timers(): number {
    return this.#pending.length
  }

  after(delay: Milliseconds, action: () => void): Timer {
    const entry = { at: this.#now + Math.max(delay, 0), action }
    this.#pending.push(entry)
    return { cancel: () => (this.#pending = this.#pending.filter((other) => other !== entry)) }
  }

  sleep(delay: Milliseconds, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted === true) {
        resolve()
        return
      }
      const end = () => {
        timer.cancel()
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = this.after(delay, end)
      signal?.addEventListener('abort', end, { once: true })
    })
  }

  /** Sets the time of day, as an administrator may; no time passes. */
  jump(by: Milliseconds): void {
    this.#skew += by
  }

  /** Moves time on and runs what is due on the way; promises that follow need an `await` of their own. */
  advance(by: Milliseconds): void {
    const end = this.#now + by
    for (;;) {
      const next = this.#pending
        .filter(({ at }) => at <= end)
        .reduce<Pending | undefined>((a, b) => (a === undefined || b.at < a.at ? b : a), undefined)
      if (next === undefined) break
      this.#pending = this.#pending.filter((other) => other !== next)
      this.#now = Math.max(this.#now, next.at)
      next.action()
    }
    this.#now = end
  }
}
