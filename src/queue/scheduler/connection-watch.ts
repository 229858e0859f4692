import type { Clock, Timer } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { ConnectionTurns } from './connection-turns.ts'
import type { Seat } from './connection-seats.ts'
import type { DeliveryQueue } from './delivery-queue.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import { type Waiter, holdsUp, whomToGiveUp } from './patience.ts'
import type { QueueLane } from './queue-lane.ts'
import { type Standing, type Waiting, standings } from './standing.ts'

/** How often the connections are looked at. */
const interval: Milliseconds = 250

/** A connection at work. */
export interface ConnectionAtWork {
  readonly queue: DeliveryQueue
  readonly lane: QueueLane
  readonly seat: Seat
}

interface WatchParts {
  readonly clock: Clock
  readonly line: Pick<ConnectionTurns, 'waiting' | 'taken' | 'seatsNow' | 'seatLimits'>
  /** The connections at work. */
  readonly connections: () => Iterable<ConnectionAtWork>
  readonly queues: Pick<DeliveryQueues, 'tell'>
}

/** What a wait means for the scheduler. */
interface WatchedWaiter extends Waiter {
  readonly connection: ConnectionAtWork
}

/** Sees to it that no peer keeps others waiting by keeping a connection waiting. */
export class ConnectionWatch {
  readonly #parts: WatchParts
  readonly #unserved = new UnservedTime()
  #timer: Timer | undefined

  constructor(parts: WatchParts) {
    this.#parts = parts
  }

  /** There are connections at work. */
  begin(): void {
    this.#timer ??= this.#parts.clock.after(interval, () => this.#look())
  }

  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #look(): void {
    this.#timer = undefined
    const { clock, connections, queues } = this.#parts
    const now = clock.monotonic()
    const stalled = new Set<DeliveryQueue>()
    let any = false
    for (const { queue } of connections()) {
      any = true
      if (queue.ready > 0 && queue.isStalled(now)) stalled.add(queue)
    }
    for (const queue of stalled) {
      giveUpForOthersBehind(queue, now)
      queues.tell(queue, 'connections stall')
    }
    this.#relieve(now)
    if (any) this.begin()
  }

  /** Queues in line get the connections of peers that have kept theirs waiting long enough. */
  #relieve(now: Milliseconds): void {
    const { line } = this.#parts
    const { waiting, taken, seatsNow: seats } = line
    const unserved = this.#unserved.look({ waiting, taken, now })
    if (Object.values(waiting).every((count) => count === 0)) return
    const demand = { waiting, unserved, seats, limits: line.seatLimits, now }
    for (const { waiter, what } of whomToGiveUp(this.#waiters(), demand)) {
      const { lane } = waiter.connection
      if (what === 'try-next') lane.watched?.tryNext(inLine)
      else lane.giveUp(inLine)
    }
  }

  #waiters(): WatchedWaiter[] {
    const waiters: WatchedWaiter[] = []
    for (const connection of this.#parts.connections()) {
      const { queue, lane, seat } = connection
      const wait = lane.isGivenUp ? undefined : lane.watched?.wait()
      if (wait === undefined) continue
      waiters.push({ connection, standing: seat.standing, failures: queue.retryCount, wait })
    }
    return waiters
  }
}

interface LineFigures {
  readonly waiting: Waiting
  readonly taken: Waiting
  readonly now: Milliseconds
}

/** For how long no queue of a standing has had a turn, though some stand in line. */
class UnservedTime {
  #taken: Waiting | undefined
  readonly #since: Record<Standing, Milliseconds> = {
    proven: 0,
    untried: 0,
    lapsed: 0,
    doubtful: 0,
  }

  look({ waiting, taken, now }: LineFigures): Waiting {
    for (const standing of standings)
      if (waiting[standing] === 0 || taken[standing] !== this.#taken?.[standing])
        this.#since[standing] = now
    this.#taken = { ...taken }
    const { proven, untried, lapsed, doubtful } = this.#since
    return {
      ...{ proven: now - proven, untried: now - untried },
      ...{ lapsed: now - lapsed, doubtful: now - doubtful },
    }
  }
}

/** Why a peer gets less time than it might. */
const inLine = 'other next hops wait for the connection'
const behind = 'other messages of the queue wait behind it'

/** Of connections that all have hung for long, the one that has for the longest; a final dot comes last. */
function giveUpForOthersBehind(queue: DeliveryQueue, now: Milliseconds): void {
  const waits = queue.lanes.flatMap((lane) => {
    const wait = lane.isGivenUp ? undefined : lane.watched?.wait()
    return wait === undefined ? [] : [{ lane, wait }]
  })
  if (waits.length < queue.connections || !waits.every(({ wait }) => holdsUp(wait, now))) return
  const [worst] = waits.sort((a, b) => a.wait.since - b.wait.since)
  worst?.lane.giveUp(behind, { forItsOwn: true })
}
