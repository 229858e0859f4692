import { aborted } from '../../base/aborted.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { QueueOccurrence } from './delivery-queues.ts'
import type { MessageOperations } from './message-operations.ts'
import {
  type QueueKey,
  isDeliveryQueue,
  isPoisonQueue,
  isSubmissionQueue,
  submissionQueue,
} from '../queue-key.ts'
import type { QueueListing } from './queue-listing.ts'
import type { QueueOperations } from './queue-operations.ts'
import { queuePages } from '../queue-pages.ts'
import type { QueueFigures } from '../queue-store.ts'
import type { Recategorized } from '../recategorized.ts'
import { type SchedulerOptions, type SchedulerParts, schedulerParts } from './scheduler-parts.ts'
import { standingUnknown } from './standing.ts'
import type { Copy } from '../stored-message.ts'

/** Decides when which queue gets a connection, and sees that each copy ends with one outcome. */
export class QueueScheduler implements AsyncDisposable {
  readonly #options: SchedulerOptions
  readonly #parts: SchedulerParts
  #endRoomWatch: () => void = () => undefined
  #endNews: () => void = () => undefined

  constructor(options: SchedulerOptions) {
    this.#options = options
    this.#parts = schedulerParts(options, {
      onOccurrence: (queue, what) => this.#consider(queue, what),
      onPersistentDue: (key) => this.#persistentDue(key),
      onWake: (queue) => this.#wake(queue),
    })
  }

  /** What the management commands see. */
  get listing(): QueueListing {
    return this.#parts.listing
  }

  /** What they do to queues. */
  get operations(): QueueOperations {
    return this.#parts.operations
  }

  /** What they do to messages. */
  get messages(): MessageOperations {
    return this.#parts.messages
  }

  /** Takes up what the store holds. Costs by the number of queues, not of messages. */
  async start(): Promise<void> {
    const { store } = this.#options
    const { queues, suspects, trials, resubmission, sweep, times, turns, renewal } = this.#parts
    queues.begin()
    renewal.start()
    await suspects.start(trials)
    for await (const page of queuePages(store, { withRetry: true }))
      page.forEach((each) => this.#takeUp(each))
    resubmission.start()
    sweep.start()
    times.start()
    this.#endNews = store.news.subscribe((keys) => {
      for (const key of keys) queues.due(key)
    })
    this.#endRoomWatch = store.hasRoomForResults.subscribe((hasRoom) => {
      if (!hasRoom) return
      for (const queue of queues.values()) queues.tell(queue, 'sending resumed')
      turns.serve()
    })
  }

  /** Queues in memory. */
  get queueCount(): number {
    return this.#parts.queues.size
  }

  /** Takes fresh copies that their committer holds leased; what has no room goes back to the store. */
  enqueue(copies: readonly Copy[]): void {
    this.#parts.times.look()
    this.#parts.queues.enqueue(copies)
  }

  /**
   * Ends: no new connection, those at work finish the message in hand, every result is written, and
   * the rest goes back to the store. When `signal` aborts it waits no longer. Safe to call again.
   */
  async drain(signal: AbortSignal): Promise<void> {
    const { queues, suspects, windows, turns, work, sweep, times, resubmission, settler, wakes } =
      this.#parts
    queues.end()
    suspects.stop()
    this.#endRoomWatch()
    this.#endNews()
    turns.clear()
    const connections = work.end()
    sweep.stop()
    times.stop()
    resubmission.stop()
    settler.giveUpOn(signal)
    await Promise.race([Promise.all([connections, resubmission.finish()]), aborted(signal)])
    await settler.finish()
    this.#parts.renewal.stop()
    wakes.close()
    for (const queue of queues.values()) windows.empty(queue)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(AbortSignal.abort())
  }

  #takeUp({ key, copies, suspended, retry }: QueueFigures): void {
    // One that fresh mail has made meanwhile stays as it is.
    const isKnown = this.#parts.queues.has(key)
    if (isPoisonQueue(key) && copies > 0) this.#persistentDue(key)
    if (!isDeliveryQueue(key) || isKnown || (copies === 0 && !suspended)) return
    const queue = this.#parts.queues.of(key, standingUnknown(key))
    if (retry !== undefined) this.#parts.trouble.takeUp(queue, retry)
    queue.storeMayHaveMore()
    if (suspended) queue.suspend()
    this.#parts.queues.tell(queue, 'taken up')
  }

  /** Looks at what the queue needs next: a connection, copies from the store, a timer, or its end. */
  #consider(queue: DeliveryQueue, what: QueueOccurrence): void {
    if (what === 'mail came' && queue.standing === 'doubtful' && queue.retryCount === 0)
      this.#parts.turns.promote(queue)
    if (this.#parts.queues.isSending && queue.maySend) this.#provide(queue)
    if (what === 'connection ended') this.#parts.turns.serve()
  }

  #provide(queue: DeliveryQueue): void {
    const { nextDueAt } = queue
    if (nextDueAt !== undefined && this.#parts.times.untilDue(nextDueAt) <= 0) queue.dueTimeCame()
    if (this.#parts.windows.isLow(queue)) void this.#parts.queues.refill(queue)
    if (!this.#parts.turns.join(queue) && queue.isAtRest) this.#sleep(queue)
  }

  /** Sets the timer for the next due time, or for the disappearance of an idle queue. */
  #sleep(queue: DeliveryQueue): void {
    const { settings } = this.#options
    this.#parts.wakes.cancel(queue)
    queue.rest()
    if (queue.idle) this.#parts.wakes.wake(queue, settings.current.QueueMaxIdleTime)
    else if (queue.nextDueAt !== undefined)
      this.#parts.wakes.wake(queue, this.#parts.times.untilDue(queue.nextDueAt))
  }

  /** What the queue slept for has come. */
  #wake(queue: DeliveryQueue): void {
    if (queue.inRetry) this.#parts.trouble.endRetry(queue)
    else if (queue.idle) this.#parts.queues.forget(queue)
    else this.#parts.queues.tell(queue, 'copies due')
  }

  #persistentDue(key: QueueKey): void {
    const { resubmission } = this.#parts
    if (isSubmissionQueue(key)) resubmission.wake()
    // What an administrator resumed there.
    if (isPoisonQueue(key)) void resubmission.walk(key, { recategorize: submittedAgain })
  }
}

/** A message of the Poison queue begins anew. */
function submittedAgain({ recipients }: Copy): Recategorized {
  return { copies: [{ queue: submissionQueue, recipients }], failed: [] }
}
