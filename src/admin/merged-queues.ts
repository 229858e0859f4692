import { type QueueKey, queueKeyText } from '../queue/queue-key.ts'
import type { MessageView, QueueName, QueueView } from '../queue/scheduler/queue-views.ts'
import type { QueueStatus } from '../queue/scheduler/queue-state.ts'

/** Of the states that one queue has at several workers, the first here is what it is said to be in. */
const tellingFirst: readonly QueueStatus[] = ['Suspended', 'Active', 'Connecting', 'Retry', 'Ready']

/**
 * What queues are called over all workers. Each worker's file numbers its queues by itself, in a range of
 * its own; the one name is that of the lowest worker which knows the queue, and the others hold as well.
 */
export class QueueNames {
  readonly #keys = new Map<string, QueueKey>()
  readonly #byKey = new Map<string, string>()

  /** `workers`: the names at each worker, the lowest worker first. */
  constructor(workers: readonly (readonly QueueName[])[]) {
    for (const { Identity, key } of workers.flat()) {
      this.#keys.set(Identity, key)
      const text = queueKeyText(key)
      if (!this.#byKey.has(text)) this.#byKey.set(text, Identity)
    }
  }

  of(key: QueueKey): string | undefined {
    return this.#byKey.get(queueKeyText(key))
  }

  /** The one name for any of a queue's names. */
  ofAny(identity: string): string {
    const key = this.#keys.get(identity)
    return (key && this.of(key)) ?? identity
  }
}

/** The queues of several workers as one list: one row for each next hop. */
export function mergeQueues(
  workers: readonly (readonly QueueView[])[],
  names: QueueNames,
): QueueView[] {
  const byKey = new Map<string, QueueView[]>()
  for (const view of workers.flat()) {
    const text = queueKeyText(view.key)
    const views = byKey.get(text)
    if (views === undefined) byKey.set(text, [view])
    else views.push(view)
  }
  return [...byKey.values()].map((views) => mergedView(views, names))
}

function mergedView(views: readonly QueueView[], names: QueueNames): QueueView {
  const [first] = views
  if (first === undefined) throw new Error('there is no queue to show')
  const status = (each: QueueView) => tellingFirst.indexOf(each.Status)
  const telling = views.toSorted((a, b) => status(a) - status(b))[0] ?? first
  const firstRetry = extreme(views, 'FirstRetryTime', Math.min)
  const lastRetry = extreme(views, 'LastRetryTime', Math.max)
  const nextRetry = extreme(views, 'NextRetryTime', Math.min)
  return {
    ...first,
    Identity: names.of(first.key) ?? first.Identity,
    Status: telling.Status,
    MessageCount: sum(views.map(({ MessageCount }) => MessageCount)),
    LastError: telling.LastError || (views.find(({ LastError }) => LastError)?.LastError ?? ''),
    RetryCount: Math.max(...views.map(({ RetryCount }) => RetryCount)),
    DeferredMessageCount: sum(views.map((view) => view.DeferredMessageCount)),
    IncomingRate: sum(views.map(({ IncomingRate }) => IncomingRate)),
    OutgoingRate: sum(views.map(({ OutgoingRate }) => OutgoingRate)),
    ...(firstRetry !== undefined && { FirstRetryTime: firstRetry }),
    ...(lastRetry !== undefined && { LastRetryTime: lastRetry }),
    ...(nextRetry !== undefined && { NextRetryTime: nextRetry }),
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

function extreme(
  views: readonly QueueView[],
  property: 'FirstRetryTime' | 'LastRetryTime' | 'NextRetryTime',
  choose: (...times: number[]) => number,
): number | undefined {
  const times = views.map((view) => view[property]).filter((time) => time !== undefined)
  return times.length === 0 ? undefined : choose(...times)
}

/** The messages of several workers, each in order, as one row; the one that arrived first comes first. */
export async function* mergedMessages(
  workers: readonly AsyncIterator<MessageView>[],
  names: QueueNames,
): AsyncGenerator<MessageView> {
  const heads = await Promise.all(
    workers.map(async (worker) => ({ worker, head: await nextOf(worker) })),
  )
  for (;;) {
    const first = heads.reduce((a, b) => (received(b.head) < received(a.head) ? b : a))
    if (first.head === undefined) return
    yield named(first.head, names)
    first.head = await nextOf(first.worker)
  }
}

const received = (view: MessageView | undefined) => view?.DateReceived ?? Infinity

async function nextOf(worker: AsyncIterator<MessageView>): Promise<MessageView | undefined> {
  const next = await worker.next()
  return next.done === true ? undefined : next.value
}

function named(view: MessageView, names: QueueNames): MessageView {
  const queue = names.ofAny(view.Queue)
  return { ...view, Queue: queue, Identity: queue + view.Identity.slice(view.Queue.length) }
}
