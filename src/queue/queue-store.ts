import type { Awaitable } from '../base/awaitable.ts'
import type { Live } from '../base/live.ts'
import { type Milliseconds, minute } from '../base/time-span.ts'
import type { QueueKey } from './queue-key.ts'
import type { CopyTest } from './copy-test.ts'
import type { Copy, CopyPlace, CopyRecipient, NewCopy, NewMessage } from './stored-message.ts'

/**
 * A message being taken in. Nothing of it lasts before the commit; a store that is opened again
 * forgets what was never committed. Content has two parts, which make the message one behind the
 * other: the header, all its field lines with their line ends, is fixed at the commit; the body,
 * which begins with the empty line, is streamed.
 */
export interface PendingMessage {
  /** The InternalId it will have. */
  readonly id: number
  /**
   * Adds to the body; the chunk belongs to the store. Waits while too much is not yet written, so memory
   * stays bounded. Rejects with a StoreError; after that only `abort` is allowed.
   */
  write(chunk: Buffer): Awaitable<void>
  /**
   * Piece `index` of the body as far as it was written, undefined past its end. Between two writes
   * alone. Rejects with a StoreError.
   */
  readPiece(index: number): Awaitable<Buffer | undefined>
  /**
   * Makes the message and its copies durable: when it resolves they are flushed to disk. The header
   * belongs to the store. The copies come back leased to the caller. Rejects with a StoreError, and
   * then nothing lasts.
   */
  commit(message: NewMessage, header: Buffer, copies: readonly NewCopy[]): Promise<readonly Copy[]>
  /** Forgets it. Does nothing after a commit. */
  abort(): void
}

/** A pending message ready to be committed together with a settlement. */
export interface PreparedMessage {
  readonly pending: PendingMessage
  readonly message: NewMessage
  readonly header: Buffer
  readonly copies: readonly NewCopy[]
}

/** What becomes of a leased copy after an attempt; written as one transaction. */
export interface Settlement {
  readonly copy: Copy
  /** Recipients that stay with this copy; with none the copy leaves the queue. */
  readonly remaining: readonly CopyRecipient[]
  /** When the remaining ones are due again. */
  readonly dueAt: Milliseconds
  readonly attempts: number
  readonly lastError: string
  /** Their sender heard of the delay: holds for the remaining recipients and the moved ones. */
  readonly delayNotified: boolean
  /** Recipients that now belong to other queues. */
  readonly moved?: readonly NewCopy[]
  /** Notifications that must exist exactly when the settlement does. */
  readonly notifications?: readonly PreparedMessage[]
}

/** What attempts to reach a queue's next hop came to, while they fail. */
export interface RetryState {
  /** Failures in a row. */
  readonly retryCount: number
  /** What the last one came to: a reply, or what stood in the way. */
  readonly lastError: string
  /** The host of which it speaks, `host (ip)`. */
  readonly remoteHost?: string
  /** When the first and the last of them were. */
  readonly firstRetryAt: Milliseconds
  readonly lastRetryAt: Milliseconds
  readonly nextRetryAt: Milliseconds
}

/** One queue in figures; keeping them costs nothing that grows with the queue. */
export interface QueueFigures {
  readonly key: QueueKey
  /** Small number that names the queue to an admin; never given to another queue of the file. */
  readonly number: number
  readonly copies: number
  /** Those of them that an attempt put off. */
  readonly deferred: number
  /** An administrator suspended it; it keeps that, and its number, also while it is empty. */
  readonly suspended: boolean
  /** What `keepRetry` was told last; absent where nothing is kept, and unless it was asked for. */
  readonly retry?: RetryState
}

/** Which queues' figures are asked for; all when nothing is said. */
export interface FiguresQuery {
  /** Of these queues only, as far as the store knows them. */
  readonly keys?: readonly QueueKey[]
  /** Only those with higher numbers than this. */
  readonly after?: number
  readonly limit?: number
  /** With what is known of their next hops, which is read from the disk. */
  readonly withRetry?: boolean
}

/** A page of copies: by age over the whole store, by due time within one queue. */
export interface CopyPage {
  readonly copies: readonly Copy[]
  /** Pass as `after` for the next page; undefined at the end. */
  readonly next?: string
}

export interface CopyQuery {
  readonly queue?: QueueKey
  /** Only the copies of this message. */
  readonly messageId?: number
  /**
   * Copies that cannot fulfil all of these may be left out, others not: the caller looks again. One
   * call looks at a bounded number of copies, so its page may be empty and still have a next one.
   */
  readonly tests?: readonly CopyTest[]
  /** Over the whole store: the youngest message first. Within one queue it means nothing. */
  readonly newestFirst?: boolean
  readonly after?: string
  readonly limit: number
}

/** How long a lease lasts unless it is renewed; a holder renews it several times within that. */
export const leaseTime: Milliseconds = 10 * minute

/** Copies that were asked for by their places. */
export interface LeasedAmong {
  readonly copies: readonly Copy[]
  /** Ids of those that somebody else holds; copies that are gone stand in neither. */
  readonly held: readonly number[]
}

/** Asks for copies by the age of their messages, whatever their queue and due time. */
export interface AgedQuery {
  readonly receivedBefore: Milliseconds
  /** Leaves out copies for which a delay notification was sent. */
  readonly withoutDelayNotice: boolean
  /** Where the last answer ended; the oldest when absent. */
  readonly after?: number
  readonly limit: number
}

