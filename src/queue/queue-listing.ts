import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { AdminMark } from './admin-mark.ts'
import type { DeliveryQueue, QueueStatus } from './delivery-queue.ts'
import {
  type DeliveryType,
  type QueueKey,
  isDeliveryQueue,
  isRedirectionQueue,
  queueKeyText,
  submissionQueue,
} from './queue-key.ts'
import type { QueueMap } from './queue-map.ts'
import { queuePages, queuesPerPage } from './queue-pages.ts'
import type { CopyQuery, QueueFigures, QueueStore } from './queue-store.ts'
import { type QueueTest, queueMatcher } from './queue-test.ts'
import type { QueueWaits } from './queue-waits.ts'
import { type RetrySettings, attemptsSince } from './retry-schedule.ts'
import { HalfTheTime, halfTheTime } from './half-the-time.ts'
import {
  type Copy,
  type CopyPlace,
  type CopyRecipient,
  placeOf,
  suspended,
} from './stored-message.ts'
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

export interface QueueQuery {
  readonly tests?: readonly QueueTest[]
  /** The mark of an earlier page; the beginning when it is absent. */
  readonly after?: number
  /** Default all. */
  readonly limit?: number
  /** How long to go on looking; until there are enough when it is absent. */
  readonly time?: Milliseconds
}

export interface QueuePage {
  readonly queues: readonly QueueView[]
  /** Pass as `after` for the next page; undefined at the end. */
  readonly next?: number
}

