import type { Clock } from '../../base/clock.ts'
import type { AdminMark, AdminMarks, RemovalKind } from './admin-mark.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { QueueLog } from '../queue-events.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Settler } from './settler.ts'
import { type Copy, type CopyPlace, placeOf } from '../stored-message.ts'

interface OperationParts {
  readonly store: QueueStore
  readonly settler: Settler
  readonly clock: Clock
  readonly log: QueueLog
  readonly marks: AdminMarks
  readonly queues: Pick<DeliveryQueues, 'takeHeld' | 'due'>
}

/**
 * Suspends, resumes and removes messages for an administrator. A copy that is being worked on (in
 * transmission, above all) is marked, and what was wanted is done when that work ends.
 */
export class MessageOperations {
  readonly #parts: OperationParts

  constructor(parts: OperationParts) {
    this.#parts = parts
    parts.marks.whenLate((copy, kind) => void this.#removeLate(copy, kind))
  }

  /** Resolves when none of the copies will be tried again; rejects with a StoreError. */
  async suspend(places: readonly CopyPlace[]): Promise<void> {
    const { store, marks, queues } = this.#parts
    const wanted = places.filter(({ id }) => !isRemoval(marks.get(id)))
    const ids = new Set(wanted.map(({ id }) => id))
    const held = this.#mark(wanted, 'suspend')
    try {
      const leased = new Set(await store.suspend(wanted))
      // What was on its way into the windows meanwhile, before the store knew.
      held.push(...queues.takeHeld(({ id }) => ids.has(id)))
      for (const { id } of held) leased.delete(id)
      for (const id of ids) if (!leased.has(id)) this.#unmark(id, 'suspend')
      store.release(held)
    } catch (error) {
      for (const id of ids) this.#unmark(id, 'suspend')
      this.#giveBack(held)
      throw error
    }
  }

  /** Resolves when those of the copies that were suspended are due; rejects with a StoreError. */
  async resume(places: readonly CopyPlace[]): Promise<void> {
    const { store, marks, clock, queues } = this.#parts
    for (const { id } of places) {
      if (marks.get(id) === 'suspend') marks.delete(id)
    }
    for (const queue of await store.resume(places, clock.now())) queues.due(queue)
  }

  /**
   * Resolves when the copies are gone, but for those being worked on: they go when that ends, with
   * what was delivered delivered. Rejects with a StoreError.
   */
  async remove(places: readonly CopyPlace[], kind: RemovalKind): Promise<void> {
    const { store, marks, settler, queues } = this.#parts
    const ids = new Set(places.map(({ id }) => id))
    const own = this.#mark(places, kind)
    try {
      const { copies: leased, held } = await store.leaseThese(places)
      own.push(...leased)
      const others = new Set(held)
      own.push(...queues.takeHeld(({ id }) => ids.has(id)))
      for (const { id } of own) others.delete(id)
      for (const id of ids) if (!others.has(id)) marks.delete(id)
    } catch (error) {
      for (const id of ids) marks.delete(id)
      this.#giveBack(own)
      throw error
    }
    await Promise.all(own.map((copy) => settler.remove(copy, kind)))
  }

  /** A removal that came while the result of an attempt was being written. Never rejects. */
  async #removeLate(copy: Copy, kind: RemovalKind): Promise<void> {
    try {
      await this.remove([placeOf(copy)], kind)
    } catch (error) {
      this.#parts.log.error({ error, internalId: copy.message.id }, 'could not remove a message')
    }
  }

  /** A copy comes back untried. Whether it was dealt with as it was marked. */
  putBack(copy: Copy): boolean {
    const { marks, settler } = this.#parts
    const mark = marks.get(copy.id)
    if (mark === undefined) return false
    marks.delete(copy.id)
    if (isRemoval(mark)) void settler.remove(copy, mark)
    else this.#giveBack([copy])
    return true
  }

  /** Marks the copies and takes out of the windows what is held there, still leased. */
  #mark(places: readonly CopyPlace[], mark: AdminMark): Copy[] {
    const { marks, queues } = this.#parts
    const ids = new Set(places.map(({ id }) => id))
    for (const id of ids) marks.set(id, mark)
    return [...queues.takeHeld(({ id }) => ids.has(id))]
  }

  /** What may not have become of them as was wanted: their queues look for them in the store. */
  #giveBack(copies: readonly Copy[]): void {
    const { store, queues } = this.#parts
    store.release(copies)
    for (const { queue } of copies) queues.due(queue)
  }

  /** Unless something else was wanted since. */
  #unmark(id: number, mark: AdminMark): void {
    const { marks } = this.#parts
    if (marks.get(id) === mark) marks.delete(id)
  }
}

function isRemoval(mark: AdminMark | undefined): mark is RemovalKind {
  return mark === 'remove' || mark === 'removeWithNotice'
}
