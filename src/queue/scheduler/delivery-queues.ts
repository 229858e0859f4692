import type { Clock } from '../../base/clock.ts'
import { DeliveryQueue } from './delivery-queue.ts'
import type { QueueEvents } from '../queue-events.ts'
import { type QueueKey, isDeliveryQueue, isSubmissionQueue, submissionQueue } from '../queue-key.ts'
import { QueueMap } from '../queue-map.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Suspects } from '../poison/suspects.ts'
import type { Standing } from './standing.ts'
import type { Copy } from '../stored-message.ts'
import type { WindowKeeper } from './window-keeper.ts'

/** What happened to a delivery queue, so that it may want something else now. */
export type QueueOccurrence =
  | 'taken up'
  | 'mail came'
  | 'copies due'
  | 'copies fetched'
  | 'turn came'
  | 'next hop reached'
  | 'result written'
  | 'connections stall'
  | 'connection ended'
  | 'retry over'
  | 'emptied'
  | 'sending resumed'

interface DeliveryQueuesParts {
  readonly store: QueueStore
  readonly windows: WindowKeeper
  readonly suspects: Pick<Suspects, 'isQuiet' | 'takeWhere'>
  readonly clock: Clock
  readonly onEvent: QueueEvents
  /** The one who decides what follows. */
  readonly onOccurrence: (queue: DeliveryQueue, what: QueueOccurrence) => void
  /** Copies are due in a queue that leads to no next hop. */
  readonly onPersistentDue: (key: QueueKey) => void
}

/** The delivery queues in memory: where each part of the scheduler finds them, and tells what happened to one. */
export class DeliveryQueues {
  readonly #parts: DeliveryQueuesParts
  readonly #queues = new QueueMap<DeliveryQueue>()
  #state: 'new' | 'running' | 'ended' = 'new'

  constructor(parts: DeliveryQueuesParts) {
    this.#parts = parts
  }

  begin(): void {
    this.#state = 'running'
  }

  /** From now on nothing is begun. */
  end(): void {
    this.#state = 'ended'
    this.#parts.windows.close()
  }

  get isRunning(): boolean {
    return this.#state === 'running'
  }

  /** Nothing is sent whose result could not be written down, or beside a message that goes on alone. */
  get isSending(): boolean {
    return this.hasRoom && !this.#parts.suspects.isQuiet
  }

  get hasRoom(): boolean {
    return this.isRunning && this.#parts.store.hasRoomForResults.current
  }

  get size(): number {
    return this.#queues.size
  }

  get(key: QueueKey): DeliveryQueue | undefined {
    return this.#queues.get(key)
  }

  has(key: QueueKey): boolean {
    return this.#queues.has(key)
  }

  values(): Iterable<DeliveryQueue> {
    return this.#queues.values()
  }

  /** The queue of this key, made with this standing when it is not known yet. */
  of(key: QueueKey, standing?: Standing): DeliveryQueue {
    const known = this.#queues.get(key)
    if (known !== undefined) return known
    const queue = new DeliveryQueue(key, standing)
    this.#queues.set(key, queue)
    return queue
  }

  forget({ key }: DeliveryQueue): void {
    this.#queues.delete(key)
  }

  /** Something happened to the queue. */
  tell(queue: DeliveryQueue, what: QueueOccurrence): void {
    this.#parts.onOccurrence(queue, what)
  }

  /** Copies of this queue are due that it does not know of. */
  due(key: QueueKey): void {
    if (!isDeliveryQueue(key)) {
      this.#parts.onPersistentDue(key)
      return
    }
    const queue = this.of(key)
    queue.storeMayHaveMore()
    this.tell(queue, 'copies due')
  }

  /** Takes fresh copies that their committer holds leased; what has no room goes back to the store. */
  enqueue(copies: readonly Copy[]): void {
    const { store, windows, clock, onEvent, onPersistentDue } = this.#parts
    const surplus: Copy[] = []
    const touched = new Set<DeliveryQueue>()
    let isSubmitted = false
    for (const copy of copies) {
      onEvent({ kind: 'queued', copy })
      if (!this.isRunning || !isDeliveryQueue(copy.queue)) {
        isSubmitted ||= isSubmissionQueue(copy.queue)
        surplus.push(copy)
        continue
      }
      const queue = this.of(copy.queue)
      touched.add(queue)
      queue.came(clock.monotonic())
      if (windows.accept(queue, copy)) continue
      queue.noteDue(copy.dueAt)
      surplus.push(copy)
    }
    store.release(surplus)
    for (const queue of touched) this.tell(queue, 'mail came')
    if (isSubmitted) onPersistentDue(submissionQueue)
  }

  /** Fetches copies of the queue from the store. */
  refill(queue: DeliveryQueue): Promise<void> {
    return queue.refillBy(
      () => this.#parts.windows.fill(queue),
      () => this.tell(queue, 'copies fetched'),
    )
  }

  /** Removes from all that is held in memory, and returns, the copies for which `test` holds; they stay leased. */
  takeHeld(test: (copy: Copy) => boolean): Copy[] {
    const { windows, suspects } = this.#parts
    return [...windows.takeWhere(this.values(), test), ...suspects.takeWhere(test)]
  }
}
