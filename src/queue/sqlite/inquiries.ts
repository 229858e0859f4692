import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Clock } from '../../base/clock.ts'
import type { QueueKey } from '../queue-key.ts'
import { type AgedQuery, type FiguresQuery, StoreError } from '../queue-store.ts'
import { DamagedMessages } from './aside.ts'
import {
  type Answer,
  type FiguresRow,
  type HeldRow,
  type Inquiry,
  type LeasedRow,
  type StoredParts,
  suspendedDue,
} from './protocol.ts'
import type { HeldLease, LeaseTimes } from './held-leases.ts'
import type { RegisteredQueue } from './registered-queue.ts'
import type { QueueRegistry } from './registry.ts'
import type { QueueRetries } from './retries.ts'
import { QueueScan, copyColumns } from './scan.ts'
import type { CopyPlace } from '../stored-message.ts'

type Row = Record<string, SQLOutputValue>
type Ask<Kind> = Extract<Inquiry, { kind: Kind }>

/** How many copies one look at the aged ones passes over at most. */
const agedRowsPerCall = 2000
/** Younger copies in a row that end such a look: ids follow the time of arrival, but not strictly. */
const youngRowsToStop = 100

interface InquiryParts {
  readonly registry: QueueRegistry
  readonly retries: QueueRetries
  readonly leases: LeaseTimes
  readonly clock: Pick<Clock, 'monotonic'>
  readonly queuePath: string
}

/** Answers questions about the file, and keeps the leases. */
export class QueueInquiries {
  readonly #registry: QueueRegistry
  readonly #retries: QueueRetries
  readonly #leases: LeaseTimes
  readonly #statements: ReturnType<typeof prepare>
  readonly #scan: QueueScan
  readonly #damaged: DamagedMessages

  constructor(database: DatabaseSync, parts: InquiryParts) {
    const { registry, retries, leases, clock, queuePath } = parts
    this.#registry = registry
    this.#retries = retries
    this.#leases = leases
    this.#statements = prepare(database)
    this.#scan = new QueueScan(database, { registry, clock })
    this.#damaged = new DamagedMessages(database, queuePath)
  }

