import type { Clock } from '../../base/clock.ts'
import type { Copy, NewCopy, StoredMessage } from '../stored-message.ts'

/** Makes copies that were never tried, with ids that were never given. */
export class FreshCopies {
  readonly #clock: Pick<Clock, 'now'>
  #next: number

  constructor(next: number, clock: Pick<Clock, 'now'>) {
    this.#next = next
    this.#clock = clock
  }

  /** The last id given. */
  get last(): number {
    return this.#next - 1
  }

  of(message: StoredMessage, copies: readonly NewCopy[], delayNotified = false): readonly Copy[] {
    return copies.map(({ queue, recipients, dueAt }) => ({
      id: this.#next++,
      message,
      queue,
      recipients,
      dueAt: dueAt ?? this.#clock.now(),
      attempts: 0,
      lastError: '',
      delayNotified,
    }))
  }
}
