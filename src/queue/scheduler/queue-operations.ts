import type { Clock } from '../../base/clock.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { NextHopTrouble } from './next-hop-trouble.ts'
import {
  type QueueKey,
  isDeliveryQueue,
  isPoisonQueue,
  isSubmissionQueue,
  queueKeyText,
} from '../queue-key.ts'
import { QueueMap } from '../queue-map.ts'
import { queuePages } from '../queue-pages.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Rerouting } from './rerouting.ts'
import type { Recategorized } from '../recategorized.ts'
import type { Resubmission, WalkOptions } from './resubmission.ts'
import { type Copy, untried } from '../stored-message.ts'
import type { WindowKeeper } from './window-keeper.ts'

interface OperationParts {
  readonly store: QueueStore
  readonly clock: Clock
  readonly queues: Pick<DeliveryQueues, 'get' | 'of' | 'isRunning'>
  readonly windows: WindowKeeper
  readonly resubmission: Resubmission
  readonly rerouting: Rerouting
  readonly trouble: Pick<NextHopTrouble, 'endRetry'>
}

type QueueTest = (key: QueueKey) => boolean

/** What an administrator, or a change of the configuration, does to whole queues. */
export class QueueOperations {
  readonly #parts: OperationParts
  #lastReroute: Promise<void> = Promise.resolve()
  #nextReroute: Promise<void> | undefined

  constructor(parts: OperationParts) {
    this.#parts = parts
  }

  /** No copy of the queue is tried from now on; what is in transmission ends. Rejects with a StoreError. */
  async suspend(key: QueueKey): Promise<void> {
    const { store, windows, queues } = this.#parts
    const queue = isDeliveryQueue(key) ? queues.of(key) : undefined
    const before = queue?.suspended === true
    if (queue !== undefined) {
      queue.suspend()
      windows.empty(queue)
    }
    try {
      await store.suspendQueue(key, true)
    } catch (error) {
      if (!before) queue?.resume()
      throw error
    }
  }

  /** Delivery goes on; the Unreachable queue, which may have missed a change, is categorized anew. */
  async resume(key: QueueKey): Promise<void> {
    const { store, queues, trouble } = this.#parts
    await store.suspendQueue(key, false)
    const queue = queues.get(key)
    if (queue?.suspended === true) {
      queue.resume()
      // A queue that waits for its next hop goes on waiting.
      if (!queue.inRetry) trouble.endRetry(queue)
    }
    if (key.deliveryType === 'Unreachable') void this.#walk(key)
  }

  /**
   * All that waits in a delivery queue is due now, and tried, whatever the queue waits for. False when nothing
   * waits there, when it is suspended, and of a queue that has no next hop.
   */
  async retry(key: QueueKey): Promise<boolean> {
    const { store, clock, queues, trouble } = this.#parts
    const [figures] = await store.queues({ keys: [key] })
    if (!isDeliveryQueue(key) || figures === undefined) return false
    if (figures.suspended || figures.copies === 0) return false
    await store.hasten(key, clock.now())
    const queue = queues.of(key)
    queue.noteDue(clock.now())
    queue.insist()
    trouble.endRetry(queue)
    return true
  }

  /**
   * Begins to categorize a queue anew which waits: in Retry, or Unreachable. False when it is in
   * another state. It may take long; what goes wrong stands in the log.
   */
  async startResubmission(key: QueueKey): Promise<boolean> {
    const { store, queues } = this.#parts
    const [figures] = await store.queues({ keys: [key] })
    const status = queues.get(key)?.status
    const waits = key.deliveryType === 'Unreachable' || status === 'Retry'
    if (figures === undefined || figures.suspended || !waits) return false
    void this.resubmit(key)
    return true
  }

  /**
   * As an administrator asks: categorizes every copy of a queue anew, but suspended ones, and tries the next hops
   * where they go now. Resolves when all of them are written.
   */
  resubmit(key: QueueKey): Promise<void> {
    return this.#walkAndTry(key, { isAsked: true })
  }

  /**
   * Moves what waits in the delivery queues to `target`, but for suspended queues and messages. What is in
   * transmission stays where it is, and so does what comes later. Resolves when all of it is written.
   */
  async redirect(target: QueueKey): Promise<void> {
    const text = queueKeyText(target)
    const isDrained = (key: QueueKey) => isDeliveryQueue(key) && queueKeyText(key) !== text
    await this.#walkThose(isDrained, {
      recategorize: (copy) => Promise.resolve(redirected(copy, target)),
    })
  }

  async #walk(key: QueueKey, options?: WalkOptions): Promise<void> {
    const { queues, windows, resubmission, trouble } = this.#parts
    const queue = queues.get(key)
    if (queue !== undefined) {
      queue.beginEmptying()
      windows.empty(queue)
    }
    try {
      await resubmission.walk(key, options)
    } finally {
      if (queue !== undefined) {
        queue.endEmptying()
        trouble.endRetry(queue)
      }
    }
  }

  /**
   * Categorizes anew what waits and would go another way now: all of the queues for which `isCurrent` is false
   * (their connector is gone), and of the others, unless `isBest` says that nothing could be better, what
   * the categorizer puts elsewhere. Suspended queues stay. What is asked for while one such walk goes on is done
   * by one more behind it. Rejects with a StoreError.
   */
  reroute(isCurrent: QueueTest, isBest: QueueTest = () => false): Promise<void> {
    const begin = () => {
      this.#nextReroute = undefined
      const walk = this.#reroute(isCurrent, isBest)
      this.#lastReroute = walk.catch(() => undefined)
      return walk
    }
    this.#nextReroute ??= this.#lastReroute.then(begin)
    return this.#nextReroute
  }

  async #reroute(isCurrent: QueueTest, isBest: QueueTest): Promise<void> {
    for await (const page of queuePages(this.#parts.store)) {
      for (const { key, copies, suspended } of page) {
        if (suspended || copies === 0 || !this.#parts.queues.isRunning) continue
        const isGone = isDeliveryQueue(key) && !isCurrent(key)
        if (isPoisonQueue(key)) continue
        if (isGone || isSubmissionQueue(key)) await this.#walk(key)
        else if (!isBest(key)) await this.#parts.rerouting.look(key)
      }
    }
  }

  /** Walks over the queues that are meant, hold copies, and are not suspended. */
  async #walkThose(isMeant: (key: QueueKey) => boolean, options?: WalkOptions): Promise<void> {
    for await (const page of queuePages(this.#parts.store)) {
      for (const { key, copies, suspended } of page) {
        const stays = suspended || copies === 0 || !isMeant(key)
        if (!stays && this.#parts.queues.isRunning) await this.#walkAndTry(key, options)
      }
    }
  }

  /** Whatever the queues waited for into which it moves something: each is tried once, when the walk is over. */
  async #walkAndTry(key: QueueKey, options?: WalkOptions): Promise<void> {
    const { queues, trouble } = this.#parts
    const targets = new QueueMap<QueueKey>()
    await this.#walk(key, { ...options, onMoved: (to) => targets.set(to, to) })
    for (const to of targets.values()) {
      const queue = queues.get(to)
      if (queue?.inRetry === true && !queue.suspended) trouble.endRetry(queue)
    }
  }
}

/** The copy as it begins anew in another queue, without what an earlier attempt said. */
function redirected({ recipients }: Copy, queue: QueueKey): Recategorized {
  return { copies: [{ queue, recipients: recipients.map(untried) }], failed: [] }
}
