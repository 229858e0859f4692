import type { Bytes } from '../../base/byte-size.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { AgedQuery, FiguresQuery, QueueFigures, StoreErrorCode } from '../queue-store.ts'
import type { CopyTest } from '../copy-test.ts'
import type { DeliveryType } from '../delivery-kinds.ts'
import type { QueueKey } from '../queue-key.ts'
import type { CopyPlace } from '../stored-message.ts'

/** Where the numbers given by one of several queue files begin, so that no two files give the same. */
export interface NumberRange {
  readonly afterMessage: number
  readonly afterQueue: number
}

/** What the database thread is told when it starts. */
export interface DatabaseSettings {
  readonly path: string
  /** A database that would grow beyond this counts as a full disk. */
  readonly maxFileBytes: Bytes
  /** New mail is refused with less free disk than this, so that settling still has room. */
  readonly minFreeBytes: Bytes
  /** Kept on the disk for the results of deliveries; with 0 nothing is, and nothing waits for it. */
  readonly reserveBytes: Bytes
  readonly numbers: NumberRange
  readonly leaseTime: Milliseconds
  /** Free room that the file keeps when it shrinks. */
  readonly spareBytes: Bytes
}

/*
 * Rows travel as tuples: for an object, structured clone writes and reads the name of each property,
 * which costs several times what their values do.
 */

/**
 * One row of the table `message`. `meta` is JSON of everything in StoredMessage but id and time;
 * `fileBytes` is the size of the file that has the body; 0 lets it stand in the message's own row.
 * `header` is the header's place in the request's contents; behind it there stands the body, without
 * octets when it has a file.
 */
export type MessageRow = readonly [
  id: number,
  received: Milliseconds,
  meta: string,
  fileBytes: Bytes,
  /** CRC-32 of the file's content. */
  checksum: number,
  header: number,
]

/** One row of the table `copy`; `recipients` is JSON. */
export type CopyRow = readonly [
  id: number,
  queue: QueueName,
  due: Milliseconds,
  delayNotified: boolean,
  recipients: string,
]

/** A leased copy. */
export type HeldRow = readonly [copy: number, token: number, queue: QueueKey]

/** A QueueKey. */
export type QueueName = readonly [type: DeliveryType, domain: string, connector: string]

/** With the token of the lease of the copies. */
export type CommitRows = readonly [message: MessageRow, copies: readonly CopyRow[], token: number]

/** What a settled copy looks like afterwards. */
export type KeptRow = readonly [
  /** Null leaves them as they stand, of a copy whose rows are damaged. */
  recipients: string | null,
  due: Milliseconds,
  attempts: number,
  delayNotified: boolean,
  lastError: string,
]

/** Copies of the same message (received then) for other queues, leased by that token, and whole new messages. */
export type AddedRows = readonly [
  received: Milliseconds,
  moved: readonly CopyRow[],
  token: number,
  notifications: readonly CommitRows[],
]

export type SettleRows = readonly [
  message: number,
  copy: number,
  /** Of the lease that ends. */
  token: number,
  /** Null when the copy leaves the queue. */
  kept: KeptRow | null,
  added: AddedRows | null,
]

/** Changes; those that arrive together become one transaction. */
export type Change =
  | { readonly kind: 'commit'; readonly rows: CommitRows }
  /** The message's content file is to be deleted, unless the message was committed after all. */
  | { readonly kind: 'abort'; readonly message: number }
  | { readonly kind: 'settle'; readonly rows: SettleRows }
  | { readonly kind: 'suspend'; readonly places: readonly CopyPlace[] }
  | { readonly kind: 'resume'; readonly places: readonly CopyPlace[]; readonly due: Milliseconds }
  | { readonly kind: 'suspendQueue'; readonly queue: QueueKey; readonly suspended: boolean }

/** Makes copies due, however many, in steps between the transactions of others. */
export interface Hastening {
  readonly kind: 'hasten'
  readonly queue: QueueKey
  readonly due: Milliseconds
}

