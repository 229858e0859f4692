import type { Live } from '../base/live.ts'
import type { Notifier } from '../queue/notifier.ts'
import { queueKeyText } from '../queue/queue-key.ts'
import type { PreparedMessage, QueueStore } from '../queue/queue-store.ts'
import type { Copy } from '../queue/stored-message.ts'
import { categorize } from './categorizer.ts'
import type { Categorized } from './categorizer.ts'
import type { RoutingTables } from './routing.ts'

export interface RecategorizerOptions {
  readonly store: Pick<QueueStore, 'settle' | 'release'>
  readonly tables: Live<RoutingTables>
  readonly notifier: Pick<Notifier, 'failed'>
  /** Takes over leased copies that are due. */
  readonly enqueue: (copies: readonly Copy[]) => void
}

/** Moves copies from the Submission and Unreachable queues to where the present configuration says. */
export class Recategorizer {
  readonly #options: RecategorizerOptions

  constructor(options: RecategorizerOptions) {
    this.#options = options
  }

  /**
   * Categorizes a leased copy and ends its lease. Recipients that cannot be routed at all fail: their
   * notification is stored in the same transaction. `unchanged`: it belongs where it is. When it
   * rejects (a StoreError) the copy is back in its queue as it was.
   */
  async recategorize(copy: Copy): Promise<'moved' | 'unchanged'> {
    const { store, tables } = this.#options
    let notification: PreparedMessage | undefined
    try {
      const result = categorize(copy.recipients, routedSize(copy), tables.current)
      if (staysWhereItIs(copy, result)) {
        store.release([copy])
        return 'unchanged'
      }
      if (result.failures.length > 0) {
        notification = await this.#options.notifier.failed(copy.message, result.failures)
      }
      await this.#move(copy, result, notification)
      return 'moved'
    } catch (error) {
      notification?.pending.abort()
      store.release([copy])
      throw error
    }
  }

  async #move(copy: Copy, result: Categorized, notification?: PreparedMessage): Promise<void> {
    const moved = await this.#options.store.settle({
      copy,
      remaining: [],
      dueAt: copy.dueAt,
      attempts: copy.attempts,
      lastError: copy.lastError,
      delayNotified: copy.delayNotified,
      moved: result.copies,
      ...(notification !== undefined && { notifications: [notification] }),
    })
    this.#options.enqueue(moved)
  }
}

/** Notifications are exempt from size limits. */
function routedSize({ message }: Copy): number {
  return message.source === 'DSN' ? 0 : message.size
}

function staysWhereItIs(copy: Copy, { copies, failures }: Categorized): boolean {
  const [only, second] = copies
  return (
    failures.length === 0 &&
    only !== undefined &&
    second === undefined &&
    queueKeyText(only.queue) === queueKeyText(copy.queue)
  )
}
