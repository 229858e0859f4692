import { availableParallelism } from 'node:os'
import { smartHost } from '../../test/support/relay-config.ts'
import { hold, middle } from '../contest.ts'
import { useCores } from '../core.ts'
import { type Ground, messagesFor, sinkPlace } from '../ground.ts'
import { SourceAndSink } from '../load/source-and-sink.ts'
import { type RelayPlan, RelayServer, edgePlan } from '../relay-server.ts'
import {
  type Figures,
  type Measure,
  type Round,
  RunFailed,
  type ScenarioResult,
} from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { ratioOfRounds } from '../statistics.ts'

const load = { messages: 6000, sessions: 20, bytes: 5 * 1024 }

/** What a second process costs: both relays have the first core, and the load has the others. */
export const workers = scenario({
  name: 'workers',
  title: 'two workers beside one, on one core, 20 sessions kept, 5 KB',
  kept: true,
})

export const workersPerConnection = scenario({
  name: 'workers-per-connection',
  title: 'two workers beside one, on one core, connection per message',
  kept: false,
})

interface Plan {
  readonly name: string
  readonly title: string
  readonly kept: boolean
}

function scenario(plan: Plan): Scenario {
  const { name, title } = plan
  return { name, title, isDefault: false, run: (ground) => runWorkers(ground, plan) }
}

async function runWorkers(ground: Ground, { name, title, kept }: Plan): Promise<ScenarioResult> {
  const cores = availableParallelism()
  if (cores < 2) throw new RunFailed('the load needs a core of its own')
  await using one = await RelayServer.start(ground, plan(ground, 'relay', 1))
  await using two = await RelayServer.start(ground, plan(ground, 'secondRelay', 2))
  await useCores('0', [...one.tree.pids, ...two.tree.pids])
  await using loadCores = new AsyncDisposableStack()
  loadCores.defer(() => useCores(`0-${cores - 1}`, [process.pid]))
  await useCores(`1-${cores - 1}`, [process.pid])
  for (const server of [one, two]) ground.configurations.print(name, server)
  const sink = sinkPlace(ground, 'smtp-sink')
  await using traffic = await SourceAndSink.start(sink, { kept, bytes: load.bytes })
  const messages = messagesFor(ground, load.messages)
  const { sessions } = load
  const [alone, both, halved, doubled] = await hold(ground, {
    ...{ name, messages, sessions },
    contestants: [
      { server: one, traffic, label: 'one worker' },
      { server: two, traffic, label: 'two workers' },
      { server: one, traffic, sessions: sessions / 2, label: 'one, half the sessions' },
      { server: two, traffic, sessions: sessions * 2, label: 'two, twice the sessions' },
    ],
  })
  if (!alone || !both || !halved || !doubled) throw new RunFailed('no rounds were held')
  return {
    ...{ name, title, messages },
    configurations: { one: one.configuration, two: two.configuration },
    others: [alone, both, halved, doubled],
    measures: [
      percent('two workers to one: messages a second', both, alone, rateOf),
      limited('two workers to one: CPU per message', both, alone),
      percent('one with half the sessions to one: CPU per message', halved, alone, cpuOf),
      percent('two workers to one with half the sessions each: CPU', both, halved, cpuOf),
      percent('two with 20 sessions each to one with 20: CPU', doubled, alone, cpuOf),
      ...[alone, both, halved, doubled].map(flushRow),
      ...[alone, both, halved, doubled].map(cpuRow),
    ],
    notes: [
      'each of two workers has about half of the sessions, so its flushes serve fewer messages',
    ],
  }
}

function plan(ground: Ground, host: 'relay' | 'secondRelay', count: number): RelayPlan {
  return edgePlan(ground, {
    host,
    label: count === 1 ? 'one worker' : `${count} workers`,
    sendConnectors: smartHost('*', sinkPlace(ground, 'smtp-sink')),
    transport: { Workers: count },
  })
}

const rateOf = ({ rate }: Round) => rate
const cpuOf = ({ cpuPerThousand }: Round) => cpuPerThousand

function percent(
  what: string,
  figures: Figures,
  whole: Figures,
  of: (round: Round) => number,
): Measure {
  const relay = 100 * ratioOfRounds(figures.rounds.map(of), whole.rounds.map(of))
  return { what, unit: '%', relay }
}

function limited(what: string, figures: Figures, whole: Figures): Measure {
  const measure = percent(what, figures, whole, cpuOf)
  return { ...measure, target: '<= 100 %', met: Number(measure.relay) <= 100 }
}

function flushRow({ label, flushes }: Figures): Measure {
  return { what: `flushes per message, ${label}`, unit: '', relay: flushes.together }
}

function cpuRow(figures: Figures): Measure {
  const relay = middle(figures, cpuOf)
  return { what: `CPU per message, ${figures.label}`, unit: 'ms', relay }
}
