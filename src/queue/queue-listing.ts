import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { DeliveryQueue, QueueStatus } from './delivery-queue.ts'
import {
  type DeliveryType,
  type QueueKey,
  isDeliveryQueue,
  isRedirectionQueue,
  queueKeyText,
  submissionQueue,
} from './queue-key.ts'
import type { CopyQuery, QueueFigures, QueueStore } from './queue-store.ts'
import { halfTheTime } from './half-the-time.ts'
import type { AdminMark } from './message-operations.ts'
import {
  type Copy,
  type CopyPlace,
  type CopyRecipient,
  placeOf,
  suspended,
} from './stored-message.ts'
import { type MessageSettings, expiresAt } from './verdict.ts'

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
  readonly NextHopCategory: 'External' | 'Internal'
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
  readonly DateReceived: Milliseconds
  /** Null for one that waits without an end. */
  readonly ExpirationTime: Milliseconds | null
  readonly LastError: string
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

/** Copies that are looked at in one piece, without a rest. */
const copiesPerPage = 500

export interface MessageQuery extends CopyQuery {
  /** How long to go on looking; until there are enough when it is absent. */
  readonly time?: Milliseconds
}

export interface MessagePage {
  readonly messages: readonly MessageView[]
  /** Pass as `after` for the next page; undefined at the end. */
  readonly next?: string
}

/**
 * What Get-Queue shows: the Submission queue always, others while they hold copies or the scheduler
 * still knows them.
 */
function queueViews(
  figures: readonly QueueFigures[],
  { queues: known, serverName, clock }: Pick<ListingParts, 'queues' | 'serverName' | 'clock'>,
  limit: number,
): readonly QueueView[] {
  const now = clock.monotonic()
  const hasSubmission = figures.some(({ key }) => key.deliveryType === 'Undefined')
  const submission = hasSubmission
    ? []
    : [{ key: submissionQueue, number: 0, copies: 0, deferred: 0, suspended: false }]
  return [...submission, ...figures]
    .filter(
      ({ key, copies, suspended }) =>
        copies > 0 || suspended || key.deliveryType === 'Undefined' || known.has(queueKeyText(key)),
    )
    .slice(0, limit)
    .map((each) => queueView(each, known.get(queueKeyText(each.key)), { serverName, now }))
}

