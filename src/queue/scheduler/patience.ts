import { type Milliseconds, minute, second } from '../../base/time-span.ts'
import type { ConnectionLimits, SeatCounts, SeatLimits } from './connection-seats.ts'
import type { PeerWait, WaitPhase } from '../delivery-agent.ts'
import { type Standing, type Waiting, standings } from './standing.ts'

/*
 * How long a peer may keep a connection waiting. RFC 5321 4.5.3.2 grants 2 to 10 minutes, and that holds as long
 * as nobody else wants the connection. When queues stand in line for it, the times here do:
 *
 * | next hop       | up to MAIL | MAIL to the content | final dot | the whole attempt |
 * | -------------- | ---------- | ------------------- | --------- | ----------------- |
 * | not proven yet | 2 s        | 2 s                 | 3 s       | 20 s              |
 * | proven         | 2 s        | 5 s                 | 30 s      | no limit          |
 *
 * They are four times as long after each failure of the next hop in a row, so that one that is only slow is
 * delivered to in the end. When no queue of a standing has had a turn for a second, since all connections that
 * might be its own hang, one in forty of these is given up at once (`hungFor`), whatever its patience. Who waits for the reply to a final dot is given up last: the peer may have taken the
 * message.
 */
const times: Readonly<Record<'proven' | 'unproven', Readonly<Record<WaitPhase, Milliseconds>>>> = {
  unproven: { opening: 2 * second, envelope: 2 * second, 'final-dot': 3 * second },
  proven: { opening: 2 * second, envelope: 5 * second, 'final-dot': 30 * second },
}
const wholeAttempt: Milliseconds = 20 * second
const growth = 4
/** Queues of a standing are stuck when none has had a turn for so long. */
const stuckAfter: Milliseconds = second
/** What has been silent for so long is given up for those that are stuck. */
const hungFor: Milliseconds = 3 * second
/** Nothing grows beyond what the RFC grants. */
const longest: Milliseconds = 10 * minute
/** With fewer connections than this there are none to be patient with: half of the times above, and no growth. */
const fewConnections = 4

/** A connection that waits for its peer. */
export interface Waiter {
  readonly standing: Standing
  /** Failures of the next hop in a row before this attempt. */
  readonly failures: number
  readonly wait: PeerWait
}

/** What others want, and what there is. */
export interface Demand {
  readonly waiting: Waiting
  /** For how long no queue of the standing had a turn. */
  readonly unserved: Waiting
  readonly seats: SeatCounts
  readonly limits: SeatLimits
  readonly now: Milliseconds
}

/** What to do with a connection that others wait for. */
export interface Decision<T> {
  readonly waiter: T
  readonly what: 'give-up' | 'try-next'
}

/** Which connections have waited long enough, while others stand in line for them; the worst first. */
export function whomToGiveUp<T extends Waiter>(
  waiters: readonly T[],
  demand: Demand,
): readonly Decision<T>[] {
  const decisions = new Map<T, Decision<T>>()
  const ordered = [...waiters].sort(byCost)
  for (const standing of standings) {
    const before = decisions.size
    let wanted = demand.waiting[standing]
    for (const waiter of ordered) {
      if (wanted <= 0) break
      if (decisions.has(waiter) || !helps(waiter, standing, demand)) continue
      const what = overdue(waiter, demand)
      if (what === undefined) continue
      decisions.set(waiter, { waiter, what })
      if (what === 'give-up') wanted--
    }
    if (decisions.size > before || wanted === 0) continue
    for (const waiter of hung(ordered, standing, demand).slice(
      0,
      Math.min(wanted, atATime(demand)),
    ))
      if (!decisions.has(waiter)) decisions.set(waiter, { waiter, what: 'give-up' })
  }
  return [...decisions.values()]
}

/** Those that hold what queues of a known standing are stuck for, in the order in which they are given up. */
function hung<T extends Waiter>(
  ordered: readonly T[],
  standing: Standing,
  demand: Demand,
): readonly T[] {
  const { unserved, now, limits } = demand
  const isKnown = standing === 'proven' || standing === 'lapsed'
  if (!isKnown || unserved[standing] < stuckAfter || limits.all < fewConnections) return []
  const all = ordered.filter(
    (waiter) =>
      waiter.standing === standing &&
      now - waiter.wait.since >= hungFor &&
      helps(waiter, standing, demand),
  )
  // Of next hops that failed before, those that have waited for long may come to an end.
  return standing === 'lapsed' ? all.reverse() : all
}

function atATime({ seats }: Demand): number {
  return Math.ceil(seats.all / 40)
}

/** Whether the end of this connection lets a queue of `standing` have one that has none now. */
function helps(waiter: Waiter, standing: Standing, { seats, limits }: Demand): boolean {
  const { standing: held } = waiter
  const full = seats.all >= limits.all
  if (standing === 'proven') return full
  const unprovenFull = seats.unproven >= limits.unproven
  if (standing === 'doubtful' && seats.doubtful >= limits.doubtful) return held === 'doubtful'
  const failed = standing !== 'untried' && seats.failed >= limits.failed
  if (failed) return held === 'lapsed' || held === 'doubtful'
  return unprovenFull ? held !== 'proven' : full
}

function overdue(waiter: Waiter, { limits, now }: Demand): Decision<unknown>['what'] | undefined {
  const { standing, wait } = waiter
  const kind = standing === 'proven' ? 'proven' : 'unproven'
  const grown = limits.all < fewConnections ? 1 / 2 : growth ** waiter.failures
  const patience = Math.min(times[kind][wait.phase] * grown, longest)
  if (kind === 'unproven' && now - wait.begun >= Math.min(wholeAttempt * grown, longest))
    return 'give-up'
  const waited = now - wait.since
  if (wait.phase !== 'opening') return waited >= patience ? 'give-up' : undefined
  if (now - wait.begun >= patience) return 'give-up'
  return wait.hasAlternative && waited >= patience / 2 ? 'try-next' : undefined
}

/** Those that wait for the reply to a final dot last; else the longest waiting first. */
function byCost({ wait: a }: Waiter, { wait: b }: Waiter): number {
  const rank = ({ phase }: PeerWait) => (phase === 'final-dot' ? 1 : 0)
  return rank(a) - rank(b) || a.since - b.since
}

/** A peer that is silent for so long holds up what waits behind its connection. */
export const stallAfter: Milliseconds = 5 * second

/** How many connections of one queue may stall before their patience ends. */
export function stalledLimit({ perQueue, all }: ConnectionLimits): number {
  return Math.min(perQueue, all, Math.max(2, Math.floor(all / 8)))
}

/** How long all of them may wait when more copies do; the RFC's times hold when none does. */
const behindTimes: Readonly<Record<WaitPhase, Milliseconds>> = {
  opening: 30 * second,
  envelope: 30 * second,
  'final-dot': minute,
}

/** Whether a connection is given up for the copies behind it, none of whose others gets on. */
export function holdsUp(wait: PeerWait, now: Milliseconds): boolean {
  return now - wait.since >= behindTimes[wait.phase]
}
