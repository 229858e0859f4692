import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import { ConnectionLine, type Turn } from './connection-line.ts'
import { ConnectionPlaces } from './connection-places.ts'
import {
  type ConnectionLimits,
  type ConnectionSeats,
  type Seat,
  type SeatCounts,
  type SeatLimits,
  seatLimits,
} from './connection-seats.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import { DoubtPace } from './doubt-pace.ts'
import type { Place, SharedPlaces } from '../shared-places.ts'

interface TurnSettings {
  readonly MaxOutboundConnections: number
  readonly MaxPerDomainOutboundConnections: number
}

/** What a turn gives a queue; both are to be given back. */
export interface Granted {
  readonly seat: Seat
  readonly place: Place
}

interface TurnParts {
  readonly clock: Clock
  readonly settings: Live<TurnSettings>
  /** The share of this process's time that was used since the last call, 0 to 1. */
  readonly load: () => number
  /** Where the limits of outbound connections are kept together with other processes. */
  readonly places?: SharedPlaces
  readonly queues: Pick<DeliveryQueues, 'isRunning' | 'isSending' | 'refill' | 'tell'>
  /** Opens a connection for the queue, which has copies. */
  readonly open: (queue: DeliveryQueue, granted: Granted) => void
}

/** Queues for whose first connection the store is asked at a time: nothing else waits long for it. */
const preparedAtATime = 32

/** Messages, and time, for which a connection is kept though others wait for one. */
const longTurn = 20
const longTurnTime: Milliseconds = 2 * second

/** Gives the queues that want a connection their turn, as far as the limits and the pace let it. */
export class ConnectionTurns {
  readonly #parts: TurnParts
  readonly #pace: DoubtPace
  readonly #line: ConnectionLine
  readonly #places: ConnectionPlaces
  #preparing = 0

  constructor(parts: TurnParts) {
    const { clock, load } = parts
    this.#parts = parts
    this.#pace = new DoubtPace({ clock, load, onTurn: () => this.serve() })
    this.#line = new ConnectionLine(this.#pace)
    this.#places = new ConnectionPlaces({ ...parts, onTurn: (queue) => this.#called(queue) })
  }

  get limits(): ConnectionLimits {
    const { MaxOutboundConnections, MaxPerDomainOutboundConnections } = this.#parts.settings.current
    return { perQueue: MaxPerDomainOutboundConnections, all: MaxOutboundConnections }
  }

  get seatLimits(): SeatLimits {
    const { settings, places } = this.#parts
    return seatLimits(settings.current.MaxOutboundConnections, places?.sharers)
  }

  get seats(): ConnectionSeats {
    return this.#line.seats
  }

  /** Connections of this process; where others hold the rest, as many as there may be. */
  get seatsNow(): SeatCounts {
    const { all, unproven, failed, doubtful } = this.seats
    const { waitingForAny = 0 } = this.#parts.places ?? {}
    return { all: waitingForAny > 0 ? this.seatLimits.all : all, unproven, failed, doubtful }
  }

  get waiting(): ConnectionLine['waiting'] {
    const { proven, untried, lapsed, doubtful } = this.#line.waiting
    const places = this.#places
    return {
      ...{
        proven: proven + places.waiting('proven'),
        untried: untried + places.waiting('untried'),
      },
      lapsed: lapsed + places.waiting('lapsed'),
      doubtful: doubtful + places.waiting('doubtful'),
    }
  }

  get taken(): ConnectionLine['taken'] {
    return this.#line.taken
  }

  /** Puts the queue in line if it wants a connection and does not stand there; false when it wants none. */
  join(queue: DeliveryQueue): boolean {
    if (queue.inLine || !this.#isWanted(queue)) return false
    this.#line.join(queue)
    this.serve()
    return true
  }

  /** Fresh mail came for a queue in doubt that is not known to fail. */
  promote(queue: DeliveryQueue): void {
    this.#line.promote(queue)
  }

  /** The next hop has answered for somebody's mail. */
  prove(queue: DeliveryQueue, seat: Seat): void {
    queue.nextHopProved()
    if (seat.standing === 'proven') return
    seat.prove()
    this.#pace.succeeded()
    this.serve()
  }

  /** There may be room for more connections. */
  serve(): void {
    if (!this.#parts.queues.isSending) return
    const limits = this.seatLimits
    while (this.#preparing < preparedAtATime && !this.#places.full) {
      const turn = this.#line.take(limits)
      if (turn === undefined) return
      if (!this.#serveTurn(turn)) turn.seat.free()
    }
  }

  /** A connection for the queue at once, whoever else wants one; false when there is none. */
  serveNow(queue: DeliveryQueue): boolean {
    if (queue.inLine) return false
    const seat = this.#line.seatFor(queue, this.seatLimits)
    if (seat === undefined) return false
    const isServed = this.#serveTurn({ queue, seat })
    if (!isServed) seat.free()
    return isServed
  }

  /** Whether a connection that has served its queue for a while is to leave its place to those in line. */
  isOver({
    reported,
    begun,
  }: {
    readonly reported: number
    readonly begun: Milliseconds
  }): boolean {
    if (reported === 0) return false
    const isLong = reported >= longTurn || this.#parts.clock.monotonic() - begun >= longTurnTime
    return isLong && this.#line.isPressed(this.seatLimits, this.seatsNow)
  }

  /** Nobody stands in line any more. */
  clear(): void {
    this.#line.clear()
  }

  #isWanted(queue: DeliveryQueue): boolean {
    return queue.wantsConnection(this.limits, this.#parts.clock.monotonic())
  }

  /** False when nothing came of it: the queue wants no connection, or there is no place for it now. */
  #serveTurn({ queue, seat }: Turn): boolean {
    if (!this.#isWanted(queue)) return false
    const place = this.#places.take(queue)
    if (place === undefined) return false
    if (queue.ready === 0) void this.#prepare(queue, { seat, place })
    else this.#parts.open(queue, { seat, place })
    this.#parts.queues.tell(queue, 'turn came')
    return true
  }

  #called(queue: DeliveryQueue): void {
    const { queues } = this.#parts
    if (!queues.isRunning) return
    const seat = queues.isSending ? this.#line.seatFor(queue, this.seatLimits) : undefined
    if (seat === undefined) this.#line.join(queue)
    else if (!this.#serveTurn({ queue, seat })) seat.free()
    this.serve()
  }

  /** Fetches copies only now that there is a connection for them: most queues in line need none yet. */
  async #prepare(queue: DeliveryQueue, granted: Granted): Promise<void> {
    const { queues, open } = this.#parts
    this.#preparing++
    queue.beginPreparing()
    await queues.refill(queue)
    this.#preparing--
    queue.endPreparing()
    if (queues.isSending && queue.maySend && queue.ready > 0) open(queue, granted)
    else {
      granted.place.release()
      granted.seat.free()
    }
    if (!queues.isRunning) return
    queues.tell(queue, 'turn came')
    this.serve()
  }
}
