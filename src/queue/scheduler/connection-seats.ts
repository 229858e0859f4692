import type { Standing } from './standing.ts'

/** How many connections a queue, and all queues, may have. */
export interface ConnectionLimits {
  /** MaxPerDomainOutboundConnections. */
  readonly perQueue: number
  /** MaxOutboundConnections. */
  readonly all: number
}

/** How many connections there may be. */
export interface SeatLimits {
  /** MaxOutboundConnections. */
  readonly all: number
  /** Of these, for next hops that are not proven. */
  readonly unproven: number
  /** Of these, for next hops that failed: those that lapsed, and those in doubt. */
  readonly failed: number
  /** Of these, for next hops that failed and never delivered, or wait since before the start. */
  readonly doubtful: number
}

/** Where there is no limit in all, there is one for what nobody knows. */
const mostUnproven = 1000

/**
 * Half of all connections are for proven next hops alone; of the other half, next hops that never failed have a
 * quarter to themselves, and those that have delivered before they failed at least another. With a single connection all share it. Of several processes that share all connections each
 * has its part of what is for unproven ones.
 */
export function seatLimits(all: number, sharers = 1): SeatLimits {
  const unproven = Math.max(1, Math.min(Math.floor(all / 2 / sharers), mostUnproven))
  const failed = Math.max(1, Math.floor((unproven * 3) / 4))
  return { all, unproven, failed, doubtful: Math.max(1, Math.floor(unproven / 2)) }
}

/** A connection that is counted. */
export interface Seat {
  /** As what it is counted. */
  readonly standing: Standing
  /** The next hop has proved itself. */
  prove(): void
  /** The connection has ended. Does nothing the second time. */
  free(): void
}

/** How many connections there are. */
export type SeatCounts = Pick<ConnectionSeats, 'all' | 'unproven' | 'failed' | 'doubtful'>

/** How many connections are open or being opened, by what is known of their next hops. */
export class ConnectionSeats {
  readonly #taken: Record<Standing, number> = { proven: 0, untried: 0, lapsed: 0, doubtful: 0 }

  get all(): number {
    return this.#taken.proven + this.unproven
  }

  get unproven(): number {
    return this.#taken.untried + this.failed
  }

  get failed(): number {
    return this.#taken.lapsed + this.#taken.doubtful
  }

  get doubtful(): number {
    return this.#taken.doubtful
  }

  /** Whether there is one more for a next hop of this standing. */
  hasFor(standing: Standing, limits: SeatLimits): boolean {
    if (this.all >= limits.all) return false
    if (standing === 'proven') return true
    if (this.unproven >= limits.unproven) return false
    if (standing === 'untried') return true
    if (this.failed >= limits.failed) return false
    return standing === 'lapsed' || this.doubtful < limits.doubtful
  }

  take(standing: Standing): Seat {
    return new TakenSeat(this.#taken, standing)
  }
}

class TakenSeat implements Seat {
  readonly #taken: Record<Standing, number>
  #standing: Standing
  #free = false

  constructor(taken: Record<Standing, number>, standing: Standing) {
    this.#taken = taken
    this.#standing = standing
    taken[standing]++
  }

  get standing(): Standing {
    return this.#standing
  }

  prove(): void {
    if (this.#free || this.#standing === 'proven') return
    this.#taken[this.#standing]--
    this.#standing = 'proven'
    this.#taken.proven++
  }

  free(): void {
    if (this.#free) return
    this.#free = true
    this.#taken[this.#standing]--
  }
}
