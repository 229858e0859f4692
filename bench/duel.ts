import { hold, peakResident } from './contest.ts'
import { type Ground, messagesFor, warmUpFor } from './ground.ts'
import { type PostfixPlan, PostfixServer } from './postfix-server.ts'
import { type RelayPlan, RelayServer } from './relay-server.ts'
import type { Figures, Measure, ScenarioResult } from './result.ts'
import type { Scenario } from './scenario.ts'
import { median, ratioOfRounds } from './statistics.ts'
import type { Order, Traffic } from './traffic.ts'

/** The relay against Postfix, with the same traffic. */
export interface Duel {
  readonly name: string
  readonly title: string
  /** Of one round. */
  readonly messages: number
  /** Default 20. */
  readonly sessions?: number
  /** The ratio to reach. */
  readonly target?: number
  /** The share of Postfix's resident memory that is not to be exceeded. */
  readonly memoryTarget?: number
  readonly isDefault?: boolean
  /** What a reader should know about fairness. */
  readonly notes?: readonly string[]
  relay(ground: Ground): RelayPlan
  postfix(ground: Ground): PostfixPlan
  traffic(ground: Ground): Promise<Traffic>
}

export function duel(settings: Duel): Scenario {
  const { name, title, isDefault = true } = settings
  return { name, title, isDefault, run: (ground) => fight(ground, settings) }
}

async function fight(ground: Ground, settings: Duel): Promise<ScenarioResult> {
  const { name, title, target, memoryTarget, sessions = 20, notes = [] } = settings
  const messages = messagesFor(ground, settings.messages)
  await using relay = await RelayServer.start(ground, settings.relay(ground))
  await using postfix = await PostfixServer.start(ground, settings.postfix(ground))
  for (const server of [relay, postfix]) ground.configurations.print(name, server)
  await using traffic = await settings.traffic(ground)
  const contestants = [relay, postfix].map((server) => ({ server, traffic }))
  const warmUp = warmUpFor(ground, settings.messages)
  const figures = await hold(ground, { name, messages, warmUp, sessions, contestants })
  const ceiling = await ceilingOf(ground, traffic, { messages, sessions })
  const [ours, theirs] = figures
  const configurations = { relay: relay.configuration, Postfix: postfix.configuration }
  const plain = { name, title, messages, configurations, notes }
  if (ours === undefined || theirs === undefined) return { ...plain, measures: [] }
  const rates = (side: typeof ours) => side.rounds.map(({ rate }) => rate)
  return {
    ...plain,
    relay: ours,
    postfix: theirs,
    measures: memoryTarget === undefined ? [] : [memoryMeasure(ours, theirs, memoryTarget)],
    ratio: ratioOfRounds(rates(ours), rates(theirs)),
    ...(target !== undefined && { target }),
    ...(ceiling !== undefined && { ceiling }),
  }
}

/** The same load straight from the sender to the next hop: the median rate of as many rounds. */
async function ceilingOf(
  { rounds, signal }: Ground,
  traffic: Traffic,
  load: Pick<Order, 'messages' | 'sessions'>,
): Promise<number | undefined> {
  const { nextHop } = traffic
  if (nextHop === undefined) return undefined
  const rates: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const { arrived } = await traffic.run({ ...load, to: nextHop }, signal)
    rates.push((load.messages / arrived) * 1000)
  }
  return median(rates)
}

function memoryMeasure(relay: Figures, postfix: Figures, share: number): Measure {
  const [ours, theirs] = [peakResident(relay), peakResident(postfix)]
  return {
    ...{ what: 'peak RSS, sum of all processes', unit: 'MB' },
    ...{ relay: ours / 2 ** 20, postfix: theirs / 2 ** 20 },
    ...{ target: `< ${(100 * share).toFixed(0)} %`, met: ours < share * theirs },
  }
}
