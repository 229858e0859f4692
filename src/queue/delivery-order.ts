import { Fifo } from '../base/fifo.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { MessagePriority } from '../message/message-properties.ts'
import { type PriorityQuotas, priorities, priorityOf } from './priority-queuing.ts'
import type { Copy } from './stored-message.ts'

/** Copies that are due in the order of delivery: as they came, or by classes once one came with their quotas. */
export class DeliveryOrder {
  readonly #all = new Fifo<Copy>()
  #classes: PriorityClasses | undefined

  get size(): number {
    return this.#all.size + (this.#classes?.size ?? 0)
  }

  /** The copy to be taken next. */
  get first(): Copy | undefined {
    return this.#classes === undefined ? this.#all.first : this.#classes.first
  }

  /** All of them. */
  get all(): readonly Copy[] {
    return this.#classes === undefined ? this.#all.all : this.#classes.all
  }

  some(test: (copy: Copy) => boolean): boolean {
    return this.#classes === undefined ? this.#all.some(test) : this.#classes.all.some(test)
  }

  /** With quotas, by its class; those that stand there without are Normal mail, whatever they say of themselves. */
  push(copy: Copy, quotas?: PriorityQuotas): void {
    if (quotas === undefined && this.#classes === undefined) {
      this.#all.push(copy)
      return
    }
    this.#classes ??= new PriorityClasses(this.#all.takeAll())
    this.#classes.push(copy, quotas)
  }

  /** One that was taken goes first again. */
  putBack(copy: Copy): void {
    if (this.#classes === undefined) this.#all.putBack(copy)
    else this.#classes.putBack(copy)
  }

  take(): Copy | undefined {
    if (this.#classes === undefined) return this.#all.take()
    const copy = this.#classes.take()
    if (this.#classes.size === 0) this.#classes = undefined
    return copy
  }

  takeAll(): Copy[] {
    const copies = [...(this.#classes?.takeAll() ?? []), ...this.#all.takeAll()]
    this.#classes = undefined
    return copies
  }

  /** Removes and returns those for which `test` holds. */
  takeWhere(test: (copy: Copy) => boolean): Copy[] {
    return this.#classes === undefined ? this.#all.takeWhere(test) : this.#classes.takeWhere(test)
  }
}

/**
 * High before Normal before Low, in rounds: in each one so many of a class as its quota says, so that a lower class has
 * its turn however much comes of the higher ones.
 */
class PriorityClasses {
  readonly #fifos: Readonly<Record<MessagePriority, Fifo<Copy>>> = {
    High: new Fifo<Copy>(),
    Normal: new Fifo<Copy>(),
    Low: new Fifo<Copy>(),
  }
  #quotas: PriorityQuotas = { High: 1, Normal: 1, Low: 1 }
  /** What is left of the quotas in this round. */
  #left: Record<MessagePriority, number> = { High: 0, Normal: 0, Low: 0 }

  constructor(normal: readonly Copy[]) {
    for (const copy of normal) this.#fifos.Normal.push(copy)
  }

  get size(): number {
    return priorities.reduce((sum, each) => sum + this.#fifos[each].size, 0)
  }

  get all(): readonly Copy[] {
    return priorities.flatMap((each) => this.#fifos[each].all)
  }

  get first(): Copy | undefined {
    const next = this.#next(this.#left) ?? this.#next(this.#quotas)
    return next && this.#fifos[next].first
  }

  push(copy: Copy, quotas?: PriorityQuotas): void {
    if (quotas !== undefined) this.#quotas = quotas
    this.#fifos[quotas === undefined ? 'Normal' : priorityOf(copy.message)].push(copy)
  }

  putBack(copy: Copy): void {
    const its = priorityOf(copy.message)
    this.#left[its]++
    this.#fifos[its].putBack(copy)
  }

  take(): Copy | undefined {
    let next = this.#next(this.#left)
    if (next === undefined) {
      this.#left = { ...this.#quotas }
      next = this.#next(this.#left)
    }
    if (next === undefined) return undefined
    this.#left[next]--
    return this.#fifos[next].take()
  }

  takeAll(): Copy[] {
    return priorities.flatMap((each) => this.#fifos[each].takeAll())
  }

  takeWhere(test: (copy: Copy) => boolean): Copy[] {
    return priorities.flatMap((each) => this.#fifos[each].takeWhere(test))
  }

  /**
   * The highest class that has mail and something left. That is not the highest of all only for mail that has waited as
   * long: nobody passes an earlier message of a higher class.
   */
  #next(left: PriorityQuotas): MessagePriority | undefined {
    const waiting = priorities.filter((each) => this.#fifos[each].size > 0)
    const next = waiting.find((each) => left[each] > 0)
    const [highest] = waiting
    if (next === undefined || highest === undefined || next === highest) return next
    return cameAt(this.#fifos[highest].first) < cameAt(this.#fifos[next].first) ? highest : next
  }
}

function cameAt(copy: Copy | undefined): Milliseconds {
  return copy?.message.receivedAt ?? 0
}
