import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { SharedTexts } from '../../base/shared-texts.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { DeliveryType } from '../delivery-kinds.ts'
import type { QueueKey } from '../queue-key.ts'
import { QueueMap } from '../queue-map.ts'
import { RegisteredQueue } from './registered-queue.ts'

/** Queues without copies that keep their number; an attacker could name any number of domains. */
const longestListOfEmptyQueues = 1000

/** The queues of the file, by key and by number, and who holds which copy. */
export class QueueRegistry {
  readonly #byKey = new QueueMap<RegisteredQueue>()
  /** Numbers only grow, so each new one comes last. */
  readonly #byNumber: RegisteredQueue[] = []
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
    this.#insert = database.prepare(
      'INSERT INTO queue (number, deliveryType, nextHopDomain, nextHopConnector) VALUES (?, ?, ?, ?)',
    )
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
    const queue = new RegisteredQueue(this.#nextNumber++, key)
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
    return this.#byKey.get(key)
  }

  byNumber(number: number): RegisteredQueue | undefined {
    const queue = this.#byNumber[this.#placeOf(number)]
    return queue?.number === number ? queue : undefined
  }

  /** Up to `limit` queues with higher numbers than `after`, the lowest first. */
  page(after: number, limit: number): RegisteredQueue[] {
    const from = this.#placeOf(after + 1)
    return this.#byNumber.slice(from, from + limit)
  }

  /** The queues with leases whose time is over. */
  withExpired(now: Milliseconds): RegisteredQueue[] {
    return this.#byNumber.filter((queue) => queue.leases > 0 && queue.hasExpired(now))
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
    // Both counts read nothing but an index.
    const rows = database.prepare(
      `SELECT *, (SELECT count(*) FROM copy WHERE copy.queue = number) AS copies,
         (SELECT count(*) FROM copy WHERE copy.queue = number AND attempts > 0) AS deferred
       FROM queue ORDER BY number`,
    )
    for (const row of rows.iterate()) {
      const queue = new RegisteredQueue(Number(row['number']), {
        deliveryType: this.#types.of(String(row['deliveryType']) as DeliveryType),
        nextHopDomain: String(row['nextHopDomain']),
        nextHopConnector: this.#connectors.of(String(row['nextHopConnector'])),
      })
      queue.copies = Number(row['copies'])
      queue.deferred = Number(row['deferred'])
      queue.suspended = row['suspended'] === 1
      this.#add(queue)
    }
  }

  #add(queue: RegisteredQueue): void {
    this.#byKey.set(queue.key, queue)
    this.#byNumber.push(queue)
  }

  #forget(queue: RegisteredQueue): void {
    this.#byKey.delete(queue.key)
    const place = this.#placeOf(queue.number)
    if (this.#byNumber[place] === queue) this.#byNumber.splice(place, 1)
    this.#empty.delete(queue)
  }

  /** Where the first queue stands whose number is not below this one. */
  #placeOf(number: number): number {
    let [from, to] = [0, this.#byNumber.length]
    while (from < to) {
      const between = (from + to) >> 1
      if ((this.#byNumber[between]?.number ?? Infinity) < number) from = between + 1
      else to = between
    }
    return from
  }
}
