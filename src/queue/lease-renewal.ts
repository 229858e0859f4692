import type { Clock, Timer } from '../base/clock.ts'
import type { QueueLog } from './queue-events.ts'
import { type QueueStore, leaseTime } from './queue-store.ts'
import type { Copy } from './stored-message.ts'

/** A few renewals may fail before a lease runs out. */
const renewalInterval = leaseTime / 4

interface RenewalParts {
  readonly store: Pick<QueueStore, 'renew'>
  readonly clock: Clock
  readonly log: QueueLog
  /** All that is held now; the same copy may be named twice. */
  readonly held: () => Iterable<Copy>
  /** Forgets those of these copies that nobody works on yet, and tells how many they were. */
  readonly drop: (copies: ReadonlySet<Copy>) => number
}

/** Renews leases as long as their copies are held, so that no work is too long for them. */
export class LeaseRenewal {
  readonly #parts: RenewalParts
  #timer: Timer | undefined
  #running = false

  constructor(parts: RenewalParts) {
    this.#parts = parts
  }

  start(): void {
    this.#running = true
    this.#plan()
  }

  stop(): void {
    this.#running = false
    this.#timer?.cancel()
  }

  #plan(): void {
    this.#timer = this.#parts.clock.after(renewalInterval, () => {
      void this.#renew().then(() => {
        if (this.#running) this.#plan()
      })
    })
  }

  /** Never rejects. */
  async #renew(): Promise<void> {
    const { store, log, held, drop } = this.#parts
    const copies = new Set(held())
    if (copies.size === 0) return
    try {
      const renewed = await store.renew([...copies])
      const tokens = new Map(renewed.map(({ id, lease }) => [id, lease?.token]))
      for (const copy of copies) if (tokens.get(copy.id) === copy.lease?.token) copies.delete(copy)
      const lost = copies.size === 0 ? 0 : drop(copies)
      if (lost > 0) log.warn({ copies: lost }, 'others took copies whose lease had run out')
    } catch (error) {
      log.error({ error }, 'the leases of waiting copies could not be renewed')
    }
  }
}
