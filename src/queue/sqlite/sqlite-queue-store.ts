import type { Awaitable } from '../../base/awaitable.ts'
import type { Bytes } from '../../base/byte-size.ts'
import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { SharedTexts } from '../../base/shared-texts.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import { BlockPool } from './block-pool.ts'
import { ContentCache } from './content-cache.ts'
import { type ContentDisk, systemContentDisk } from './content-disk.ts'
import { ContentFiles } from './content-files.ts'
import { ContentFlow } from './content-flow.ts'
import { contentFolder } from './content-path.ts'
import type { DeliveryType } from '../delivery-kinds.ts'
import type { QueueKey } from '../queue-key.ts'
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
} from '../queue-store.ts'
import type { Copy, CopyPlace } from '../stored-message.ts'
import { FreshCopies } from './fresh-copies.ts'
import { Leases } from './leases.ts'
import { type Opened, SqliteQueueLink } from './link.ts'
import { type IntakeParts, type SealedMessage, SqlitePendingMessage } from './pending-message.ts'
import type {
  FiguresRow,
  HeldRow,
  LeasedRow,
  MovedAside,
  NumberRange,
  SettleRows,
} from './protocol.ts'
import { copyOf, copyRow, keptRow, realTime, retryStateOf } from './rows.ts'
import { StoredContents } from './stored-contents.ts'

export interface SqliteQueueStoreOptions {
  /** The queue file; its folder is made when it is missing. */
  readonly path: string
  readonly clock: Clock
  /** The store stopped working for good (every call rejects); the process should start anew. */
  readonly onFatal: (error: StoreError) => void
  /** A damaged file was put aside at start; the messages that could be read were brought over. */
  readonly onMovedAside?: (damaged: MovedAside) => void
  /** The write-ahead log was damaged or gone at start, and mail was lost with it. */
  readonly onLogTrouble?: (trouble: string) => void
  /** Content as large as this gets a file of its own, and is read in pieces of this size; default 256 KB. */
  readonly pieceBytes?: Bytes
  /** Content in memory that is not on disk; default 32 MB. */
  readonly maxUnwrittenBytes?: Bytes
  /** Content kept in memory for the first attempt; default 16 MB. */
  readonly maxCachedBytes?: Bytes
  /** Default unlimited. */
  readonly maxFileBytes?: Bytes
  /** New mail is refused with less free disk; default 64 MB. */
  readonly minFreeBytes?: Bytes
  /**
   * Kept on the disk so that the result of every delivery can be written; default 8 MB. Twice as much
   * is in use: the write-ahead log is of that size from the second start on.
   */
  readonly reserveBytes?: Bytes
  /** Default from 1. */
  readonly numbers?: NumberRange
  /** Free room that the file keeps when it shrinks after a backlog; default 64 MB. */
  readonly spareBytes?: Bytes
  /** Default that of the contract. */
  readonly leaseTime?: Milliseconds
  /** Where large content goes; the machine's disk when absent. */
  readonly disk?: ContentDisk
}

const kilobyte = 1024
const megabyte = 1024 * kilobyte
/** Content on its way to its files at a time. */
const travelBytes = 2 * megabyte
/** Memory for content on its way in that is kept for the next. */
const spareBlockBytes = 8 * megabyte
/** Leases renewed by one request: some milliseconds for the database thread. */
const renewedAtOnce = 1000
const leastFreeBytes = 64 * megabyte

/** Opens the queue file at `path`, or makes it. Rejects with a StoreError that says what to do. */
export async function openSqliteQueueStore(options: SqliteQueueStoreOptions): Promise<QueueStore> {
  const settings = {
    path: options.path,
    maxFileBytes: options.maxFileBytes ?? Infinity,
    minFreeBytes: options.minFreeBytes ?? leastFreeBytes,
    reserveBytes: options.reserveBytes ?? 8 * megabyte,
    numbers: options.numbers ?? { afterMessage: 0, afterQueue: 0 },
    spareBytes: options.spareBytes ?? 64 * megabyte,
    leaseTime: options.leaseTime ?? leaseTime,
  }
  const { link, opened } = await SqliteQueueLink.open(settings, options.onFatal)
  if (opened.movedAside !== undefined) options.onMovedAside?.(opened.movedAside)
  if (opened.logTrouble !== undefined) options.onLogTrouble?.(opened.logTrouble)
  return new SqliteQueueStore(options, link, opened)
}

