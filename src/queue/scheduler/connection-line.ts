import { type Seat, type SeatCounts, type SeatLimits, ConnectionSeats } from './connection-seats.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DoubtPace } from './doubt-pace.ts'
import { FairLine } from './fair-line.ts'
import { Fifo } from '../../base/fifo.ts'
import { type Standing, type Waiting, standings } from './standing.ts'

/** A queue whose turn it is. */
export interface Turn {
  readonly queue: DeliveryQueue
  /** Counted from now on; to be given back. */
  readonly seat: Seat
}

/** Who is asked first, turn by turn; the others follow in the order of `standings`. */
const firstAsked: readonly Standing[] = [
  ...([
    'proven',
    'untried',
    'proven',
    'lapsed',
    'proven',
    'untried',
    'proven',
    'doubtful',
  ] as const),
]
/**
 * Queues that want a connection. Proven next hops, those that nobody tried yet, those that lapsed and those in
 * doubt stand apart and have seats of their own (`seatLimits`), all but the proven at a pace: thousands of next
 * hops that are dead or never answer keep neither proven ones waiting nor one that is new or comes back.
 */
export class ConnectionLine {
  readonly seats = new ConnectionSeats()
  readonly #pace: Pick<DoubtPace, 'mayBegin'>
  readonly #proven = new FairLine()
  readonly #lapsed = new FairLine()
  readonly #untried = new FairLine()
  readonly #doubtful = new Fifo<DeliveryQueue>()
  readonly #taken: Record<Standing, number> = { proven: 0, untried: 0, lapsed: 0, doubtful: 0 }
  #turns = 0

  constructor(pace: Pick<DoubtPace, 'mayBegin'>) {
    this.#pace = pace
  }

  get waiting(): Waiting {
    return {
      proven: this.#proven.size,
      untried: this.#untried.size,
      lapsed: this.#lapsed.size,
      doubtful: this.#doubtful.size,
    }
  }

  /** Turns there were so far. */
  get taken(): Waiting {
    return this.#taken
  }

  /** Does nothing when the queue stands in line already. */
  join(queue: DeliveryQueue): void {
    if (queue.inLine) return
    queue.stoodInLine()
    this.#lineOf(queue.standing).push(queue)
  }

  /** Fresh mail came for a next hop that is not known to fail: it is as good as a new one. */
  promote(queue: DeliveryQueue): void {
    const moves = queue.inLine && this.#doubtful.remove(queue)
    queue.nextHopIsNew()
    if (moves) this.#untried.push(queue)
  }

  /** Whether the end of any connection gives a queue in line its turn. */
  isPressed(limits: SeatLimits, now: SeatCounts): boolean {
    const { seats, waiting } = this
    if (now.all < limits.all) return false
    const others = { ...limits, all: Infinity }
    return standings.some((each) => waiting[each] > 0 && seats.hasFor(each, others))
  }

  /** The next queue, out of the line; undefined when none may have a connection. */
  take(limits: SeatLimits): Turn | undefined {
    if (this.seats.all >= limits.all) return undefined
    const first = firstAsked[this.#turns++ % firstAsked.length] ?? 'proven'
    return this.#takeOf(first, limits) ?? this.#takeOther(first, limits)
  }

  /** For a queue that is called from elsewhere. */
  seatFor({ standing }: DeliveryQueue, limits: SeatLimits): Seat | undefined {
    if (!this.seats.hasFor(standing, limits)) return undefined
    this.#taken[standing]++
    return this.seats.take(standing)
  }

  clear(): void {
    for (const line of [this.#proven, this.#untried, this.#lapsed, this.#doubtful]) {
      for (const queue of line.takeAll()) queue.leftLine()
    }
  }

  #takeOther(first: Standing, limits: SeatLimits): Turn | undefined {
    for (const standing of standings) {
      const turn = standing === first ? undefined : this.#takeOf(standing, limits)
      if (turn !== undefined) return turn
    }
    return undefined
  }

  #takeOf(standing: Standing, limits: SeatLimits): Turn | undefined {
    const line = this.#lineOf(standing)
    if (line.size === 0 || !this.seats.hasFor(standing, limits)) return undefined
    if (standing !== 'proven' && !this.#pace.mayBegin()) return undefined
    const queue = line.take()
    if (queue === undefined) return undefined
    queue.leftLine()
    this.#taken[standing]++
    return { queue, seat: this.seats.take(standing) }
  }

  #lineOf(standing: Standing): Fifo<DeliveryQueue> | FairLine {
    switch (standing) {
      case 'proven':
        return this.#proven
      case 'untried':
        return this.#untried
      case 'lapsed':
        return this.#lapsed
      case 'doubtful':
        return this.#doubtful
    }
  }
}
