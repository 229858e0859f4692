import type { Clock } from '../../base/clock.ts'
import type { Copy, NewCopy, StoredMessage } from '../stored-message.ts'
import type { Leases } from './leases.ts'

interface FreshCopiesParts {
  readonly clock: Pick<Clock, 'now'>
  readonly leases: Leases
}

interface FreshBatch {
  readonly copies: readonly Copy[]
  /** Of the lease that they have in common. */
  readonly token: number
}

/** Makes copies that were never tried, with ids that were never given, leased to who has them made. */
export class FreshCopies {
  readonly #clock: Pick<Clock, 'now'>
  readonly #leases: Leases
  #next: number

  constructor(next: number, { clock, leases }: FreshCopiesParts) {
    this.#next = next
    this.#clock = clock
    this.#leases = leases
  }

  /** The last id given. */
  get last(): number {
    return this.#next - 1
  }

  of(message: StoredMessage, copies: readonly NewCopy[], delayNotified = false): FreshBatch {
    const now = this.#clock.now()
    const lease = this.#leases.ofFresh(now)
    const fresh = copies.map(({ queue, recipients, dueAt }) => ({
      id: this.#next++,
      message,
      queue,
      recipients,
      dueAt: dueAt ?? now,
      attempts: 0,
      lastError: '',
      delayNotified,
      lease,
    }))
    return { copies: fresh, token: lease.token }
  }
}