class SqliteQueueStore implements QueueStore {
  readonly hasRoomForResults: Live<boolean>
  readonly news: QueueStore['news']
  readonly #link: SqliteQueueLink
  readonly #files: ContentFiles
  readonly #cache: ContentCache
  readonly #contents: StoredContents
  readonly #leases: Leases
  readonly #copies: FreshCopies
  readonly #intake: IntakeParts
  readonly #types = new SharedTexts<DeliveryType>()
  readonly #connectors = new SharedTexts()
  #nextMessage: number

  constructor(options: SqliteQueueStoreOptions, link: SqliteQueueLink, opened: Opened) {
    this.#link = link
    this.hasRoomForResults = link.hasRoomForResults
    this.news = link.news
    const pieceBytes = options.pieceBytes ?? 256 * kilobyte
    const files = new ContentFiles({
      folder: contentFolder(options.path),
      disk: options.disk ?? systemContentDisk,
      clock: options.clock,
      pieceBytes,
      minFreeBytes: options.minFreeBytes ?? leastFreeBytes,
    })
    const cache = new ContentCache(options.maxCachedBytes ?? 16 * megabyte)
    this.#files = files
    this.#cache = cache
    this.#contents = new StoredContents({ link, cache, files })
    this.#leases = new Leases(options.clock, options.leaseTime ?? leaseTime)
    this.#copies = new FreshCopies(opened.nextCopy, { clock: options.clock, leases: this.#leases })
    this.#intake = {
      ...{ link, files, cache, pieceBytes, copies: this.#copies, begun: new Map() },
      flow: new ContentFlow(options.maxUnwrittenBytes ?? 32 * megabyte, travelBytes),
      blocks: new BlockPool(64 * kilobyte, spareBlockBytes),
    }
    this.#nextMessage = opened.nextMessage
  }

