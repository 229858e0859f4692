import type { Clock } from '../../base/clock.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import { halfTheTime } from './half-the-time.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Settler } from './settler.ts'
import { allFailed } from './verdict.ts'

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
export class QueueFailer {
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
