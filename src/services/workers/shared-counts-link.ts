import type { Clock, Timer } from '../../base/clock.ts'
import type { SharedCounts } from '../../base/shared-counts.ts'
import type { CountChange, SharingMessage } from './service-messages.ts'
import { countDelay } from './sharing-pace.ts'

/** Sends a message to the supervisor; `sent` is called when the channel has room for the next. */
export type SendToSupervisor = (message: SharingMessage, sent: () => void) => void

/** From this part of its limit on a count is told at once. */
const nearLimit = 0.5

/** A worker's side of the counts that it shares with the others of its service. */
export class SharedCountsLink implements SharedCounts {
  readonly #clock: Clock
  readonly #send: SendToSupervisor
  readonly #others = new Map<string, number>()
  /** What the supervisor knows of us, and what has changed since. */
  readonly #told = new Map<string, number>()
  readonly #changed = new Map<string, number>()
  #timer: Timer | undefined
  #urgent = false
  #sending = false

  constructor(clock: Clock, send: SendToSupervisor) {
    this.#clock = clock
    this.#send = send
  }

  ofOthers(key: string): number {
    return this.#others.get(key) ?? 0
  }

  tell(key: string, own: number, limit: number): void {
    if (limit === Infinity) return
    this.#changed.set(key, own)
    if (this.#urgent) return
    if (own + this.ofOthers(key) < limit * nearLimit) {
      this.#timer ??= this.#clock.after(countDelay, () => this.#flush())
      return
    }
    this.#urgent = true
    setImmediate(() => this.#flush())
  }

  /** The supervisor says what the others count. */
  hear(changes: readonly CountChange[]): void {
    for (const [key, value] of changes) {
      if (value === 0) this.#others.delete(key)
      else this.#others.set(key, value)
    }
  }

  #flush(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    if (this.#sending) return
    const urgent = this.#urgent
    this.#urgent = false
    const changes = [...this.#changed].filter(([key, own]) => (this.#told.get(key) ?? 0) !== own)
    this.#changed.clear()
    if (changes.length === 0) return
    for (const [key, own] of changes) {
      if (own === 0) this.#told.delete(key)
      else this.#told.set(key, own)
    }
    this.#sending = true
    this.#send({ kind: 'counts', changes, urgent }, () => {
      this.#sending = false
      if (this.#changed.size > 0) this.#flush()
    })
  }
}
