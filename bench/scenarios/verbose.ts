import { smartHost } from '../../test/support/relay-config.ts'
import { hold } from '../contest.ts'
import { type Ground, messagesFor, sinkPlace, warmUpFor } from '../ground.ts'
import { SourceAndSink } from '../load/source-and-sink.ts'
import { RelayServer, edgePlan } from '../relay-server.ts'
import type { Figures, Round, ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { ratioOfRounds } from '../statistics.ts'

const messagesPerRound = 8000
const sessions = 20
const mostPercent = 10

/** What the protocol log costs: the relay with it against the relay without. */
export const verbose: Scenario = {
  name: 'verbose',
  title: 'protocol log Verbose against None, 20 sessions kept',
  isDefault: true,
  run,
}

async function run(ground: Ground): Promise<ScenarioResult> {
  const { name, title } = verbose
  const messages = messagesFor(ground, messagesPerRound)
  const sink = sinkPlace(ground, 'smtp-sink')
  const start = (level: 'None' | 'Verbose', host: 'relay' | 'secondRelay') =>
    RelayServer.start(
      ground,
      edgePlan(ground, {
        host,
        label: `relay, ${level}`,
        sendConnectors: smartHost('*', sink, `ProtocolLoggingLevel: ${level}`),
        connector: { ProtocolLoggingLevel: level },
      }),
    )
  await using quiet = await start('None', 'relay')
  await using talking = await start('Verbose', 'secondRelay')
  for (const server of [quiet, talking]) ground.configurations.print(name, server)
  await using traffic = await SourceAndSink.start(sink, { kept: true, bytes: 5 * 1024 })
  const figures = await hold(ground, {
    ...{ name, messages, sessions, warmUp: warmUpFor(ground, messagesPerRound) },
    contestants: [quiet, talking].map((server) => ({ server, traffic })),
  })
  const [without, with_] = figures
  const configurations = { None: quiet.configuration, Verbose: talking.configuration }
  const plain = { name, title, messages, configurations, others: figures, notes: [] }
  if (without === undefined || with_ === undefined) return { ...plain, measures: [] }
  const ratio = (of: (round: Round) => number) => ratioOfRounds(all(with_, of), all(without, of))
  const lost = 100 * (1 - ratio(({ rate }) => rate))
  const cpu = 100 * (ratio(({ cpuPerThousand }) => cpuPerThousand) - 1)
  return {
    ...plain,
    measures: [
      {
        ...{ what: 'rate lost', unit: '%', relay: lost },
        ...{ target: `< ${mostPercent} %`, met: lost < mostPercent },
      },
      { what: 'processor time added', unit: '%', relay: cpu },
    ],
  }
}

function all({ rounds }: Figures, of: (round: Round) => number): number[] {
  return rounds.map(of)
}