  begin(): PendingMessage {
    return new SqlitePendingMessage(this.#nextMessage++, this.#intake)
  }

  async lease(queue: QueueKey, now: Milliseconds, limit: number): Promise<readonly Copy[]> {
    const lease = this.#leases.make()
    const { token } = lease
    const rows = await this.#link.call({ kind: 'lease', queue, now: realTime(now), limit, token })
    return (rows as LeasedRow[]).map((row) => copyOf(row, lease))
  }

  async nextDueAt(queue: QueueKey): Promise<Milliseconds | undefined> {
    return (await this.#link.call({ kind: 'nextDueAt', queue })) as Milliseconds | undefined
  }

  async leaseAged(query: AgedQuery): Promise<AgedCopies> {
    const lease = this.#leases.make()
    const { token } = lease
    const found = (await this.#link.call({ kind: 'leaseAged', query, token })) as {
      rows: LeasedRow[]
      next?: number
    }
    const copies = found.rows.map((row) => copyOf(row, lease))
    return { copies, ...(found.next !== undefined && { next: found.next }) }
  }

  async leaseThese(places: readonly CopyPlace[]): Promise<LeasedAmong> {
    const lease = this.#leases.make()
    const { token } = lease
    const found = (await this.#link.call({ kind: 'leaseThese', places, token })) as {
      rows: LeasedRow[]
      held: number[]
    }
    return { copies: found.rows.map((row) => copyOf(row, lease)), held: found.held }
  }

  async renew(copies: readonly Copy[]): Promise<readonly Copy[]> {
    const { until } = this.#leases.make()
    const renewed: Copy[] = []
    for (let from = 0; from < copies.length; from += renewedAtOnce) {
      const some = copies.slice(from, from + renewedAtOnce)
      const answer = await this.#link.call({ kind: 'renew', copies: some.flatMap(heldRow) })
      const held = new Set(answer as number[])
      for (const copy of some) {
        if (copy.lease === undefined || !held.has(copy.id)) continue
        renewed.push({ ...copy, lease: { token: copy.lease.token, until } })
      }
    }
    return renewed
  }

  async settle(settlement: Settlement): Promise<readonly Copy[]> {
    const { copy, remaining } = settlement
    if (copy.lease === undefined) throw notLeased(copy)
    const { moved: wanted = [], notifications = [], delayNotified } = settlement
    const moved = this.#copies.of(copy.message, wanted, delayNotified)
    const notices = notifications.length === 0 ? [] : await this.#sealAll(notifications)
    const rows: SettleRows = [
      copy.message.id,
      copy.id,
      copy.lease.token,
      keptRow(settlement),
      moved.copies.length === 0 && notices.length === 0
        ? null
        : [
            copy.message.receivedAt,
            moved.copies.map(copyRow),
            moved.token,
            notices.map((notice) => notice.rows),
          ],
    ]
    try {
      await this.#link.call(
        { kind: 'settle', rows },
        notices.flatMap(({ contents }) => contents),
      )
    } catch (error) {
      for (const { pending } of notices) pending.failed()
      throw error
    }
    this.#cache.countCopies(copy.message.id, moved.copies.length - (remaining.length === 0 ? 1 : 0))
    if (remaining.length > 0) this.#cache.drop(copy.message.id)
    this.#files.forget(copy.message.id)
    for (const notice of notices) notice.pending.committed(notice)
    return [...moved.copies, ...notices.flatMap(({ copies }) => copies)]
  }

  release(copies: readonly Copy[]): void {
    if (copies.length === 0) return
    for (const { message } of copies) this.#cache.release(message.id)
    this.#link.call({ kind: 'release', copies: copies.flatMap(heldRow) }).catch(ignored)
  }

  async hasten(queue: QueueKey, dueAt: Milliseconds): Promise<void> {
    await this.#link.call({ kind: 'hasten', queue, due: realTime(dueAt) })
  }

  async suspend(places: readonly CopyPlace[]): Promise<readonly number[]> {
    await this.#link.call({ kind: 'suspend', places })
    return (await this.#link.call({ kind: 'leasedAmong', places })) as number[]
  }

  async resume(places: readonly CopyPlace[], dueAt: Milliseconds): Promise<readonly QueueKey[]> {
    await this.#link.call({ kind: 'resume', places, due: realTime(dueAt) })
    return (await this.#link.call({ kind: 'queuesAmong', places })) as QueueKey[]
  }

  async suspendQueue(queue: QueueKey, isSuspended: boolean): Promise<void> {
    await this.#link.call({ kind: 'suspendQueue', queue, suspended: isSuspended })
  }

  keepRetry(queue: QueueKey, state: RetryState | undefined): void {
    const retry = state === undefined ? null : JSON.stringify(state)
    this.#link.call({ kind: 'keepRetry', queue, retry }).catch(ignored)
  }

  readHeader(messageId: number): Awaitable<Buffer> {
    return this.#contents.readHeader(messageId)
  }

  readBody(messageId: number, index: number, spare?: Buffer): Awaitable<Buffer | undefined> {
    return this.#contents.readBody(messageId, index, spare)
  }

  damageOf(messageId: number): Awaitable<string | undefined> {
    return this.#contents.damageOf(messageId)
  }

  async setAside(place: CopyPlace, reason: string): Promise<string> {
    return (await this.#link.call({ kind: 'setAside', place, reason })) as string
  }

  async queues(query: FiguresQuery = {}): Promise<readonly QueueFigures[]> {
    const figures = (await this.#link.call({ kind: 'queues', query })) as FiguresRow[]
    return figures.map(({ retry, ...each }) => {
      const known = retry === undefined ? undefined : retryStateOf(retry)
      return { ...each, key: this.#sharedKey(each.key), ...(known && { retry: known }) }
    })
  }

  async scan(query: CopyQuery): Promise<CopyPage> {
    const page = (await this.#link.call({ ...query, kind: 'scan' })) as {
      rows: LeasedRow[]
      next?: string
    }
    return {
      copies: page.rows.map((row) => copyOf(row)),
      ...(page.next !== undefined && { next: page.next }),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#files.close()
    await this.#link.close({ message: this.#nextMessage - 1, copy: this.#copies.last })
  }

  /** Its texts came from another thread, each key with strings of its own. */
  #sharedKey({ deliveryType, nextHopDomain, nextHopConnector }: QueueKey): QueueKey {
    return {
      deliveryType: this.#types.of(deliveryType),
      nextHopDomain,
      nextHopConnector: this.#connectors.of(nextHopConnector),
    }
  }

  async #sealAll(prepared: readonly PreparedMessage[]): Promise<SealedMessage[]> {
    const sealed: SealedMessage[] = []
    try {
      for (const each of prepared) {
        const pending = this.#intake.begun.get(each.pending.id)
        if (pending !== each.pending) throw foreignMessage()
        // Each has two contents.
        sealed.push(await pending.seal(each, 2 * sealed.length))
      }
    } catch (error) {
      for (const { pending } of sealed) pending.failed()
      throw error
    }
    return sealed
  }
}

/** Nothing of a copy that was only looked at. */
function heldRow({ id, queue, lease }: Copy): readonly HeldRow[] {
  return lease === undefined ? [] : [[id, lease.token, queue]]
}

function notLeased({ id, message }: Copy): StoreError {
  return new StoreError('STALE', `copy ${id} of message ${message.id} was never leased`)
}

function foreignMessage(): StoreError {
  return new StoreError(
    'FAILED',
    'a message of another store, or one that has ended, cannot be committed',
  )
}

function ignored(): void {
  // A store that is gone holds no leases, and keeps nothing more.
}
