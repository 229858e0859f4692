import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import { SharedTexts } from '../../base/shared-texts.ts'
import type { ConnectionResult, RecipientResult } from '../delivery-agent.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import { halfTheTime } from '../../base/half-the-time.ts'
import type { QueueEvents, QueueLog } from '../queue-events.ts'
import type { QueueStore, RetryState } from '../queue-store.ts'
import {
  type RetrySettings,
  longestRetryDelay,
  pauseAfterTrouble,
  retryDelay,
} from './retry-schedule.ts'
import type { Rerouting } from './rerouting.ts'
import type { Resubmission } from './resubmission.ts'
import type { Settler } from './settler.ts'
import type { Copy } from '../stored-message.ts'
import { allFailed } from './verdict.ts'
import type { WakeCalendar } from './wake-calendar.ts'
import type { WindowKeeper } from './window-keeper.ts'

interface TroubleParts {
  readonly store: QueueStore
  readonly settler: Settler
  readonly windows: WindowKeeper
  readonly wakes: WakeCalendar<DeliveryQueue>
  readonly settings: Live<RetrySettings>
  readonly clock: Clock
  readonly log: QueueLog
  readonly onEvent: QueueEvents
  readonly queues: Pick<DeliveryQueues, 'tell' | 'isRunning'>
  readonly resubmission: Pick<Resubmission, 'walk'>
  readonly rerouting: Pick<Rerouting, 'look'>
}

