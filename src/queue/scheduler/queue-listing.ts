import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { AdminMark } from './admin-mark.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import { HalfTheTime, halfTheTime } from '../../base/half-the-time.ts'
import { isPoisonQueue, isSubmissionQueue, queueKeyText, submissionQueue } from '../queue-key.ts'
import { queuePages, queuesPerPage } from '../queue-pages.ts'
import type { CopyQuery, QueueFigures, QueueStore } from '../queue-store.ts'
import { type QueueTest, queueMatcher } from './queue-test.ts'
import {
  type MessageView,
  type QueueName,
  type QueueView,
  lastErrorOf,
  messageView,
  queueIdentity,
  queueView,
} from './queue-views.ts'
import type { QueueWaits } from './queue-waits.ts'
import type { RetrySettings } from './retry-schedule.ts'
import type { Copy } from '../stored-message.ts'
import type { MessageSettings } from './verdict.ts'

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

interface ListingParts {
  readonly store: QueueStore
  readonly queues: Pick<DeliveryQueues, 'get' | 'has'>
  /** Ids of the copies being transmitted. */
  readonly active: Pick<ReadonlySet<number>, 'has'>
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
      Identity: queueIdentity(serverName, key, number),
      key,
    })
    const names: QueueName[] = []
    for await (const page of queuePages(store)) names.push(...page.map(nameOf))
    const isSubmission = ({ key }: QueueName) => isSubmissionQueue(key)
    // It is shown though the store may never have had one.
    if (!names.some(isSubmission)) names.unshift(nameOf(emptySubmission))
    return names
  }

  /** Submission is shown before all others, and Poison only while it holds messages. */
  #isShown({ key, copies, suspended }: QueueFigures): boolean {
    if (isSubmissionQueue(key)) return false
    if (isPoisonQueue(key)) return copies > 0
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
