import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { SharedTexts } from '../base/shared-texts.ts'
import { Leases } from './leases.ts'
import { type DeliveryType, type QueueKey, queueKeyText } from './queue-key.ts'

/** A queue as the database thread knows it: figures kept up to date, never counted anew. */
export interface RegisteredQueue {
  readonly number: number
  readonly key: QueueKey
  copies: number
  /** Those of them that an attempt put off. */
  deferred: number
  suspended: boolean
  readonly leased: Leases
}

const noCopies = { copies: 0, deferred: 0, suspended: false }

/** Queues without copies that keep their number; an attacker could name any number of domains. */
const longestListOfEmptyQueues = 1000

/** The queues of the file, by key and by number, and who holds which copy. */
export class QueueRegistry {
  readonly #byText = new Map<string, RegisteredQueue>()
  readonly #byNumber = new Map<number, RegisteredQueue>()
  readonly #types = new SharedTexts<DeliveryType>()
  readonly #connectors = new SharedTexts()
  readonly #insert: StatementSync
  readonly #remove: StatementSync
  readonly #reserve: StatementSync
  readonly #suspend: StatementSync
  #nextNumber: number
  /** Queues that the running transaction added, forgotten when it fails. */
  #added: RegisteredQueue[] = []
  /** Empty queues, the longest empty first. */
  readonly #empty = new Set<RegisteredQueue>()

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare('INSERT INTO queue VALUES (?, ?, ?, ?, 0)')
    this.#remove = database.prepare('DELETE FROM queue WHERE number = ?')
    this.#suspend = database.prepare('UPDATE queue SET suspended = ? WHERE number = ?')
    this.#reserve = database.prepare(`UPDATE sequence SET reserved = ? WHERE name = 'queue'`)
    const mark = database.prepare(`SELECT reserved FROM sequence WHERE name = 'queue'`).get()
    this.#nextNumber = Number(mark?.['reserved'] ?? 0) + 1
    this.#load(database)
  }

  /** The queue of `key`; a new one is written within the running transaction. */
  forWriting(key: QueueKey): RegisteredQueue {
    const known = this.find(key)
    if (known !== undefined) return known
    const number = this.#nextNumber++
    const queue = { ...noCopies, number, key, leased: new Leases() }
    this.#insert.run(queue.number, key.deliveryType, key.nextHopDomain, key.nextHopConnector)
    this.#reserve.run(queue.number)
    this.#added.push(queue)
    this.#add(queue)
    return queue
  }

  /** Writes it within the running transaction; holds once the effect is done. */
  suspend(key: QueueKey, suspended: boolean): () => void {
    if (!suspended && this.find(key) === undefined) return () => undefined
    const queue = this.forWriting(key)
    this.#suspend.run(Number(suspended), queue.number)
    return () => {
      queue.suspended = suspended
      this.count(queue, 0)
    }
  }

  find(key: QueueKey): RegisteredQueue | undefined {
    return this.#byText.get(queueKeyText(key))
  }

  byNumber(number: number): RegisteredQueue | undefined {
    return this.#byNumber.get(number)
  }

  /** Up to `limit` queues with higher numbers than `after`, the lowest first. */
  page(after: number, limit: number): RegisteredQueue[] {
    const found: RegisteredQueue[] = []
    // Numbers only grow, so the map has them in order.
    for (const queue of this.#byNumber.values()) {
      if (queue.number <= after) continue
      if (found.length >= limit) break
      found.push(queue)
    }
    return found
  }

  /** Counts copies in (or out) after the transaction that moved them succeeded. */
  count(queue: RegisteredQueue, by: number): void {
    queue.copies += by
    this.#empty.delete(queue)
    if (queue.copies === 0 && !queue.suspended) this.#empty.add(queue)
  }

  committed(): void {
    this.#added = []
  }

  rolledBack(): void {
    for (const queue of this.#added) this.#forget(queue)
    this.#added = []
  }

  get tooManyEmpty(): boolean {
    return this.#empty.size > longestListOfEmptyQueues
  }

  /** Removes the queues that were empty longest, within the running transaction. */
  removeEmpty(): RegisteredQueue[] {
    const excess = [...this.#empty].slice(0, this.#empty.size - longestListOfEmptyQueues)
    for (const queue of excess) this.#remove.run(queue.number)
    return excess
  }

  /** Follows `removeEmpty` once its transaction succeeded. */
  removed(queues: readonly RegisteredQueue[]): void {
    for (const queue of queues) this.#forget(queue)
  }

  #load(database: DatabaseSync): void {
    database.exec(
      'DELETE FROM queue WHERE suspended = 0 AND number NOT IN (SELECT DISTINCT queue FROM copy)',
    )
    const counts = countsIn(database, 'SELECT queue, count(*) AS n FROM copy GROUP BY queue')
    const deferred = countsIn(
      database,
      'SELECT queue, count(*) AS n FROM copy WHERE attempts > 0 GROUP BY queue',
    )
    for (const row of database.prepare('SELECT * FROM queue').iterate()) {
      const key: QueueKey = {
        deliveryType: this.#types.of(String(row['deliveryType']) as DeliveryType),
        nextHopDomain: String(row['nextHopDomain']),
        nextHopConnector: this.#connectors.of(String(row['nextHopConnector'])),
      }
      const number = Number(row['number'])
      this.#add({
        ...{ number, key, copies: counts.get(number) ?? 0, deferred: deferred.get(number) ?? 0 },
        suspended: row['suspended'] === 1,
        leased: new Leases(),
      })
    }
  }

  #add(queue: RegisteredQueue): void {
    this.#byText.set(queueKeyText(queue.key), queue)
    this.#byNumber.set(queue.number, queue)
  }

  #forget(queue: RegisteredQueue): void {
    this.#byText.delete(queueKeyText(queue.key))
    this.#byNumber.delete(queue.number)
    this.#empty.delete(queue)
  }
}

/** A number for each queue; both statements read nothing but an index. */
function countsIn(database: DatabaseSync, sql: string): ReadonlyMap<number, number> {
  const counts = new Map<number, number>()
  for (const row of database.prepare(sql).iterate()) {
    counts.set(Number(row['queue']), Number(row['n']))
  }
  return counts
}
