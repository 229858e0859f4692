import type { Clock, Timer } from '../../base/clock.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { DeliverySession } from './session-opener.ts'

/** Long enough for the next burst of a busy queue, far below any peer's idle limit. */
const idleTime = 5 * second
const maximumSessions = 200

interface IdleSession {
  readonly session: DeliverySession
  readonly timer: Timer
}

/** Idle sessions by queue, for a few seconds each. A session is either here or with one caller. */
export class ConnectionCache {
  readonly #clock: Clock
  readonly #idle = new Map<string, IdleSession[]>()
  #size = 0
  #closed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The session last put for `key` that is still usable and of `isWanted`; others it meets are ended. */
  take(key: string, isWanted: (session: DeliverySession) => boolean): DeliverySession | undefined {
    const entries = this.#idle.get(key) ?? []
    for (let entry = entries.at(-1); entry !== undefined; entry = entries.at(-1)) {
      this.#remove(key, entry)
      if (entry.session.client.usable && isWanted(entry.session)) return entry.session
      void entry.session.quit()
    }
    return undefined
  }

  /** Keeps a usable session; what does not fit is ended. */
  put(key: string, session: DeliverySession, longest: Milliseconds): void {
    if (this.#closed || this.#size >= maximumSessions || !session.client.usable) {
      void session.quit()
      return
    }
    const timer = this.#clock.after(Math.min(idleTime, longest), () => {
      this.#remove(key, entry)
      void session.quit()
    })
    const entry: IdleSession = { session, timer }
    const entries = this.#idle.get(key)
    if (entries === undefined) this.#idle.set(key, [entry])
    else entries.push(entry)
    this.#size++
  }

  /** Ends all; what is put later is ended at once. */
  async close(): Promise<void> {
    this.#closed = true
    const entries = [...this.#idle.entries()].flatMap(([key, list]) =>
      list.map((entry) => ({ key, entry })),
    )
    for (const { key, entry } of entries) this.#remove(key, entry)
    await Promise.all(entries.map(({ entry }) => entry.session.quit()))
  }

  #remove(key: string, entry: IdleSession): void {
    entry.timer.cancel()
    const entries = this.#idle.get(key) ?? []
    const at = entries.indexOf(entry)
    if (at < 0) return
    entries.splice(at, 1)
    this.#size--
    if (entries.length === 0) this.#idle.delete(key)
  }
}
