import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import type { ConnectionTurns } from './connection-turns.ts'
import type { WatchedConnection } from '../delivery-agent.ts'
import type { DeliveryQueue } from './delivery-queue.ts'

/** Shorter waits are a matter of course. */
const worthTelling: Milliseconds = second

interface WaitParts {
  readonly clock: Clock
  readonly turns: Pick<ConnectionTurns, 'seats' | 'seatLimits'>
}

/** A connection's wait that is worth telling. */
interface ToldWait {
  readonly watched: WatchedConnection
  readonly since: Milliseconds
}

/** What queues and messages wait for, as administrators are told. */
export class QueueWaits {
  readonly #parts: WaitParts

  constructor(parts: WaitParts) {
    this.#parts = parts
  }

  /** Its peers, the longest wait first, or a connection. Empty when it waits for nothing, or not for long. */
  ofQueue(queue: DeliveryQueue): string {
    const told = this.#told(queue).sort((a, b) => a.since - b.since)
    const [first, ...others] = told
    if (first === undefined)
      return queue.inLine && queue.connections === 0 ? this.#inLine(queue) : ''
    const more = others.length === 0 ? '' : `; ${others.length} more connections wait`
    return `${this.#text(first)}${more}`
  }

  /** What a copy that is in hand waits for; one that is not waits for what its queue does. */
  ofCopy(queue: DeliveryQueue, copyId: number): string {
    const lane = queue.lanes.find((each) => each.holds(copyId))
    if (lane === undefined) return this.ofQueue(queue)
    const told = this.#told(queue).find(({ watched }) => watched === lane.watched)
    return told === undefined ? '' : this.#text(told)
  }

  #told({ lanes }: DeliveryQueue): ToldWait[] {
    const now = this.#parts.clock.monotonic()
    return lanes.flatMap(({ watched }) => {
      const since = watched?.waitingSince()
      const isTold = watched !== undefined && since !== undefined && now - since >= worthTelling
      return isTold ? [{ watched, since }] : []
    })
  }

  #text({ watched, since }: ToldWait): string {
    const { clock } = this.#parts
    const at = new Date(clock.now() - (clock.monotonic() - since)).toISOString()
    return `Waiting for ${watched.waitsFor()} since ${at.slice(0, 19)}Z`
  }

  #inLine({ standing }: DeliveryQueue): string {
    const { seats, seatLimits: limits } = this.#parts.turns
    if (seats.hasFor(standing, limits)) return 'Waiting for its turn to be connected'
    const { all, unproven, failed, doubtful } = limits
    if (standing === 'proven')
      return `Waiting for a connection: all ${all} of MaxOutboundConnections are in use`
    const whose = {
      untried: `${unproven} for next hops not proven yet`,
      lapsed: `${failed} for next hops that failed`,
      doubtful: `${doubtful} for next hops in doubt`,
    }[standing]
    return `Waiting for a connection: all ${whose} (of MaxOutboundConnections ${all}) are in use`
  }
}
