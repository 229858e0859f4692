import type { Bytes } from '../../base/byte-size.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { AdminMark } from './admin-mark.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { QueueStatus } from './queue-state.ts'
import { type DeliveryKind, type DeliveryType, deliveryKinds } from '../delivery-kinds.ts'
import { type QueueKey, isPoisonQueue } from '../queue-key.ts'
import type { MessagePriority } from '../../message/message-properties.ts'
import { priorityOf } from '../priority-queuing.ts'
import { type DeferReason, deferReasonOf } from '../defer-reason.ts'
import type { QueueFigures } from '../queue-store.ts'
import { type RetrySettings, attemptsSince } from './retry-schedule.ts'
import {
  type Copy,
  type CopyPlace,
  type CopyRecipient,
  placeOf,
  suspended,
} from '../stored-message.ts'
import { type MessageSettings, expiresAt, withQueueAttempts } from './verdict.ts'

/** A queue by Exchange's property names; times are milliseconds since 1970. */
export interface QueueView {
  /** `EDGE01\3`, `EDGE01\Submission`, `EDGE01\Unreachable`. */
  readonly Identity: string
  readonly DeliveryType: DeliveryType
  readonly Status: QueueStatus
  readonly MessageCount: number
  /** Messages that an attempt put off. */
  readonly DeferredMessageCount: number
  readonly NextHopDomain: string
  readonly NextHopConnector: string
  readonly NextHopCategory: DeliveryKind['category']
  readonly LastError: string
  readonly FirstRetryTime?: Milliseconds
  readonly LastRetryTime?: Milliseconds
  readonly NextRetryTime?: Milliseconds
  readonly RetryCount: number
  /** Messages per second over the last minute, as the next one. */
  readonly IncomingRate: number
  readonly OutgoingRate: number
  /** For the store and the scheduler, not for display. */
  readonly key: QueueKey
}

/** What a queue is called. */
export type QueueName = Pick<QueueView, 'Identity' | 'key'>

export type MessageStatus =
  'Active' | 'PendingRemove' | 'PendingSuspend' | 'Ready' | 'Retry' | 'Suspended'

/** A message in a queue by Exchange's property names. */
export interface MessageView {
  /** `EDGE01\3\17`: server, queue, InternalId. */
  readonly Identity: string
  readonly FromAddress: string
  readonly Status: MessageStatus
  readonly Queue: string
  readonly Subject: string
  readonly Size: Bytes
  readonly MessageSourceName: string
  readonly SourceIP: string
  readonly InternetMessageId: string
  readonly Directionality: 'Incoming' | 'Originating'
  readonly Priority: MessagePriority
  readonly DateReceived: Milliseconds
  /** Null for one that waits without an end. */
  readonly ExpirationTime: Milliseconds | null
  readonly LastError: string
  readonly DeferReason: DeferReason
  readonly RetryCount: number
  readonly Recipients: readonly RecipientView[]
  /** For the store, not for display. */
  readonly place: CopyPlace
}

/** A recipient who waits in a queue. */
export interface RecipientView {
  readonly Address: string
  readonly Status: 'Ready' | 'Retry'
  readonly LastError: string
}

interface QueueCircumstances {
  readonly serverName: string
  /** Monotonic. */
  readonly now: Milliseconds
  /** What it waits for; empty for nothing. */
  readonly wait: string
}

/** What is waited for now comes before what went wrong last. */
function withWait(wait: string, lastError: string): string {
  if (wait === '' || lastError === '') return wait + lastError
  return `${wait} (last error: ${lastError})`
}

/** One row of Get-Queue. */
export function queueView(
  { key, number, copies, deferred, suspended }: QueueFigures,
  queue: DeliveryQueue | undefined,
  { serverName, now, wait }: QueueCircumstances,
): QueueView {
  const failures = queue?.failures
  const { incoming, outgoing } = queue?.rates(now) ?? { incoming: 0, outgoing: 0 }
  return {
    Identity: queueIdentity(serverName, key, number),
    DeliveryType: key.deliveryType,
    Status: queue?.status ?? (suspended ? 'Suspended' : 'Ready'),
    MessageCount: copies,
    DeferredMessageCount: deferred,
    NextHopDomain: key.nextHopDomain,
    NextHopConnector: key.nextHopConnector,
    NextHopCategory: deliveryKinds[key.deliveryType].category,
    LastError: withWait(wait, failures?.lastError ?? ''),
    ...(failures !== undefined && {
      FirstRetryTime: failures.firstRetryAt,
      LastRetryTime: failures.lastRetryAt,
    }),
    ...(queue?.nextRetryAt !== undefined && { NextRetryTime: queue.nextRetryAt }),
    RetryCount: queue?.retryCount ?? 0,
    IncomingRate: incoming,
    OutgoingRate: outgoing,
    key,
  }
}