  answer(inquiry: Exclude<Inquiry, { kind: 'readParts' }>): unknown {
    switch (inquiry.kind) {
      case 'lease':
        return this.#lease(inquiry)
      case 'nextDueAt': {
        const queue = this.#registry.find(inquiry.queue)
        return queue && this.#nextDueAt(queue)
      }
      case 'leaseAged':
        return this.#leaseAged(inquiry.query, inquiry.token)
      case 'leaseThese':
        return this.#leaseThese(inquiry.places, inquiry.token)
      case 'renew':
        return this.#renew(inquiry.copies)
      case 'leasedAmong':
        return this.#leasedAmong(inquiry.places)
      case 'queuesAmong':
        return this.#queuesAmong(inquiry.places)
      case 'release':
        for (const [copy, , queue] of this.#held(inquiry.copies)) queue.release(copy)
        return undefined
      case 'keepRetry':
        this.#retries.note(inquiry.queue, inquiry.retry)
        return undefined
      case 'setAside':
        return this.#damaged.keep(inquiry.place, inquiry.reason)
      case 'queues':
        return this.#queues(inquiry.query)
      case 'scan':
        return this.#scanned(inquiry)
    }
  }

  #queues({ keys, after = 0, limit = Infinity, withRetry = false }: FiguresQuery): FiguresRow[] {
    const named = keys?.map((key) => this.#registry.find(key)) ?? this.#registry.page(after, limit)
    const found = named.filter((queue) => queue !== undefined)
    if (!withRetry) return found.map(figures)
    return found.map((queue) => {
      const retry = this.#retries.of(queue)
      return retry === undefined ? figures(queue) : { ...figures(queue), retry }
    })
  }

  #lease({ queue: key, now, limit, token }: Ask<'lease'>): LeasedRow[] {
    const queue = this.#registry.find(key)
    if (queue === undefined) return []
    const found: Row[] = []
    const time = this.#leases.now
    for (const row of this.#statements.due.iterate(queue.number, now, limit + queue.leases)) {
      if (queue.isLeased(Number(row['id']), time)) continue
      found.push(row)
      if (found.length >= limit) break
    }
    const lease = this.#leases.begin(token)
    return found.map((row) => this.#take(queue, row, lease)).filter((row) => row !== undefined)
  }

  #leaseAged(query: AgedQuery, token: number): { rows: LeasedRow[]; next?: number } {
    const found: [RegisteredQueue, Row][] = []
    let looked = 0
    let young = 0
    let last = query.after ?? 0
    const { now } = this.#leases
    for (const row of this.#statements.aged.iterate(last, agedRowsPerCall)) {
      // A message is never split over two answers, so `last` can stand between messages.
      const full = found.length >= query.limit || young >= youngRowsToStop
      if (full && Number(row['message']) !== last) break
      looked++
      last = Number(row['message'])
      young = Number(row['received']) < query.receivedBefore ? 0 : young + 1
      if (row['due'] === suspendedDue) continue
      if (young > 0 || (query.withoutDelayNotice && row['delayNotified'] === 1)) continue
      const queue = this.#registry.byNumber(Number(row['queue']))
      if (queue === undefined || queue.isLeased(Number(row['id']), now)) continue
      found.push([queue, row])
    }
    const lease = this.#leases.begin(token)
    const rows = found
      .map(([queue, row]) => this.#take(queue, row, lease))
      .filter((row) => row !== undefined)
    if (young >= youngRowsToStop) return { rows }
    // The row limit may have cut a message in two: look at that one again.
    if (looked >= agedRowsPerCall) return { rows, next: Math.max(last - 1, (query.after ?? 0) + 1) }
    return found.length >= query.limit ? { rows, next: last } : { rows }
  }

  #take(queue: RegisteredQueue, place: Row, lease: HeldLease): LeasedRow | undefined {
    const row = this.#statements.copy.get(Number(place['message']), Number(place['id']))
    if (row === undefined) return undefined
    queue.lease(Number(place['id']), lease)
    return leasedRow(queue, row)
  }

  /** Throws a StoreError. */
  readParts({ message, verified }: Ask<'readParts'>): Pick<Answer, 'octets'> & {
    readonly value: StoredParts
  } {
    const row = this.#statements.content.get(message)
    if (row === undefined) {
      throw new StoreError('GONE', `message ${message} is not in the queue file any more`)
    }
    const { fileBytes, content, checksum, header, headerChecksum } = row
    if (verified) refuseDamaged('header', header, headerChecksum)
    const split = header instanceof Uint8Array ? { header } : {}
    const octets = header instanceof Uint8Array ? [header] : []
    if (Number(fileBytes) > 0) {
      const expected = typeof checksum === 'number' ? checksum : null
      const file = { fileBytes: Number(fileBytes), checksum: expected }
      return { value: { ...split, content: file }, octets }
    }
    if (!(content instanceof Uint8Array)) throw new StoreError('DAMAGED', 'its content is missing')
    if (verified) refuseDamaged('content', content, checksum)
    return { value: { ...split, content }, octets: [...octets, content] }
  }

