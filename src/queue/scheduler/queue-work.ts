import type { Milliseconds } from '../../base/time-span.ts'
import type { ConnectionLimits } from './connection-seats.ts'
import { DeliveryOrder } from '../delivery-order.ts'
import { stallAfter, stalledLimit } from './patience.ts'
import type { QueueLane } from './queue-lane.ts'

/** Waiting copies per open connection that justify another one. */
const copiesPerConnection = 10

interface WorkCircumstances {
  readonly limits: ConnectionLimits
  /** The store may hold more copies that are due. */
  readonly moreInStore: boolean
  /** Its next hop is known to answer. */
  readonly hasAnswered: boolean
  readonly monotonicNow: Milliseconds
}

/** What a delivery queue has while something is done for it. */
export class QueueWork {
  /** Leased copies that are due, in the order of delivery. */
  readonly window = new DeliveryOrder()
  readonly lanes: QueueLane[] = []
  /** Connections being opened or in use. */
  connections = 0
  /** Those of them that reached the next hop: MAIL could be said. */
  reached = 0
  /** Walks that take its copies out. */
  emptiers = 0
  /** Copies are fetched for the first connection, which opens next. */
  preparing = false
  /** Monotonic time before which no further connection is opened beside those at work. */
  noFurtherBefore: Milliseconds = -Infinity
  /** Copies are being leased. */
  refill: Promise<void> | undefined

  connect(lane: QueueLane): void {
    this.lanes.push(lane)
    this.connections++
  }

  disconnect(lane: QueueLane): void {
    const at = this.lanes.indexOf(lane)
    if (at >= 0) this.lanes.splice(at, 1)
    this.connections--
    if (lane.hasReached) this.reached--
  }

  /** Whether one more connection than there are is worth while. */
  wantsAnother({ limits, moreInStore, hasAnswered, monotonicNow }: WorkCircumstances): boolean {
    const { connections, reached } = this
    const ready = this.window.size
    if (ready === 0 || connections >= limits.perQueue) return false
    if (monotonicNow < this.noFurtherBefore) return false
    const many = moreInStore || ready > copiesPerConnection * connections
    if (many && reached === connections) return true
    return connections < stalledLimit(limits) && hasAnswered && this.isStalled(monotonicNow)
  }

  /** Every connection waits for its peer. */
  isStalled(monotonicNow: Milliseconds): boolean {
    const { lanes, connections } = this
    if (connections === 0 || lanes.length < connections) return false
    return lanes.every(({ watched }) => {
      const since = watched?.waitingSince()
      return since !== undefined && monotonicNow - since >= stallAfter
    })
  }

  /** Nothing of it is left. */
  get isOver(): boolean {
    const { window, connections, emptiers, preparing, noFurtherBefore, refill } = this
    const isIdle = window.size === 0 && connections === 0 && refill === undefined
    return isIdle && emptiers === 0 && !preparing && noFurtherBefore === -Infinity
  }
}