/** Part of the answer to an AgedQuery; one call looks at a bounded number of copies. */
export interface AgedCopies {
  readonly copies: readonly Copy[]
  /** Pass as `after` to go on; undefined when no older copy is left. */
  readonly next?: number
}

/**
 * The queue on stable storage. Copies are leased before work on them, so that several workers or
 * nodes can share a store.
 */
export interface QueueStore extends AsyncDisposable {
  /**
   * Whether what a next hop takes can be written down afterwards. False on a full disk: then nothing may be
   * sent, for a process that does not outlive it would have it sent again.
   */
  readonly hasRoomForResults: Live<boolean>
  /** Queues into which others left something, and those with copies that nobody holds any more. */
  readonly news: Pick<Live<readonly QueueKey[]>, 'subscribe'>
  /** Starts a message; costs nothing until content is written. */
  begin(): PendingMessage
  /** Leases up to `limit` copies of one queue that are due at `now`, earliest due first. */
  lease(queue: QueueKey, now: Milliseconds, limit: number): Promise<readonly Copy[]>
  /** When the earliest unleased copy of `queue` is due; undefined when there is none. */
  nextDueAt(queue: QueueKey): Promise<Milliseconds | undefined>
  /** Leases those of the copies that nobody holds, suspended ones too. */
  leaseThese(places: readonly CopyPlace[]): Promise<LeasedAmong>
  /**
   * Leases copies of messages received before a time, oldest first (for expiry and delay notices);
   * suspended ones wait without an end.
   */
  leaseAged(query: AgedQuery): Promise<AgedCopies>
  /**
   * Makes leases last `leaseTime` from now on. Resolves with the copies that the caller still holds;
   * those it does not are to be dropped, for others work on them.
   */
  renew(copies: readonly Copy[]): Promise<readonly Copy[]>
  /**
   * Ends a lease with its result, flushed to disk when it resolves. Returns the new copies (moved
   * ones, then those of the notifications), leased to the caller. Rejects with STALE, and then nothing
   * has changed, when the copy is not leased by this lease any more.
   */
  settle(settlement: Settlement): Promise<readonly Copy[]>
  /** Gives copies back unchanged; nothing happens to those that others hold. */
  release(copies: readonly Copy[]): void
  /**
   * All unleased copies of `queue` that are due later become due at `dueAt` (a manual retry, or a clock that was
   * ahead), but for the suspended ones. Runs in bounded steps.
   */
  hasten(queue: QueueKey, dueAt: Milliseconds): Promise<void>
  /**
   * Suspends copies, flushed to disk when it resolves. Leased ones too: their holder's settlement says
   * anew when they are due, and they stay suspended when it dies. Resolves with the ids of those that
   * are leased now.
   */
  suspend(places: readonly CopyPlace[]): Promise<readonly number[]>
  /** Those of the copies that are suspended become due at `dueAt`. Resolves with the queues of all of them. */
  resume(places: readonly CopyPlace[], dueAt: Milliseconds): Promise<readonly QueueKey[]>
  /** Keeps whether a queue is suspended; what that means is the scheduler's business. */
  suspendQueue(queue: QueueKey, suspended: boolean): Promise<void>
  /**
   * Keeps what is known of a queue's next hop, for the time after a restart; nothing of a queue that the
   * store does not know. Nobody waits: it is written along with other changes, within some seconds, and
   * at the end.
   */
  keepRetry(queue: QueueKey, state: RetryState | undefined): void
  /**
   * A message's header, which its reader must not change. That of a recent message is answered at once
   * from memory. Rejects with a StoreError, GONE when there is no such message.
   */
  readHeader(messageId: number): Awaitable<Buffer>
  /**
   * Piece `index` of a message's body, undefined past the end. Small recent content is answered
   * at once from memory. `spare` is a piece of the same body read before that its reader needs no
   * longer: its memory may be filled anew. Rejects as `readHeader` does.
   */
  readBody(messageId: number, index: number, spare?: Buffer): Awaitable<Buffer | undefined>
  /**
   * To be asked before a copy is sent: what is wrong with its content as stored, undefined when it is what
   * was taken in. Content that never left memory is answered for at once. Rejects with a StoreError when it
   * cannot be read for now.
   */
  damageOf(messageId: number): Awaitable<string | undefined>
  /**
   * Keeps a damaged message where an administrator finds it, flushed to disk; resolves with the place. The
   * copy stays in the queue. Rejects with a StoreError.
   */
  setAside(place: CopyPlace, reason: string): Promise<string>
  /**
   * Queues with copies in them, and those that became empty lately (they keep their number), by their
   * numbers; `queuePages` walks over all.
   */
  queues(query?: FiguresQuery): Promise<readonly QueueFigures[]>
  /** Copies for an admin's eyes, leased or not. */
  scan(query: CopyQuery): Promise<CopyPage>
}

/** Reads the content of stored messages. */
export type StoredContent = Pick<QueueStore, 'readHeader' | 'readBody'>

export type StoreErrorCode =
  'DISK_FULL' | 'CORRUPT' | 'DAMAGED' | 'GONE' | 'STALE' | 'CLOSED' | 'FAILED'

/** The store could not do what was asked; nothing of the failed call lasts. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