interface MessageCircumstances {
  readonly serverName: string
  readonly queueNumber: number | undefined
  readonly active: boolean
  readonly mark: AdminMark | undefined
  /** What it waits for if it is in hand or due; empty for nothing. */
  readonly wait: string
  /** Absent when the scheduler does not know the queue. */
  readonly deliveryQueue: DeliveryQueue | undefined
  readonly now: Milliseconds
  readonly settings: MessageSettings & RetrySettings
}

/** One row of Get-Message. */
export function messageView(copy: Copy, circumstances: MessageCircumstances): MessageView {
  const { message } = copy
  const { deliveryQueue } = circumstances
  const { serverName, queueNumber = 0 } = circumstances
  const queue = queueIdentity(serverName, copy.queue, queueNumber)
  const status = messageStatus(copy, circumstances)
  return {
    Identity: `${queue}\\${message.id}`,
    FromAddress: message.envelope.sender === '' ? '<>' : message.envelope.sender,
    Status: status,
    Queue: queue,
    Subject: message.subject,
    Size: message.size,
    MessageSourceName: message.source,
    SourceIP: message.sourceAddress,
    InternetMessageId: message.messageId,
    Directionality: message.originating === true ? 'Originating' : 'Incoming',
    Priority: priorityOf(message),
    DateReceived: message.receivedAt,
    ExpirationTime: copy.dueAt === suspended ? null : expiresAt(copy, circumstances.settings),
    LastError: withWait(
      status === 'Active' || status === 'Ready' ? circumstances.wait : '',
      lastErrorOf(withQueueAttempts(copy, deliveryQueue?.attempts ?? [])),
    ),
    DeferReason: deferReasonOf(copy),
    RetryCount: copy.attempts + queueAttempts(message.receivedAt, circumstances),
    Recipients: copy.recipients.map(recipientView),
    place: placeOf(copy),
  }
}

function recipientView({ address, lastError }: CopyRecipient): RecipientView {
  const Status = lastError === undefined ? 'Ready' : 'Retry'
  return { Address: address, Status, LastError: lastError ?? '' }
}

/** Attempts in a row that did not reach the queue's next hop, while a message waited that came then. */
function queueAttempts(
  receivedAt: Milliseconds,
  { deliveryQueue, settings }: MessageCircumstances,
): number {
  if (deliveryQueue?.failures === undefined) return 0
  const { firstRetryAt: firstAt, lastRetryAt: lastAt } = deliveryQueue.failures
  return attemptsSince(receivedAt, { firstAt, lastAt, count: deliveryQueue.retryCount }, settings)
}

/** What the last attempt said; for what was never tried, why not. */
export function lastErrorOf({ lastError, recipients }: Copy): string {
  if (lastError !== '') return lastError
  return recipients.findLast((recipient) => recipient.lastError !== undefined)?.lastError ?? ''
}

function messageStatus(copy: Copy, circumstances: MessageCircumstances): MessageStatus {
  const { active, mark, deliveryQueue, now } = circumstances
  if (mark !== undefined) return mark === 'suspend' ? 'PendingSuspend' : 'PendingRemove'
  if (active) return 'Active'
  if (copy.dueAt === suspended) return 'Suspended'
  return deliveryQueue?.inRetry === true || (copy.attempts > 0 && copy.dueAt > now)
    ? 'Retry'
    : 'Ready'
}

/** What the queue with this number in the store is called, `EDGE01\\3`. */
export function queueIdentity(serverName: string, key: QueueKey, number: number): string {
  return `${serverName}\\${queueName(key, number)}`
}

function queueName(key: QueueKey, number: number): string {
  if (isPoisonQueue(key)) return 'Poison'
  return deliveryKinds[key.deliveryType].queueName ?? String(number)
}
