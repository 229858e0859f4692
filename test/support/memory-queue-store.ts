import type { Awaitable } from '../../src/base/awaitable.ts'
import type { Clock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import type { Milliseconds } from '../../src/base/time-span.ts'
import { type QueueKey, queueKeyText } from '../../src/queue/queue-key.ts'
import {
  type AgedCopies,
  type AgedQuery,
  type CopyPage,
  type CopyQuery,
  type FiguresQuery,
  type LeasedAmong,
  type PendingMessage,
  type PreparedMessage,
  type QueueFigures,
  type QueueStore,
  type RetryState,
  type Settlement,
  StoreError,
  leaseTime,
} from '../../src/queue/queue-store.ts'
import {
  type Copy,
  type CopyPlace,
  type NewCopy,
  type NewMessage,
  suspended,
} from '../../src/queue/stored-message.ts'
import { asStored } from './queue-samples.ts'
import type { ContentParts } from './split-content.ts'

interface HeldLease {
  readonly token: number
  /** Monotonic time. */
  readonly until: Milliseconds
}

/** What the order of copies depends on. */
type Placed = Pick<Copy, 'dueAt' | 'id'> & { readonly message: Pick<Copy['message'], 'id'> }

/** A queue store that lasts as long as the process, for tests. */
export class MemoryQueueStore implements QueueStore {
  readonly hasRoomForResults = new LiveValue(true)
  readonly news = new LiveValue<readonly QueueKey[]>([])
  readonly #clock: Clock
  readonly #copies = new Map<number, Copy>()
  readonly #leases = new Map<number, HeldLease>()
  readonly #leaseTime: Milliseconds
  #nextToken = 1
  readonly #retries = new Map<string, RetryState>()
  readonly #suspendedQueues = new Set<string>()
  readonly #contents = new Map<number, ContentParts>()
  readonly #numbers = new Map<string, { readonly key: QueueKey; readonly number: number }>()
  #nextId = 1
  #closed = false

  constructor(clock: Clock, time = leaseTime) {
    this.#clock = clock
    this.#leaseTime = time
  }

  /** Tells where copies are whose lease has run out. */
  tellAbandoned(): void {
    const abandoned = [...this.#leases.keys()].filter((id) => !this.#isLeased(id))
    const queues = abandoned.map((id) => this.#copies.get(id)?.queue)
    this.news.set(queues.filter((queue) => queue !== undefined))
  }

  begin(): PendingMessage {
    return new MemoryPendingMessage(this.#nextId++, this)
  }

  damageOf(): undefined {
    return undefined
  }

  setAside(): Promise<string> {
    return Promise.resolve('nowhere')
  }

  async commit(prepared: PreparedMessage): Promise<readonly Copy[]> {
    await this.#turn()
    return this.#add(prepared)
  }

  async lease(queue: QueueKey, now: Milliseconds, limit: number): Promise<readonly Copy[]> {
    await this.#turn()
    const due = this.#inQueue(queue)
      .filter(({ dueAt }) => dueAt <= now && dueAt !== suspended)
      .filter(({ id }) => !this.#isLeased(id))
      .toSorted((a, b) => a.dueAt - b.dueAt)
    return this.#take(due.slice(0, limit))
  }

  async nextDueAt(queue: QueueKey): Promise<Milliseconds | undefined> {
    await this.#turn()
    const waiting = this.#inQueue(queue)
      .filter(({ dueAt }) => dueAt !== suspended)
      .filter(({ id }) => !this.#isLeased(id))
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueAt }) => dueAt))
  }

  async leaseAged(query: AgedQuery): Promise<AgedCopies> {
    await this.#turn()
    const aged = [...this.#copies.values()]
      .filter(({ message }) => message.id > (query.after ?? 0))
      .filter(({ message }) => message.receivedAt < query.receivedBefore)
      .filter(({ delayNotified }) => !(delayNotified && query.withoutDelayNotice))
      .filter(({ id, dueAt }) => dueAt !== suspended && !this.#isLeased(id))
      .toSorted(byAge)
    const last = aged[query.limit - 1]?.message.id
    if (last === undefined) return { copies: this.#take(aged) }
    return { copies: this.#take(aged.filter(({ message }) => message.id <= last)), next: last }
  }

  async leaseThese(places: readonly CopyPlace[]): Promise<LeasedAmong> {
    await this.#turn()
    const copies = this.#at(places)
    const held = copies.filter(({ id }) => this.#isLeased(id)).map(({ id }) => id)
    return { copies: this.#take(copies.filter(({ id }) => !held.includes(id))), held }
  }

  async renew(copies: readonly Copy[]): Promise<readonly Copy[]> {
    await this.#turn()
    const held = copies.filter((copy) => this.#holds(copy))
    return held.map((copy) => this.#leasedBy(copy, copy.lease?.token ?? 0))
  }

  async settle(settlement: Settlement): Promise<readonly Copy[]> {
    await this.#turn()
    const { copy, remaining, dueAt, attempts, lastError, delayNotified } = settlement
    if (!this.#holds(copy)) throw new StoreError('STALE', `copy ${copy.id} is not held any more`)
    const notices = (settlement.notifications ?? []).flatMap((notice) => this.#add(notice))
    const moved = (settlement.moved ?? []).map((each) =>
      this.#newCopy(copy.message, each, delayNotified),
    )
    this.#leases.delete(copy.id)
    if (remaining.length > 0) {
      const changed = { recipients: remaining, dueAt, attempts, lastError, delayNotified }
      this.#copies.set(copy.id, asStored({ ...copy, ...changed }))
    } else {
      this.#copies.delete(copy.id)
      const others = [...this.#copies.values()].some(
        ({ message }) => message.id === copy.message.id,
      )
      if (!others) this.#contents.delete(copy.message.id)
    }
    return [...moved, ...notices]
  }

  release(copies: readonly Copy[]): void {
    for (const copy of copies) if (this.#holds(copy)) this.#leases.delete(copy.id)
  }

  async hasten(queue: QueueKey, dueAt: Milliseconds): Promise<void> {
    await this.#turn()
    for (const copy of this.#inQueue(queue)) {
      if (!this.#isLeased(copy.id) && copy.dueAt !== suspended && copy.dueAt > dueAt)
        this.#copies.set(copy.id, { ...copy, dueAt })
    }
  }

  async suspend(places: readonly CopyPlace[]): Promise<readonly number[]> {
    await this.#turn()
    const copies = this.#at(places)
    for (const copy of copies) this.#copies.set(copy.id, { ...copy, dueAt: suspended })
    return copies.filter(({ id }) => this.#isLeased(id)).map(({ id }) => id)
  }

  async resume(places: readonly CopyPlace[], dueAt: Milliseconds): Promise<readonly QueueKey[]> {
    await this.#turn()
    const queues = new Map<string, QueueKey>()
    for (const copy of this.#at(places)) {
      queues.set(queueKeyText(copy.queue), copy.queue)
      if (copy.dueAt === suspended) this.#copies.set(copy.id, { ...copy, dueAt })
    }
    return [...queues.values()]
  }

  async suspendQueue(queue: QueueKey, isSuspended: boolean): Promise<void> {
    await this.#turn()
    if (isSuspended) this.#suspendedQueues.add(queueKeyText(this.#number(queue).key))
    else this.#suspendedQueues.delete(queueKeyText(queue))
  }

  keepRetry(queue: QueueKey, state: RetryState | undefined): void {
    const text = queueKeyText(queue)
    if (state === undefined || !this.#numbers.has(text)) this.#retries.delete(text)
    else this.#retries.set(text, state)
  }

  readHeader(messageId: number): Awaitable<Buffer> {
    return this.#contents.get(messageId)?.header ?? Promise.reject(gone(messageId))
  }

  readBody(messageId: number, index: number): Awaitable<Buffer | undefined> {
    const content = this.#contents.get(messageId)
    if (content === undefined) return Promise.reject(gone(messageId))
    return index === 0 && content.body.length > 0 ? content.body : undefined
  }

  async queues(query: FiguresQuery = {}): Promise<readonly QueueFigures[]> {
    await this.#turn()
    const { keys, after = 0, limit = Infinity, withRetry = false } = query
    const all = [...this.#numbers.values()].filter(({ number }) => number > after).slice(0, limit)
    const texts = keys?.map(queueKeyText)
    const meant = all.filter(({ key }) => texts?.includes(queueKeyText(key)) !== false)
    return meant.map(({ key, number }) => {
      const inQueue = this.#inQueue(key)
      const deferred = inQueue.filter(({ attempts }) => attempts > 0).length
      const retry = withRetry ? this.#retries.get(queueKeyText(key)) : undefined
      return {
        key,
        number,
        copies: inQueue.length,
        deferred,
        suspended: this.#suspendedQueues.has(queueKeyText(key)),
        ...(retry !== undefined && { retry }),
      }
    })
  }

  async scan(query: CopyQuery): Promise<CopyPage> {
    await this.#turn()
    const from = query.queue === undefined ? [...this.#copies.values()] : this.#inQueue(query.queue)
    const newestFirst = query.newestFirst === true && query.queue === undefined
    const inOrder = (a: Placed, b: Placed) =>
      newestFirst
        ? byAge(b, a)
        : (query.queue === undefined ? 0 : dueOf(a) - dueOf(b)) || byAge(a, b)
    const after = query.after === undefined ? undefined : (JSON.parse(query.after) as Placed)
    const ordered = from
      .filter(({ message }) => query.messageId === undefined || message.id === query.messageId)
      .filter((copy) => after === undefined || inOrder(copy, after) > 0)
      .toSorted(inOrder)
    const copies = ordered.slice(0, query.limit)
    const last = copies.at(-1)
    if (last === undefined || copies.length < query.limit) return { copies }
    const { message, id } = last
    const place = { dueAt: dueOf(last), message: { id: message.id }, id }
    return { copies, next: JSON.stringify(place) }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    return Promise.resolve()
  }

  async #turn(): Promise<void> {
    await Promise.resolve()
    if (this.#closed) throw new StoreError('CLOSED', 'the queue store is closed')
  }

  #add({ pending, message, header, copies }: PreparedMessage): Copy[] {
    if (!(pending instanceof MemoryPendingMessage)) {
      throw new StoreError('FAILED', 'a message of another store cannot be committed to this one')
    }
    this.#contents.set(pending.id, { header, body: pending.finish() })
    return copies.map((copy) => this.#newCopy({ ...message, id: pending.id }, copy))
  }

  #newCopy(
    message: NewMessage & { readonly id: number },
    { queue, recipients, dueAt }: NewCopy,
    delayNotified = false,
  ): Copy {
    const id = this.#nextId++
    this.#number(queue)
    const copy: Copy = {
      id,
      message,
      queue,
      recipients,
      dueAt: dueAt ?? this.#clock.now(),
      attempts: 0,
      lastError: '',
      delayNotified,
    }
    this.#copies.set(id, copy)
    return this.#leasedBy(copy, this.#nextToken++)
  }

  #number(key: QueueKey): { readonly key: QueueKey } {
    const text = queueKeyText(key)
    const known = this.#numbers.get(text)
    if (known !== undefined) return known
    const named = { key, number: this.#numbers.size + 1 }
    this.#numbers.set(text, named)
    return named
  }

  #at(places: readonly CopyPlace[]): Copy[] {
    return places.map(({ id }) => this.#copies.get(id)).filter((copy) => copy !== undefined)
  }

  #inQueue(queue: QueueKey): Copy[] {
    const text = queueKeyText(queue)
    return [...this.#copies.values()].filter((copy) => queueKeyText(copy.queue) === text)
  }

  #take(copies: readonly Copy[]): readonly Copy[] {
    const token = this.#nextToken++
    return copies.map((copy) => this.#leasedBy(copy, token))
  }

  #leasedBy(copy: Copy, token: number): Copy {
    this.#leases.set(copy.id, { token, until: this.#clock.monotonic() + this.#leaseTime })
    return { ...copy, lease: { token, until: this.#clock.now() + this.#leaseTime } }
  }

  #isLeased(id: number): boolean {
    const lease = this.#leases.get(id)
    return lease !== undefined && lease.until > this.#clock.monotonic()
  }

  #holds({ id, lease }: Copy): boolean {
    return lease !== undefined && this.#leases.get(id)?.token === lease.token
  }
}

class MemoryPendingMessage implements PendingMessage {
  readonly id: number
  readonly #store: MemoryQueueStore
  #chunks: Buffer[] = []
  #ended = false

  constructor(id: number, store: MemoryQueueStore) {
    this.id = id
    this.#store = store
  }

  write(chunk: Buffer): undefined | Promise<void> {
    if (this.#ended) return Promise.reject(new StoreError('FAILED', 'the message has ended'))
    this.#chunks.push(chunk)
    return undefined
  }

  readPiece(index: number): Awaitable<Buffer | undefined> {
    if (this.#ended) return Promise.reject(new StoreError('FAILED', 'the message has ended'))
    return index === 0 && this.#chunks.length > 0 ? Buffer.concat(this.#chunks) : undefined
  }

  commit(
    message: NewMessage,
    header: Buffer,
    copies: readonly NewCopy[],
  ): Promise<readonly Copy[]> {
    return this.#store.commit({ pending: this, message, header, copies })
  }

  abort(): void {
    this.#ended = true
    this.#chunks = []
  }

  /** The body, once. */
  finish(): Buffer {
    if (this.#ended) throw new StoreError('FAILED', 'the message has ended')
    this.#ended = true
    return Buffer.concat(this.#chunks)
  }
}

function gone(messageId: number): StoreError {
  return new StoreError('GONE', `there is no message ${messageId}`)
}

/** Suspended ones come last. */
function dueOf({ dueAt }: Placed): number {
  return Math.min(dueAt, Number.MAX_SAFE_INTEGER)
}

function byAge(a: Placed, b: Placed): number {
  return a.message.id - b.message.id || a.id - b.id
}
