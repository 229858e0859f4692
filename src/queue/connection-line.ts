import type { DeliveryQueue } from './delivery-queue.ts'
import type { DoubtPace } from './doubt-pace.ts'
import { Fifo } from './fifo.ts'

/**
 * Queues that want a connection, the longest waiting first. Those in doubt (their next hop failed, or
 * was not tried since the start) get no more than half of all connections, and those at a pace: thousands
 * of dead domains, each holding one until it times out, never keep live mail waiting.
 */
export class ConnectionLine {
  readonly #pace: Pick<DoubtPace, 'mayBegin'>
  readonly #sure = new Fifo<DeliveryQueue>()
  readonly #doubtful = new Fifo<DeliveryQueue>()
  #lastPlace = 0
  /** Connections at work for queues in doubt. */
  #doubts = 0

  constructor(pace: Pick<DoubtPace, 'mayBegin'>) {
    this.#pace = pace
  }

  /** Does nothing when the queue stands in line already. */
  join(queue: DeliveryQueue): void {
    if (queue.inLine) return
    this.#append(queue, queue.doubtful ? this.#doubtful : this.#sure)
  }

  /** Fresh mail came for a next hop that is not known to fail: it is as good as any. */
  promote(queue: DeliveryQueue): void {
    queue.doubtful = false
    if (queue.inLine && this.#doubtful.remove(queue)) this.#append(queue, this.#sure)
  }

  /** The next queue, out of the line; undefined when none may have a connection. */
  take(maxConnections: number): DeliveryQueue | undefined {
    const mayDoubt = this.#doubts * 2 < maxConnections
    const doubtfulPlace = (mayDoubt ? this.#doubtful.first?.linePlace : undefined) ?? Infinity
    const surePlace = this.#sure.first?.linePlace ?? Infinity
    const doubtfulNext = doubtfulPlace < surePlace && this.#pace.mayBegin()
    const queue = (doubtfulNext ? this.#doubtful : this.#sure).take()
    if (queue !== undefined) queue.linePlace = undefined
    return queue
  }

  /** Counts a connection for a queue; call the result when it proved its next hop, and when it ended. */
  connecting({ doubtful }: DeliveryQueue): () => void {
    let counted = doubtful
    if (counted) this.#doubts++
    return () => {
      if (counted) this.#doubts--
      counted = false
    }
  }

  clear(): void {
    for (const line of [this.#sure, this.#doubtful]) {
      for (const queue of line.takeAll()) queue.linePlace = undefined
    }
  }

  #append(queue: DeliveryQueue, line: Fifo<DeliveryQueue>): void {
    queue.linePlace = ++this.#lastPlace
    line.push(queue)
  }
}
