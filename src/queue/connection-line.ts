import type { DeliveryQueue } from './delivery-queue.ts'
import type { DoubtPace } from './doubt-pace.ts'

/**
 * Queues that want a connection, the longest waiting first. Those in doubt (their next hop failed, or
 * was not tried since the start) get no more than half of all connections, and those at a pace: thousands
 * of dead domains, each holding one until it times out, never keep live mail waiting.
 */
export class ConnectionLine {
  readonly #pace: Pick<DoubtPace, 'mayBegin'>
  /** Each with its place in the line. */
  readonly #sure = new Map<DeliveryQueue, number>()
  readonly #doubtful = new Map<DeliveryQueue, number>()
  #lastPlace = 0
  /** Connections at work for queues in doubt. */
  #doubts = 0

  constructor(pace: Pick<DoubtPace, 'mayBegin'>) {
    this.#pace = pace
  }

  /** Does nothing when the queue stands in line already. */
  join(queue: DeliveryQueue): void {
    if (queue.inLine) return
    queue.inLine = true
    const line = queue.doubtful ? this.#doubtful : this.#sure
    line.set(queue, ++this.#lastPlace)
  }

  /** Fresh mail came for a next hop that is not known to fail: it is as good as any. */
  promote(queue: DeliveryQueue): void {
    queue.doubtful = false
    if (this.#doubtful.delete(queue)) this.#sure.set(queue, ++this.#lastPlace)
  }

  /** The next queue, out of the line; undefined when none may have a connection. */
  take(maxConnections: number): DeliveryQueue | undefined {
    const [sure] = this.#sure
    const [doubtful] = this.#doubts * 2 < maxConnections ? this.#doubtful : []
    const doubtfulFirst = (doubtful?.[1] ?? Infinity) < (sure?.[1] ?? Infinity)
    const queue = (doubtfulFirst && this.#pace.mayBegin() ? doubtful : sure)?.[0]
    if (queue === undefined) return undefined
    this.#sure.delete(queue)
    this.#doubtful.delete(queue)
    queue.inLine = false
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
      for (const queue of line.keys()) queue.inLine = false
      line.clear()
    }
  }
}
