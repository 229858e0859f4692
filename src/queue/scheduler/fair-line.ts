import type { DeliveryQueue } from './delivery-queue.ts'
import { Fifo } from '../../base/fifo.ts'
import type { QueueKey } from '../queue-key.ts'

/**
 * What one owner can have any number of: all names below a registered domain, which the last two labels
 * stand for. Smart hosts are each a family of their own.
 */
export function familyOf({ deliveryType, nextHopDomain }: QueueKey): string {
  const name = nextHopDomain.toLowerCase()
  if (deliveryType !== 'DnsConnectorDelivery' || name.startsWith('[')) return name
  return name.split('.').slice(-2).join('.')
}

/**
 * By what a crowd is told from others, from the hardest to feign to the easiest: how mail gets to the next hop
 * (an administrator names smart hosts, senders name domains), the client that brought the mail (our own
 * notifications are one), its sender, and the family of the next hop.
 */
const marks: readonly ((queue: DeliveryQueue) => string)[] = [
  ({ key }) => key.deliveryType,
  ({ first }) => (first?.message.source === 'DSN' ? 'DSN' : (first?.message.sourceAddress ?? '')),
  ({ first }) => first?.message.envelope.sender ?? '',
  ({ key }) => familyOf(key),
]

/** Groups that have had their turn may stand among the fresh ones up to this number. */
const mostStale = 64

/**
 * A line in which nobody stands behind a crowd: each client has its turn, in it each of its senders, and so on.
 * Every second turn is for the one that came last and had none, so that who has just come need not wait for
 * thousands that cannot be told from it.
 */
export class FairLine {
  readonly #all = new Crowd(0)

  get size(): number {
    return this.#all.size
  }

  push(queue: DeliveryQueue): void {
    this.#all.push(queue)
  }

  take(): DeliveryQueue | undefined {
    return this.#all.take()
  }

  takeAll(): DeliveryQueue[] {
    const all: DeliveryQueue[] = []
    for (let one = this.take(); one !== undefined; one = this.take()) all.push(one)
    return all
  }
}

/** Queues that have the first `depth` marks in common. Most have one queue, which needs no more than a place. */
class Crowd {
  readonly #depth: number
  #sole: DeliveryQueue | undefined
  #many: Fifo<DeliveryQueue> | Groups | undefined
  size = 0
  turns = 0

  constructor(depth: number) {
    this.#depth = depth
  }

  push(queue: DeliveryQueue): void {
    this.size++
    if (this.size === 1) {
      this.#sole = queue
      return
    }
    this.#many ??= this.#depth < marks.length ? new Groups(this.#depth) : new Fifo<DeliveryQueue>()
    if (this.#sole !== undefined) this.#many.push(this.#sole)
    this.#sole = undefined
    this.#many.push(queue)
  }

  take(): DeliveryQueue | undefined {
    const isLastsTurn = this.turns++ % 2 === 0
    const sole = this.#sole
    this.#sole = undefined
    const queue = sole ?? (isLastsTurn ? this.#many?.takeLast() : this.#many?.take())
    if (queue !== undefined) this.size--
    return queue
  }
}

interface Group {
  readonly name: string
  readonly crowd: Crowd
}

/** Crowds by their next mark. */
class Groups {
  readonly #depth: number
  readonly #groups = new Map<string, Group>()
  /** The order of turns. Groups that have become empty stay in it until they are met. */
  readonly #order = new Fifo<Group>()
  /** Those without a turn so far, the last at the end; others may stand among them. */
  readonly #fresh = new Fifo<Group>()

  constructor(depth: number) {
    this.#depth = depth
  }

  push(queue: DeliveryQueue): void {
    const name = marks[this.#depth]?.(queue) ?? ''
    const known = this.#groups.get(name)
    const group = known ?? { name, crowd: new Crowd(this.#depth + 1) }
    group.crowd.push(queue)
    if (known !== undefined) return
    this.#groups.set(name, group)
    this.#order.push(group)
    this.#fresh.push(group)
    if (this.#fresh.size > 2 * this.#groups.size + mostStale)
      this.#fresh.takeWhere((each) => !this.#isFresh(each))
  }

  /** Of the group whose turn it is. */
  take(): DeliveryQueue | undefined {
    for (let group = this.#order.take(); group !== undefined; group = this.#order.take()) {
      if (this.#groups.get(group.name) !== group) continue
      const queue = this.#takeOf(group)
      if (group.crowd.size > 0) this.#order.push(group)
      return queue
    }
    return undefined
  }

  /** Of the group that came last, if there is one that has had no turn. */
  takeLast(): DeliveryQueue | undefined {
    for (let group = this.#fresh.takeLast(); group !== undefined; group = this.#fresh.takeLast()) {
      if (this.#isFresh(group)) return this.#takeOf(group)
    }
    return this.take()
  }

  #isFresh(group: Group): boolean {
    return group.crowd.turns === 0 && this.#groups.get(group.name) === group
  }

  #takeOf({ name, crowd }: Group): DeliveryQueue | undefined {
    const queue = crowd.take()
    if (crowd.size === 0) this.#groups.delete(name)
    return queue
  }
}
