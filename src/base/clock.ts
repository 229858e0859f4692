import type { Milliseconds } from './time-span.ts'

/** A pending timer; cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void
}

/** Time as an argument: the real one below, and a hand-driven one in tests. */
export interface Clock {
  /** Wall clock, milliseconds since 1970 (for what is shown, stored and expires). */
  now(): Milliseconds
  /** Never goes back, not related to the wall clock (for measuring and for deadlines). */
  monotonic(): Milliseconds
  /** Runs `action` once after `delay`; a timer never keeps the process alive. */
  after(delay: Milliseconds, action: () => void): Timer
  /** Resolves after `delay`, or at once when `signal` aborts (it never rejects). */
  sleep(delay: Milliseconds, signal?: AbortSignal): Promise<void>
}

/** Node's timers fire at once for a longer delay, so longer ones are cut to it. */
const longestTimerMs = 2 ** 31 - 1

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delay, action) {
    const timer = setTimeout(action, Math.min(delay, longestTimerMs))
    timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
  sleep(delay, signal) {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, signal?.aborted === true ? 0 : Math.min(delay, longestTimerMs))
      signal?.addEventListener('abort', end, { once: true })
    })
  },
}