function queueView(
  { key, number, copies, deferred, suspended }: QueueFigures,
  queue: DeliveryQueue | undefined,
  { serverName, now }: { readonly serverName: string; readonly now: Milliseconds },
): QueueView {
  const { firstRetryAt, lastRetryAt, nextRetryAt, lastError } = queue?.trouble ?? { lastError: '' }
  const { incoming, outgoing } = queue?.rates(now) ?? { incoming: 0, outgoing: 0 }
  return {
    Identity: `${serverName}\\${queueName(key, number)}`,
    DeliveryType: key.deliveryType,
    Status: queue?.status ?? (suspended ? 'Suspended' : 'Ready'),
    MessageCount: copies,
    DeferredMessageCount: deferred,
    NextHopDomain: key.nextHopDomain,
    NextHopConnector: key.nextHopConnector,
    NextHopCategory: isDeliveryQueue(key) && !isRedirectionQueue(key) ? 'External' : 'Internal',
    LastError: lastError,
    ...(firstRetryAt !== undefined && { FirstRetryTime: firstRetryAt }),
    ...(lastRetryAt !== undefined && { LastRetryTime: lastRetryAt }),
    ...(nextRetryAt !== undefined && { NextRetryTime: nextRetryAt }),
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
  readonly inRetry: boolean
  readonly now: Milliseconds
  readonly settings: MessageSettings
}

/** One row of Get-Message. */
function messageView(copy: Copy, circumstances: MessageCircumstances): MessageView {
  const { message } = copy
  const queue = `${circumstances.serverName}\\${queueName(copy.queue, circumstances.queueNumber ?? 0)}`
  return {
    Identity: `${queue}\\${message.id}`,
    FromAddress: message.envelope.sender === '' ? '<>' : message.envelope.sender,
    Status: messageStatus(copy, circumstances),
    Queue: queue,
    Subject: message.subject,
    Size: message.size,
    MessageSourceName: message.source,
    SourceIP: message.sourceAddress,
    InternetMessageId: message.messageId,
    Directionality: message.originating === true ? 'Originating' : 'Incoming',
    DateReceived: message.receivedAt,
    ExpirationTime: copy.dueAt === suspended ? null : expiresAt(copy, circumstances.settings),
    LastError: lastErrorOf(copy),
    RetryCount: copy.attempts,
    Recipients: copy.recipients.map(recipientView),
    place: placeOf(copy),
  }
}

function recipientView({ address, lastError }: CopyRecipient): RecipientView {
  const Status = lastError === undefined ? 'Ready' : 'Retry'
  return { Address: address, Status, LastError: lastError ?? '' }
}

/** What the last attempt said; for what was never tried, why not. */
function lastErrorOf({ lastError, recipients }: Copy): string {
  if (lastError !== '') return lastError
  return recipients.findLast((recipient) => recipient.lastError !== undefined)?.lastError ?? ''
}

function messageStatus(copy: Copy, circumstances: MessageCircumstances): MessageStatus {
  const { active, mark, inRetry, now } = circumstances
  if (mark !== undefined) return mark === 'suspend' ? 'PendingSuspend' : 'PendingRemove'
  if (active) return 'Active'
  if (copy.dueAt === suspended) return 'Suspended'
  return inRetry || (copy.attempts > 0 && copy.dueAt > now) ? 'Retry' : 'Ready'
}

function queueName(key: QueueKey, number: number): string {
  switch (key.deliveryType) {
    case 'Undefined':
      return 'Submission'
    case 'Unreachable':
      return 'Unreachable'
    case 'DnsConnectorDelivery':
    case 'SmartHostConnectorDelivery':
    case 'SmtpRelayToServers':
      return String(number)
  }
}

interface ListingParts {
  readonly store: QueueStore
  readonly queues: ReadonlyMap<string, DeliveryQueue>
  /** Ids of the copies being transmitted. */
  readonly active: ReadonlySet<number>
  readonly marks: ReadonlyMap<number, AdminMark>
  readonly serverName: string
  readonly settings: Live<MessageSettings>
  readonly clock: Clock
}

/** The queues and their messages as the management commands show them. */
export class QueueListing {
  readonly #parts: ListingParts

  constructor(parts: ListingParts) {
    this.#parts = parts
  }

  /** The queues with copies, and those used lately; `limit` of them at most. Rejects with a StoreError. */
  async queues(limit = Infinity): Promise<readonly QueueView[]> {
    const { store } = this.#parts
    const views = queueViews(await store.queues(), this.#parts, limit)
    return await Promise.all(views.map((view) => this.#withError(view)))
  }

  /** The names of all queues, also of those that became empty and are not listed: a name once seen holds. */
  async names(): Promise<readonly QueueName[]> {
    const { store, serverName } = this.#parts
    const figures = await store.queues()
    return figures.map(({ key, number }) => ({
      Identity: `${serverName}\\${queueName(key, number)}`,
      key,
    }))
  }

  /** No connection ever fails in the Unreachable queue: the error is that of its messages. */
  async #withError(view: QueueView): Promise<QueueView> {
    if (view.DeliveryType !== 'Unreachable') return view
    const { copies } = await this.#parts.store.scan({ queue: view.key, limit: 1 })
    const [copy] = copies
    return copy === undefined ? view : { ...view, LastError: lastErrorOf(copy) }
  }

  /**
   * Messages, in the order in which the store walks. A walk rests as long as it works: live mail comes
   * first. It ends after `time`, though there may be more. Rejects with a StoreError.
   */
  async messages(query: MessageQuery): Promise<MessagePage> {
    const { store, clock } = this.#parts
    const { time = Infinity, limit, ...walk } = query
    const end = clock.monotonic() + time
    const viewOf = this.#viewer(await store.queues())
    const messages: MessageView[] = []
    let after = query.after
    do {
      const few = Math.min(limit - messages.length, copiesPerPage)
      const ask = { ...walk, limit: few, ...(after !== undefined && { after }) }
      const more = await halfTheTime(clock, async () => {
        const page = await store.scan(ask)
        for (const copy of page.copies) {
          messages.push(viewOf(copy))
        }
        return page.next
      })
      after = more
    } while (after !== undefined && messages.length < limit && clock.monotonic() < end)
    return { messages, ...(after !== undefined && { next: after }) }
  }

  #viewer(figures: readonly QueueFigures[]): (copy: Copy) => MessageView {
    const { queues, active, marks, serverName, settings, clock } = this.#parts
    const numbers = new Map(figures.map(({ key, number }) => [queueKeyText(key), number]))
    return (copy) => {
      const text = queueKeyText(copy.queue)
      return messageView(copy, {
        serverName,
        queueNumber: numbers.get(text),
        active: active.has(copy.id),
        mark: marks.get(copy.id),
        inRetry: queues.get(text)?.inRetry === true,
        now: clock.now(),
        settings: settings.current,
      })
    }
  }
}