/** Questions, and the leases, which live in the database thread's memory. */
export type Inquiry =
  | {
      readonly kind: 'lease'
      readonly queue: QueueKey
      readonly now: Milliseconds
      readonly limit: number
      readonly token: number
    }
  | { readonly kind: 'nextDueAt'; readonly queue: QueueKey }
  | { readonly kind: 'leaseAged'; readonly query: AgedQuery; readonly token: number }
  | { readonly kind: 'leaseThese'; readonly places: readonly CopyPlace[]; readonly token: number }
  /** Answers with the ids of those that are still held. */
  | { readonly kind: 'renew'; readonly copies: readonly HeldRow[] }
  /** Answers with the ids of those that are leased. */
  | { readonly kind: 'leasedAmong'; readonly places: readonly CopyPlace[] }
  /** Answers with the keys of their queues, each once. */
  | { readonly kind: 'queuesAmong'; readonly places: readonly CopyPlace[] }
  | { readonly kind: 'release'; readonly copies: readonly HeldRow[] }
  /** Answered at once, written later; `retry` is JSON of a RetryState. */
  | { readonly kind: 'keepRetry'; readonly queue: QueueKey; readonly retry: string | null }
  /** Answers with StoredParts; with `verified` those of the row are sound, or it rejects with DAMAGED. */
  | { readonly kind: 'readParts'; readonly message: number; readonly verified: boolean }
  /** Keeps a damaged message for an administrator; answers with where. */
  | { readonly kind: 'setAside'; readonly place: CopyPlace; readonly reason: string }
  | { readonly kind: 'queues'; readonly query: FiguresQuery }
  | {
      readonly kind: 'scan'
      readonly queue?: QueueKey
      readonly messageId?: number
      readonly tests?: readonly CopyTest[]
      readonly newestFirst?: boolean
      readonly after?: string
      readonly limit: number
    }

export type Operation = Change | Hastening | Inquiry

/** Figures of a queue as the database thread gives them; `retry` is JSON of a RetryState. */
export interface FiguresRow extends Omit<QueueFigures, 'retry'> {
  readonly retry?: string
}

/** The file that has a message's body; `checksum` is null when the first program has written it. */
export interface FileFacts {
  readonly fileBytes: Bytes
  readonly checksum: number | null
}

/** What the row of a message has of its content. */
export interface StoredParts {
  /** Absent in messages of earlier programs: their content, here or in its file, begins with the header. */
  readonly header?: Uint8Array
  readonly content: Uint8Array | FileFacts
}

/** A request on its way; `contents` are the lengths of its parts of the batch's content. */
export type Request = readonly [id: number, operation: Operation, contents: readonly number[]]

/** What travels to the thread at a time; the next leaves when the thread has answered this one. */
export interface RequestBatch {
  readonly requests: readonly Request[]
  /** The contents of all requests one after the other. */
  readonly content: Uint8Array<ArrayBuffer>
  /** Nothing follows: close the file and end. Holds the last ids given. */
  readonly close?: { readonly message: number; readonly copy: number }
}

/** The column `due` of suspended copies; every real time lies below it. */
export const suspendedDue = Number.MAX_SAFE_INTEGER

/** A copy as the database thread gives it. */
export interface LeasedRow {
  readonly id: number
  readonly message: number
  readonly received: Milliseconds
  readonly meta: string
  readonly queue: QueueKey
  readonly recipients: string
  readonly due: Milliseconds
  readonly attempts: number
  readonly lastError: string
  readonly delayNotified: boolean
}

export interface Failure {
  readonly code: StoreErrorCode
  readonly message: string
}

export interface Answer {
  readonly id: number
  readonly value?: unknown
  /** What of the value is handed over rather than copied. */
  readonly octets?: readonly Uint8Array[]
  readonly failure?: Failure
}

/** A damaged queue file: where it was put, and how many of its messages the new one has. */
export interface MovedAside {
  readonly path: string
  readonly rescued: number
}

/** What the database thread says, beside answers. */
export type ThreadMessage =
  | {
      readonly kind: 'answers'
      /** Requests that were carried out and have nothing to tell. */
      readonly done: readonly number[]
      readonly answers: readonly Answer[]
      /** The batch is dealt with: the thread waits for another. */
      readonly turnOver: boolean
    }
  /** Open; ids below these were given before. */
  | {
      readonly kind: 'opened'
      readonly nextMessage: number
      readonly nextCopy: number
      readonly movedAside?: MovedAside
      readonly logTrouble?: string
      readonly hasRoomForResults: boolean
    }
  /** In these queues the time of leases is over. */
  | { readonly kind: 'news'; readonly queues: readonly QueueKey[] }
  /** From now on the results of deliveries can be written, or not: the disk is full. */
  | { readonly kind: 'room'; readonly hasRoomForResults: boolean }
  | { readonly kind: 'notOpened'; readonly failure: Failure }
  /** The file can no longer be trusted; the thread ends. */
  | { readonly kind: 'fatal'; readonly failure: Failure }
  | { readonly kind: 'closed' }