/** No usable connection came about, and why. */
type Unreachable = Omit<Extract<ConnectionResult, { kind: 'unreachable' }>, 'kind'>

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
    queue.pauseUntil(clock.now() + pauseAfterTrouble)
  }

  /** There is no connection to be had to a next hop that serves others of ours. */
  crowded(queue: DeliveryQueue, error: string): void {
    queue.nextHopIsCrowded({ at: this.#parts.clock.now(), error: this.#errors.of(error) })
    if (queue.connections === 0) this.pause(queue)
  }

  /**
   * No usable connection came about: the queue goes into Retry, unless others of it are at work. Those want no
   * more beside them for a while, but where `mayHaveMore` says that it was not the next hop that refused.
   */
  unreachable(queue: DeliveryQueue, why: Unreachable, { mayHaveMore = false } = {}): void {
    const { clock, settings, queues } = this.#parts
    if (queue.reached > 0) {
      // The next hop serves others of our connections: it wants no more of them just now.
      const pause = mayHaveMore ? 0 : (why.retryIn ?? settings.current.QueueGlitchRetryInterval)
      const failure = { at: clock.now(), error: why.error }
      queue.nextHopWantsNoMore(failure, clock.monotonic() + pause)
    } else if (queues.isRunning && !queue.inRetry) this.#beginRetry(queue, why)
  }

  /** The queue has lost its connector: its copies look for another way while it waits. */
  unroutable(queue: DeliveryQueue, why: Unreachable): void {
    const { queues, resubmission } = this.#parts
    this.unreachable(queue, why)
    if (queues.isRunning) void resubmission.walk(queue.key)
  }

  /** A queue that waited for its next hop before the start goes on waiting. */
  takeUp(queue: DeliveryQueue, state: RetryState): void {
    const { wakes, clock, settings } = this.#parts
    queue.nextHopHadFailed({ ...state, lastError: this.#errors.of(state.lastError) })
    const wait = state.nextRetryAt - clock.now()
    // One that no interval could have led to was written by a clock that was ahead.
    wakes.wake(queue, wait > longestRetryDelay(settings.current) ? 0 : wait)
  }

  /** A connection was served. */
  served(queue: DeliveryQueue): void {
    const isKept = queue.retryCount > 0 || queue.failures !== undefined
    queue.nextHopServed()
    if (isKept) this.#parts.store.keepRetry(queue.key, undefined)
  }

  /** The waiting of a queue in Retry is over. */
  endRetry(queue: DeliveryQueue): void {
    this.#parts.wakes.cancel(queue)
    queue.endRetry()
    queue.storeMayHaveMore()
    this.#parts.queues.tell(queue, 'retry over')
  }

  /** The next hop cannot exist: every copy fails with `error`, those that are not due included. */
  async impossible(queue: DeliveryQueue, error: string): Promise<void> {
    const { windows, clock, log, queues } = this.#parts
    if (queue.emptying) return
    queue.beginEmptying()
    queue.nextHopFailedOnce({ at: clock.now(), error })
    windows.empty(queue)
    try {
      await this.#failer.fail(queue, error, () => queues.isRunning)
      queue.endEmptying()
    } catch (cause) {
      log.error({ error: cause, queue: queue.key }, 'could not read the queue')
      queue.endEmptying()
      queue.pauseUntil(clock.now() + pauseAfterTrouble)
    }
    queues.tell(queue, 'emptied')
  }

  /** What waits for long may have another way by now. Never rejects. */
  async #lookElsewhere({ key }: DeliveryQueue): Promise<void> {
    const { rerouting, log } = this.#parts
    await rerouting.look(key).catch((error: unknown) => {
      log.error({ error, queue: key }, 'could not categorize a queue anew')
    })
  }

  #beginRetry(queue: DeliveryQueue, why: Unreachable): void {
    const { store, windows, wakes, clock, settings, onEvent } = this.#parts
    const now = clock.now()
    const { error, remoteHost } = why
    // Each message is told of once: a queue may be large, and wait for days.
    const { firstRetryAt = now, lastRetryAt: told = -Infinity } = queue.failures ?? {}
    const retryIn = why.retryIn ?? retryDelay(queue.retryCount + 1, settings.current)
    queue.nextHopFailed({
      at: now,
      error: this.#errors.of(error),
      ...(remoteHost !== undefined && { remoteHost }),
      retryIn,
    })
    store.keepRetry(queue.key, queue.retryState)
    queue.storeMayHaveMore()
    const held = windows.empty(queue)
    wakes.wake(queue, retryIn)
    queue.rest()
    if (isIdleForLong({ firstRetryAt, told, now }, settings.current))
      void this.#lookElsewhere(queue)
    const { key, retryCount } = queue
    const until = now + retryIn
    onEvent({ kind: 'queueRetry', queue: key, error, retryCount, nextRetryAt: until })
    for (const copy of held.filter(({ message }) => message.receivedAt > told)) {
      onEvent({ kind: 'deferred', copy, results: putOffBy(copy, error), until })
    }
  }
}

/** Another MaxIdleTimeBeforeResubmit of failures in a row has passed since the last one. */
function isIdleForLong(
  { firstRetryAt, told, now }: Record<'firstRetryAt' | 'told' | 'now', Milliseconds>,
  { MaxIdleTimeBeforeResubmit }: RetrySettings,
): boolean {
  const times = (at: Milliseconds) => Math.floor((at - firstRetryAt) / MaxIdleTimeBeforeResubmit)
  return told !== -Infinity && times(now) > times(told)
}

function putOffBy({ recipients }: Copy, reply: string): RecipientResult[] {
  return recipients.map((recipient) => ({ recipient, outcome: 'retry', reply }))
}

/** Copies that fail together. */
const batch = 50

interface FailerParts {
  readonly store: QueueStore
  readonly settler: Settler
  readonly clock: Clock
}

/**
 * Fails whole queues whose next hop is impossible. Each copy costs a notification that may hold its
 * content, so all queues together do it batch by batch, and at most half of the time: when the DNS
 * says that a thousand domains are gone, live mail goes on and memory stays flat.
 */
class QueueFailer {
  readonly #parts: FailerParts
  #turn: Promise<void> = Promise.resolve()

  constructor(parts: FailerParts) {
    this.#parts = parts
  }

  /** Fails every copy of the queue, those that are not due included. Rejects with a StoreError. */
  async fail(queue: DeliveryQueue, error: string, goesOn: () => boolean): Promise<void> {
    while (await this.#inTurn(() => goesOn() && this.#failSome(queue, error))) {
      // The next batch stands in line behind those of other queues.
    }
  }

  /** Whether there may be more. */
  async #failSome(queue: DeliveryQueue, error: string): Promise<boolean> {
    const { store, settler, clock } = this.#parts
    return await halfTheTime(clock, async () => {
      const copies = await store.lease(queue.key, Infinity, batch)
      await Promise.all(copies.map((copy) => settler.attempted(copy, allFailed(copy, error))))
      for (const _ of copies) queue.went(clock.monotonic())
      return copies.length === batch
    })
  }

  async #inTurn(work: () => boolean | Promise<boolean>): Promise<boolean> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<undefined>()
    this.#turn = promise
    await before
    try {
      return await work()
    } finally {
      resolve(undefined)
    }
  }
}
