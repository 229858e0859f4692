import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { SharedTexts } from '../../base/shared-texts.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { ConnectionResult, RecipientResult } from '../delivery-agent.ts'
import type { DeliveryQueue, QueueTrouble } from './delivery-queue.ts'
import type { QueueEvents, QueueLog } from '../queue-events.ts'
import { QueueFailer } from './queue-failer.ts'
import type { QueueStore } from '../queue-store.ts'
import { type RetrySettings, pauseAfterTrouble, retryDelay } from './retry-schedule.ts'
import type { Settler } from './settler.ts'
import type { Copy } from '../stored-message.ts'
import type { WakeCalendar } from './wake-calendar.ts'
import type { WindowKeeper } from './window-keeper.ts'
import { type Standing, standingUnknown } from './standing.ts'

interface TroubleParts {
  readonly store: QueueStore
  readonly settler: Settler
  readonly windows: WindowKeeper
  readonly wakes: WakeCalendar<DeliveryQueue>
  readonly settings: Live<RetrySettings>
  readonly clock: Clock
  readonly log: QueueLog
  readonly onEvent: QueueEvents
  /** The queue may want a connection again. */
  readonly onReady: (queue: DeliveryQueue) => void
  /** Categorizes anew what waits in the queue. */
  readonly recategorize: (queue: DeliveryQueue) => void
  readonly isRunning: () => boolean
}

/** No usable connection came about, and why. */
type Unreachable = Pick<Extract<ConnectionResult, { kind: 'unreachable' }>, 'error' | 'remoteHost'>

/** What a queue does whose next hop gives trouble: pauses, goes into Retry, or fails as a whole. */
export class NextHopTrouble {
  readonly #parts: TroubleParts
  readonly #failer: QueueFailer
  readonly #errors = new SharedTexts()

  constructor(parts: TroubleParts) {
    this.#parts = parts
    this.#failer = new QueueFailer(parts)
  }

  /** A connection that did nothing must not be followed by the next at once. */
  pause(queue: DeliveryQueue): void {
    const { windows, clock } = this.#parts
    windows.empty(queue)
    queue.moreInStore = false
    queue.nextDueAt = clock.now() + pauseAfterTrouble
  }

  /** There is no connection to be had to a next hop that serves others of ours. */
  crowded(queue: DeliveryQueue, error: string): void {
    queue.trouble ??= troubleAt(this.#parts.clock.now(), this.#errors.of(error))
    if (queue.connections === 0) this.pause(queue)
  }

  /**
   * No usable connection came about: the queue goes into Retry, unless others of it are at work. Those want no
   * more beside them for a while, but where `mayHaveMore` says that it was not the next hop that refused.
   */
  unreachable(queue: DeliveryQueue, why: Unreachable, { mayHaveMore = false } = {}): void {
    const { clock, settings, isRunning } = this.#parts
    if (queue.reached > 0) {
      // The next hop serves others of our connections: it wants no more of them just now.
      const now = clock.now()
      const pause = mayHaveMore ? 0 : settings.current.QueueGlitchRetryInterval
      queue.noFurtherBefore = clock.monotonic() + pause
      queue.trouble = troubleAt(now, why.error)
    } else if (isRunning() && !queue.inRetry) this.#beginRetry(queue, why)
  }

  /**
   * The queue's connector is gone. A change of the configuration moves what waits; this is what came
   * back from a transmission, or from its commit, only after that.
   */
  unroutable(queue: DeliveryQueue, why: Unreachable): void {
    this.unreachable(queue, why)
    if (this.#parts.isRunning()) this.#parts.recategorize(queue)
  }

  /** The waiting of a queue in Retry is over. */
  endRetry(queue: DeliveryQueue): void {
    this.#parts.wakes.cancel(queue)
    if (queue.trouble !== undefined) queue.trouble.retryIn = undefined
    queue.moreInStore = true
    this.#parts.onReady(queue)
  }

  /** The next hop cannot exist: every copy fails with `error`, those that are not due included. */
  async impossible(queue: DeliveryQueue, error: string): Promise<void> {
    const { windows, clock, log, onReady, isRunning } = this.#parts
    if (queue.emptying) return
    queue.emptying = true
    const now = clock.now()
    queue.trouble = troubleAt(now, error)
    windows.empty(queue)
    try {
      await this.#failer.fail(queue, error, isRunning)
      queue.moreInStore = true
    } catch (cause) {
      log.error({ error: cause, queue: queue.key }, 'could not read the queue')
      queue.nextDueAt = clock.now() + pauseAfterTrouble
    } finally {
      queue.emptying = false
      onReady(queue)
    }
  }

  #beginRetry(queue: DeliveryQueue, why: Unreachable): void {
    const { windows, wakes, clock, settings, onEvent } = this.#parts
    const now = clock.now()
    const { trouble } = queue
    const before = earlierThan(why, queue, now)
    queue.retryCount++
    queue.standing = standingAfterFailure(queue)
    const retryIn = retryDelay(queue.retryCount, settings.current)
    queue.trouble = {
      lastError: this.#errors.of(why.error),
      ...(why.remoteHost !== undefined && { remoteHost: why.remoteHost }),
      firstRetryAt: trouble?.firstRetryAt ?? now,
      lastRetryAt: now,
      ...(before !== undefined && { before }),
      retryIn,
    }
    const held = windows.empty(queue)
    queue.moreInStore = true
    wakes.wake(queue, retryIn)
    queue.rest()
    const { key, retryCount } = queue
    const until = now + retryIn
    const { error } = why
    onEvent({ kind: 'queueRetry', queue: key, error, retryCount, nextRetryAt: until })
    // Each message is told of once: a queue may be large, and wait for days.
    const last = trouble?.lastRetryAt ?? -Infinity
    for (const copy of held.filter(({ message }) => message.receivedAt > last)) {
      onEvent({ kind: 'deferred', copy, results: putOffBy(copy, error), until })
    }
  }
}

/** One that has delivered is not one of the crowd that nobody knows. */
function standingAfterFailure({ key, standing }: DeliveryQueue): Standing {
  return standing === 'proven' || standing === 'lapsed' ? 'lapsed' : standingUnknown(key)
}

function putOffBy({ recipients }: Copy, reply: string): RecipientResult[] {
  return recipients.map((recipient) => ({ recipient, outcome: 'retry', reply }))
}

/** What the failures in a row came to before this one, if that was something else. */
function earlierThan(
  { error, remoteHost }: Unreachable,
  { trouble, attempts: history, retryCount: count }: DeliveryQueue,
  now: Milliseconds,
): QueueTrouble['before'] {
  const isSame = trouble?.lastError === error && trouble.remoteHost === remoteHost
  return trouble === undefined || isSame ? trouble?.before : { history, count, until: now }
}

/** A failure that nothing waits for. */
function troubleAt(now: Milliseconds, lastError: string): QueueTrouble {
  return { lastError, firstRetryAt: now, lastRetryAt: now, retryIn: undefined }
}
