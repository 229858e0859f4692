import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { DeliveryQueue, QueueStatus } from './delivery-queue.ts'
import {
  type DeliveryType,
  type QueueKey,
  isDeliveryQueue,
  queueKeyText,
  submissionQueue,
} from './queue-key.ts'
import type { CopyQuery, QueueFigures, QueueStore } from './queue-store.ts'
import type { Copy } from './stored-message.ts'
import { type MessageSettings, expiresAt } from './verdict.ts'

/** A queue by Exchange's property names; times are milliseconds since 1970. */
export interface QueueView {
  /** `EDGE01\3`, `EDGE01\Submission`, `EDGE01\Unreachable`. */
  readonly Identity: string
  readonly DeliveryType: DeliveryType
  readonly Status: QueueStatus
  readonly MessageCount: number
  readonly NextHopDomain: string
  readonly NextHopConnector: string
  readonly NextHopCategory: 'External' | 'Internal'
  readonly LastError: string
  readonly LastRetryTime?: Milliseconds
  readonly NextRetryTime?: Milliseconds
  readonly RetryCount: number
  /** For the store and the scheduler, not for display. */
  readonly key: QueueKey
}

/** What a queue is called. */
export type QueueName = Pick<QueueView, 'Identity' | 'key'>

export type MessageStatus = 'Active' | 'Ready' | 'Retry'

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
  readonly DateReceived: Milliseconds
  readonly ExpirationTime: Milliseconds
  readonly LastError: string
  readonly RetryCount: number
  readonly Recipients: readonly string[]
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
  { queues: known, serverName }: Pick<ListingParts, 'queues' | 'serverName'>,
  limit: number,
): readonly QueueView[] {
  const hasSubmission = figures.some(({ key }) => key.deliveryType === 'Undefined')
  const submission = hasSubmission ? [] : [{ key: submissionQueue, number: 0, copies: 0 }]
  return [...submission, ...figures]
    .filter(
      ({ key, copies }) =>
        copies > 0 || key.deliveryType === 'Undefined' || known.has(queueKeyText(key)),
    )
    .slice(0, limit)
    .map((each) => queueView(each, known.get(queueKeyText(each.key)), serverName))
}

function queueView(
  { key, number, copies }: QueueFigures,
  queue: DeliveryQueue | undefined,
  serverName: string,
): QueueView {
  const { lastRetryAt, nextRetryAt, lastError } = queue?.trouble ?? { lastError: '' }
  return {
    Identity: `${serverName}\\${queueName(key, number)}`,
    DeliveryType: key.deliveryType,
    Status: queue?.status ?? 'Ready',
    MessageCount: copies,
    NextHopDomain: key.nextHopDomain,
    NextHopConnector: key.nextHopConnector,
    NextHopCategory: isDeliveryQueue(key) ? 'External' : 'Internal',
    LastError: lastError,
    ...(lastRetryAt !== undefined && { LastRetryTime: lastRetryAt }),
    ...(nextRetryAt !== undefined && { NextRetryTime: nextRetryAt }),
    RetryCount: queue?.retryCount ?? 0,
    key,
  }
}

interface MessageCircumstances {
  readonly serverName: string
  readonly queueNumber: number | undefined
  readonly active: boolean
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
    DateReceived: message.receivedAt,
    ExpirationTime: expiresAt(copy, circumstances.settings),
    LastError: lastErrorOf(copy),
    RetryCount: copy.attempts,
    Recipients: copy.recipients.map(({ address }) => address),
  }
}

/** What the last attempt said; for what was never tried, why not. */
function lastErrorOf({ lastError, recipients }: Copy): string {
  if (lastError !== '') return lastError
  return recipients.findLast((recipient) => recipient.lastError !== undefined)?.lastError ?? ''
}

function messageStatus(copy: Copy, { active, inRetry, now }: MessageCircumstances): MessageStatus {
  if (active) return 'Active'
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
      return String(number)
  }
}

interface ListingParts {
  readonly store: QueueStore
  readonly queues: ReadonlyMap<string, DeliveryQueue>
  /** Ids of the copies being transmitted. */
  readonly active: ReadonlySet<number>
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

  /** A page of messages. Rejects with a StoreError. */
  async messages(query: CopyQuery): Promise<MessagePage> {
    const { store, queues, active, serverName, settings, clock } = this.#parts
    const [page, figures] = await Promise.all([store.scan(query), store.queues()])
    const numbers = new Map(figures.map(({ key, number }) => [queueKeyText(key), number]))
    const messages = page.copies.map((copy) => {
      const text = queueKeyText(copy.queue)
      return messageView(copy, {
        serverName,
        queueNumber: numbers.get(text),
        active: active.has(copy.id),
        inRetry: queues.get(text)?.inRetry === true,
        now: clock.now(),
        settings: settings.current,
      })
    })
    return { messages, ...(page.next !== undefined && { next: page.next }) }
  }
}
