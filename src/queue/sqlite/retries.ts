import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { QueueKey } from '../queue-key.ts'
import type { RegisteredQueue } from './registered-queue.ts'
import type { QueueRegistry } from './registry.ts'

/** So many go along with the changes of others: a millisecond at most. */
const perTransaction = 200
/** How long what is told waits for other changes to go along with. */
const longestWait: Milliseconds = 1000

interface RetriesParts {
  readonly registry: QueueRegistry
  readonly clock: Pick<Clock, 'monotonic'>
}

/** What is known of the queues' next hops: written when there is something else to write, or a calm moment. */
export class QueueRetries {
  readonly #registry: QueueRegistry
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #update: StatementSync
  readonly #select: StatementSync
  /** JSON, null for nothing any more. */
  readonly #unwritten = new Map<RegisteredQueue, string | null>()
  /** Since when something waits. */
  #waitingSince: Milliseconds = 0

  constructor(database: DatabaseSync, { registry, clock }: RetriesParts) {
    this.#registry = registry
    this.#clock = clock
    this.#update = database.prepare('UPDATE queue SET retry = ? WHERE number = ?')
    this.#select = database.prepare('SELECT retry FROM queue WHERE number = ?')
  }

  get any(): boolean {
    return this.#unwritten.size > 0
  }

  /** Nothing came that it could have gone along with. */
  get isLate(): boolean {
    return this.any && this.#clock.monotonic() - this.#waitingSince >= longestWait
  }

  note(key: QueueKey, retry: string | null): void {
    const queue = this.#registry.find(key)
    if (queue === undefined) return
    if (!this.any) this.#waitingSince = this.#clock.monotonic()
    this.#unwritten.set(queue, retry)
  }

  /** What was noted last. */
  of(queue: RegisteredQueue): string | undefined {
    const unwritten = this.#unwritten.get(queue)
    if (unwritten !== undefined) return unwritten ?? undefined
    const stored = this.#select.get(queue.number)?.['retry']
    return typeof stored === 'string' ? stored : undefined
  }

  /** Writes some of it within the running transaction; they are written once the effect is done. */
  write(most = perTransaction): () => void {
    const written: [RegisteredQueue, string | null][] = []
    for (const each of this.#unwritten) {
      if (written.length >= most) break
      const [queue, retry] = each
      this.#update.run(retry, queue.number)
      written.push(each)
    }
    return () => {
      for (const [queue, retry] of written) {
        if (this.#unwritten.get(queue) === retry) this.#unwritten.delete(queue)
      }
    }
  }
}