  #nextDueAt(queue: RegisteredQueue): number | undefined {
    const { number, copies, leases } = queue
    const { now } = this.#leases
    if (leases >= copies && !queue.hasExpired(now)) return undefined
    for (const row of this.#statements.due.iterate(number, suspendedDue - 1, leases + 1)) {
      if (!queue.isLeased(Number(row['id']), now)) return Number(row['due'])
    }
    return undefined
  }

  #leaseThese(places: readonly CopyPlace[], token: number): { rows: LeasedRow[]; held: number[] } {
    const rows: LeasedRow[] = []
    const held: number[] = []
    const { now } = this.#leases
    const lease = this.#leases.begin(token)
    for (const { message, id } of places) {
      const row = this.#statements.copy.get(message, id)
      const queue = this.#registry.byNumber(Number(row?.['queue'] ?? -1))
      if (row === undefined || queue === undefined) continue
      if (queue.isLeased(id, now)) held.push(id)
      else {
        queue.lease(id, lease)
        rows.push(leasedRow(queue, row))
      }
    }
    return { rows, held }
  }

  #leasedAmong(places: readonly CopyPlace[]): number[] {
    const { now } = this.#leases
    const held = places.filter((place) => this.#queueOf(place)?.isLeased(place.id, now) === true)
    return held.map(({ id }) => id)
  }

  /** Those that are held by these very leases. */
  *#held(copies: readonly HeldRow[]): Generator<readonly [number, number, RegisteredQueue]> {
    for (const [copy, token, key] of copies) {
      const queue = this.#registry.find(key)
      if (queue?.isHeldBy(copy, token) === true) yield [copy, token, queue]
    }
  }

  #renew(copies: readonly HeldRow[]): number[] {
    const renewed: number[] = []
    const leases = new Map<number, HeldLease>()
    for (const [copy, token, queue] of this.#held(copies)) {
      const lease = leases.get(token) ?? this.#leases.begin(token)
      leases.set(token, lease)
      queue.lease(copy, lease)
      renewed.push(copy)
    }
    return renewed
  }

  #queuesAmong(places: readonly CopyPlace[]): QueueKey[] {
    const queues = new Set(places.map((place) => this.#queueOf(place)))
    return [...queues].flatMap((queue) => (queue === undefined ? [] : queue.key))
  }

  #queueOf({ message, id }: CopyPlace): RegisteredQueue | undefined {
    const row = this.#statements.queueOf.get(message, id)
    return this.#registry.byNumber(Number(row?.['queue'] ?? -1))
  }

  #scanned(query: Ask<'scan'>): { rows: LeasedRow[]; next?: string } {
    const { rows, next } = this.#scan.page(query)
    const copies = rows.flatMap((row) => {
      const queue = this.#registry.byNumber(Number(row['queue']))
      return queue === undefined ? [] : leasedRow(queue, row)
    })
    return { rows: copies, ...(next !== undefined && { next }) }
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text)
  return {
    due: sql('SELECT message, id, due FROM copy WHERE queue = ? AND due <= ? ORDER BY due LIMIT ?'),
    aged: sql(
      `SELECT message, id, queue, due, received, delayNotified FROM copy WHERE message > ?
       ORDER BY message, id LIMIT ?`,
    ),
    copy: sql(`SELECT ${copyColumns} WHERE copy.message = ? AND copy.id = ?`),
    content: sql(
      'SELECT fileBytes, content, checksum, header, headerChecksum FROM message WHERE id = ?',
    ),
    queueOf: sql('SELECT queue FROM copy WHERE message = ? AND id = ?'),
  }
}

/** Earlier programs have stored neither header nor, the first one, a checksum. */
function refuseDamaged(
  what: string,
  stored: SQLOutputValue | undefined,
  checksum: SQLOutputValue | undefined,
): void {
  if (typeof checksum !== 'number') return
  if (stored instanceof Uint8Array && crc32(stored) === checksum) return
  throw new StoreError('DAMAGED', `its ${what} does not fit its checksum`)
}

/** Read from memory alone. */
function figures({ key, number, copies, deferred, suspended }: RegisteredQueue): FiguresRow {
  return { key, number, copies, deferred, suspended }
}

function leasedRow(queue: RegisteredQueue, row: Row): LeasedRow {
  return {
    id: Number(row['id']),
    message: Number(row['message']),
    received: Number(row['received']),
    meta: String(row['meta']),
    queue: queue.key,
    recipients: String(row['recipients']),
    due: Number(row['due']),
    attempts: Number(row['attempts']),
    lastError: String(row['lastError']),
    delayNotified: row['delayNotified'] === 1,
  }
}
