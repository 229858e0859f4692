import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { quotasOf } from '../priority-queuing.ts'
import type { QueueLog } from '../queue-events.ts'
import type { QueueStore } from '../queue-store.ts'
import { longestWait, pauseAfterTrouble } from './retry-schedule.ts'
import type { Copy } from '../stored-message.ts'
import type { MessageSettings } from './verdict.ts'

/** Leased copies that one queue, and all queues, keep in memory. */
const windowPerQueue = 200
/** For the first connection: a next hop that does not answer should cost as little as possible. One would not tell of more. */
const windowToBegin = 2
const windowOverall = 20_000

interface KeeperParts {
  readonly store: QueueStore
  readonly clock: Clock
  readonly settings: Live<MessageSettings>
  readonly log: QueueLog
}

/** Fills the windows of the queues from the store, within bounds, and empties them. */
export class WindowKeeper {
  readonly #parts: KeeperParts
  /** Leased copies in all windows. */
  #held = 0
  #closed = false

  constructor(parts: KeeperParts) {
    this.#parts = parts
  }

  /** From now on nothing is leased. */
  close(): void {
    this.#closed = true
  }

  /** Puts a fresh leased copy into the window; false when it belongs back into the store. */
  accept(queue: DeliveryQueue, copy: Copy): boolean {
    const due = copy.dueAt <= this.#parts.clock.now()
    if (this.#closed || !due || !queue.maySend || this.#room(queue) <= 0) return false
    this.#push(queue, copy)
    this.#held++
    return true
  }

  take(queue: DeliveryQueue): Copy | undefined {
    const copy = queue.take()
    if (copy !== undefined) this.#held--
    return copy
  }

  /** A copy that was taken but not tried. */
  putBack(queue: DeliveryQueue, copy: Copy): void {
    if (this.#closed || !queue.maySend) {
      this.#parts.store.release([copy])
      queue.noteDue(copy.dueAt)
      return
    }
    queue.putBack(copy)
    this.#held++
  }

  /** Gives the whole window back to the store, and tells what it held. */
  empty(queue: DeliveryQueue): readonly Copy[] {
    const copies = queue.takeAll()
    this.#held -= copies.length
    this.#parts.store.release(copies)
    return copies
  }

  /** All that stands in these windows. */
  *held(queues: Iterable<DeliveryQueue>): Generator<Copy> {
    for (const queue of queues) if (queue.ready > 0) yield* queue.window
  }

  /** Removes from all windows, and returns, the copies for which `test` holds; they stay leased. */
  takeWhere(queues: Iterable<DeliveryQueue>, test: (copy: Copy) => boolean): Copy[] {
    const taken: Copy[] = []
    for (const queue of queues) {
      if (queue.ready > 0) taken.push(...queue.takeWhere(test))
    }
    this.#held -= taken.length
    return taken
  }

  /** Whether there is something to lease for connections at work, and half the window to put it in. */
  isLow(queue: DeliveryQueue): boolean {
    if (queue.reached === 0 || !queue.moreInStore) return false
    return queue.ready * 2 < windowPerQueue && this.#room(queue) > 0
  }

  /** Leases what is due; afterwards the queue knows whether, or when, there is more. Never rejects. */
  async fill(queue: DeliveryQueue): Promise<void> {
    const { store, clock, settings, log } = this.#parts
    const room = this.#room(queue)
    const limit = queue.reached > 0 ? room : Math.min(room, windowToBegin)
    if (this.#closed || limit <= 0) return
    try {
      const copies = await store.lease(queue.key, clock.now(), limit)
      queue.storeGave({ all: copies.length < limit })
      if (!this.#keep(queue, copies) || queue.moreInStore) return
      const nextDueAt = await store.nextDueAt(queue.key)
      if (nextDueAt === undefined) return
      const now = clock.now()
      if (nextDueAt - now <= longestWait(settings.current)) {
        queue.noteDue(nextDueAt)
        return
      }
      await store.hasten(queue.key, now)
      queue.storeMayHaveMore()
    } catch (error) {
      log.error({ error, queue: queue.key }, 'could not read the queue')
      queue.pauseUntil(clock.now() + pauseAfterTrouble)
    }
  }

  /** The queue may have changed its state while the store worked. */
  #keep(queue: DeliveryQueue, copies: readonly Copy[]): boolean {
    if (this.#closed || !queue.maySend) {
      this.#parts.store.release(copies)
      queue.storeMayHaveMore()
      return false
    }
    for (const copy of copies) this.#push(queue, copy)
    this.#held += copies.length
    return true
  }

  #push(queue: DeliveryQueue, copy: Copy): void {
    const { settings } = this.#parts
    if (settings.current.PriorityQueuingEnabled) queue.push(copy, quotasOf(settings.current))
    else queue.push(copy)
  }

  /** A queue always has room for one, so that full windows elsewhere never stop it. */
  #room(queue: DeliveryQueue): number {
    const room = Math.min(windowPerQueue - queue.ready, windowOverall - this.#held)
    return queue.ready === 0 ? Math.max(room, 1) : room
  }
}
