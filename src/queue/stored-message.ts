import type { Bytes } from '../base/byte-size.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { Envelope, Recipient } from '../message/envelope.ts'
import type { MessageProperties } from '../message/message-properties.ts'
import type { AttemptHistory } from './attempt-history.ts'
import type { QueueKey } from './queue-key.ts'

/** Exchange's MessageSourceName of delivery status notifications. */
export const dsnSource = 'DSN'

/** What the queue keeps of a message beside its content. */
export interface NewMessage {
  readonly envelope: Envelope
  /** The Message-ID header with its angle brackets. */
  readonly messageId: string
  readonly subject: string
  /** Octets of the stored content, our own header lines included. */
  readonly size: Bytes
  readonly receivedAt: Milliseconds
  /** Exchange's MessageSourceName: `SMTP:<connector>` or `DSN`. */
  readonly source: string
  /** Address of the client; empty for our own messages. */
  readonly sourceAddress: string
  /** What the client called itself in EHLO or HELO; absent when it did not, and in older queue files. */
  readonly sourceName?: string
  /** Exchange's NetworkMessageId, the same in every log; absent in messages of older queue files. */
  readonly networkMessageId?: string
  /** It came from a client or server that proved who it is. */
  readonly originating?: boolean
  /** What agents and the categorizer found out about it; absent when nothing is known. */
  readonly properties?: MessageProperties
}

/** A message as stored. */
export interface StoredMessage extends NewMessage {
  /** Exchange's InternalId: the database id, growing strictly for the life of the queue file. */
  readonly id: number
}

/** A recipient within a copy, with what the last attempt said. */
export interface CopyRecipient extends Recipient {
  readonly lastError?: string
  /** What attempts came to; for the notification. Absent before the first one. */
  readonly attempts?: AttemptHistory
}

/** The recipient for another next hop, of which nothing is said yet; what became of it so far stays known. */
export function untried(recipient: CopyRecipient): CopyRecipient {
  const { address, notify, originalRecipient, attempts } = recipient
  return {
    address,
    ...(notify !== undefined && { notify }),
    ...(originalRecipient !== undefined && { originalRecipient }),
    ...(attempts !== undefined && { attempts }),
  }
}

/** One next hop's share of a message, before it is stored. */
export interface NewCopy {
  readonly queue: QueueKey
  readonly recipients: readonly CopyRecipient[]
  /** When it may first be tried; now when absent, `suspended` for never. */
  readonly dueAt?: Milliseconds
}

/** The due time of a copy that an administrator suspended: it never comes by itself. */
export const suspended: Milliseconds = Infinity

/** Which copy is meant: the message's id, and the copy's own. */
export interface CopyPlace {
  readonly message: number
  readonly id: number
}

export function placeOf({ message, id }: Copy): CopyPlace {
  return { message: message.id, id }
}

/**
 * The right to work on a copy and to settle it. It ends by a settlement, by its being given back, and when
 * somebody else takes the copy, which nobody may before the time is over.
 */
export interface Lease {
  /** Tells it from every other lease of the same copy. */
  readonly token: number
  /** When it runs out, unless it is renewed, which leaves this as it is; the store counts by its own clock. */
  readonly until: Milliseconds
}

/** One next hop's share of a message. */
export interface Copy {
  readonly id: number
  readonly message: StoredMessage
  readonly queue: QueueKey
  readonly recipients: readonly CopyRecipient[]
  /** When it may be tried next; `suspended` for never. */
  readonly dueAt: Milliseconds
  /** Attempts that reached the peer and were answered with 4yz. */
  readonly attempts: number
  readonly lastError: string
  /** A delay notification was sent. */
  readonly delayNotified: boolean
  /** What is wrong with it as stored: then it must not be sent, and holds what could be read of it. */
  readonly damage?: string
  /** Absent in a copy that was only looked at. */
  readonly lease?: Lease
}