/** The Submission queue when the store has never had one. */
const emptySubmission = {
  ...{ key: submissionQueue, number: 0 },
  ...{ copies: 0, deferred: 0, suspended: false },
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

function queueView(
  { key, number, copies, deferred, suspended }: QueueFigures,
  queue: DeliveryQueue | undefined,
  { serverName, now, wait }: QueueCircumstances,
): QueueView {
  const trouble = queue?.trouble
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
    LastError: withWait(wait, trouble?.lastError ?? ''),
    ...(trouble !== undefined && {
      FirstRetryTime: trouble.firstRetryAt,
      LastRetryTime: trouble.lastRetryAt,
    }),
    ...(trouble?.retryIn !== undefined && { NextRetryTime: trouble.lastRetryAt + trouble.retryIn }),
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
function messageView(copy: Copy, circumstances: MessageCircumstances): MessageView {
  const { message } = copy
  const { deliveryQueue } = circumstances
  const queue = `${circumstances.serverName}\\${queueName(copy.queue, circumstances.queueNumber ?? 0)}`
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
    DateReceived: message.receivedAt,
    ExpirationTime: copy.dueAt === suspended ? null : expiresAt(copy, circumstances.settings),
    LastError: withWait(
      status === 'Active' || status === 'Ready' ? circumstances.wait : '',
      lastErrorOf(withQueueAttempts(copy, deliveryQueue?.attempts ?? [])),
    ),
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
  if (deliveryQueue?.trouble === undefined) return 0
  const { firstRetryAt: firstAt, lastRetryAt: lastAt } = deliveryQueue.trouble
  return attemptsSince(receivedAt, { firstAt, lastAt, count: deliveryQueue.retryCount }, settings)
}

/** What the last attempt said; for what was never tried, why not. */
function lastErrorOf({ lastError, recipients }: Copy): string {
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
  readonly queues: Pick<QueueMap<DeliveryQueue>, 'get' | 'has'>
  /** Ids of the copies being transmitted. */
  readonly active: ReadonlySet<number>
  readonly waits: QueueWaits
  readonly marks: ReadonlyMap<number, AdminMark>
  readonly serverName: string
  readonly settings: Live<MessageSettings & RetrySettings>
  readonly clock: Clock
}

/** The queues and their messages as the management commands show them. */
export class QueueListing {
  readonly #parts: ListingParts

  constructor(parts: ListingParts) {
    this.#parts = parts
  }

  /**
   * The Submission queue first, then others while they hold copies or the scheduler still knows them, by
   * their numbers. A walk rests as long as it works: live mail comes first. Rejects with a StoreError.
   */
  async queues(query: QueueQuery = {}): Promise<QueuePage> {
    const { store, clock } = this.#parts
    const { tests = [], limit = Infinity, time = Infinity, after } = query
    const isMeant = queueMatcher(tests)
    const end = clock.monotonic() + time
    const pace = new HalfTheTime(clock)
    const views: QueueView[] = []
    const take = async (page: readonly QueueFigures[]): Promise<number | undefined> => {
      for (const figures of page) {
        // What a test costs hangs on the errors that next hops gave.
        if (pace.mustRest) await pace.rest()
        const view = await this.#view(figures)
        if (isMeant(view)) views.push(view)
        if (views.length >= limit) return figures.number
      }
      return undefined
    }
    if (after === undefined) {
      const [submission = emptySubmission] = await store.queues({ keys: [submissionQueue] })
      if ((await take([submission])) !== undefined) return { queues: views, next: 0 }
    }
    for (let last = after ?? 0; ;) {
      const left = tests.length === 0 ? limit - views.length : Infinity
      const count = Math.min(left, queuesPerPage)
      const page = await store.queues({ after: last, limit: count })
      const full = await take(page.filter((figures) => this.#isShown(figures)))
      await pace.rest()
      if (full !== undefined) return { queues: views, next: full }
      if (page.length < count) return { queues: views }
      last = page.at(-1)?.number ?? last
      if (clock.monotonic() >= end) return { queues: views, next: last }
    }
  }

  /** The names of all queues, also of those that became empty and are not listed: a name once seen holds. */
  async names(): Promise<readonly QueueName[]> {
    const { store, serverName } = this.#parts
    const nameOf = ({ key, number }: Pick<QueueFigures, 'key' | 'number'>): QueueName => ({
      Identity: `${serverName}\\${queueName(key, number)}`,
      key,
    })
    const names: QueueName[] = []
    for await (const page of queuePages(store)) names.push(...page.map(nameOf))
    const isSubmission = ({ key }: QueueName) => key.deliveryType === submissionQueue.deliveryType
    // It is shown though the store may never have had one.
    if (!names.some(isSubmission)) names.unshift(nameOf(emptySubmission))
    return names
  }

  /** Submission is shown before all others. */
  #isShown({ key, copies, suspended }: QueueFigures): boolean {
    if (key.deliveryType === 'Undefined') return false
    return copies > 0 || suspended || this.#parts.queues.has(key)
  }

  #view(figures: QueueFigures): Awaitable<QueueView> {
    const { queues, waits, serverName, clock } = this.#parts
    const queue = queues.get(figures.key)
    const wait = queue === undefined ? '' : waits.ofQueue(queue)
    const view = queueView(figures, queue, { serverName, now: clock.monotonic(), wait })
    return view.DeliveryType === 'Unreachable' ? this.#withError(view) : view
  }

  /** No connection ever fails in the Unreachable queue: the error is that of its messages. */
  async #withError(view: QueueView): Promise<QueueView> {
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
    const messages: MessageView[] = []
    let after = query.after
    do {
      const few = Math.min(limit - messages.length, copiesPerPage)
      const ask = { ...walk, limit: few, ...(after !== undefined && { after }) }
      const more = await halfTheTime(clock, async () => {
        const page = await store.scan(ask)
        messages.push(...(await this.#messageViews(page.copies)))
        return page.next
      })
      after = more
    } while (after !== undefined && messages.length < limit && clock.monotonic() < end)
    return { messages, ...(after !== undefined && { next: after }) }
  }

  async #messageViews(copies: readonly Copy[]): Promise<readonly MessageView[]> {
    const { store, queues, active, waits, marks, serverName, settings, clock } = this.#parts
    const keys = new Map(copies.map(({ queue }) => [queueKeyText(queue), queue]))
    const figures = await store.queues({ keys: [...keys.values()] })
    const numbers = new Map(figures.map(({ key, number }) => [queueKeyText(key), number]))
    return copies.map((copy) => {
      const text = queueKeyText(copy.queue)
      const deliveryQueue = queues.get(copy.queue)
      return messageView(copy, {
        serverName,
        queueNumber: numbers.get(text),
        active: active.has(copy.id),
        mark: marks.get(copy.id),
        deliveryQueue,
        wait: deliveryQueue === undefined ? '' : waits.ofCopy(deliveryQueue, copy.id),
        now: clock.now(),
        settings: settings.current,
      })
    })
  }
}
