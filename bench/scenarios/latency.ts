import { smartHost } from '../../test/support/relay-config.ts'
import { type Ground, sinkPlace } from '../ground.ts'
import { recipientName } from '../load/numbered-message.ts'
import { type Latencies, type Manner, NumberedTraffic } from '../load/numbered-traffic.ts'
import type { MailServer } from '../mail-server.ts'
import { PostfixServer, relayHost } from '../postfix-server.ts'
import { RelayServer, edgePlan } from '../relay-server.ts'
import type { Measure, ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { percentile } from '../statistics.ts'

const bytes = 5 * 1024
const closedSessions = 20
/** More than messages are ever under way below capacity, so that hardly one waits for a session. */
const openSessions = 50
const loads = [0.1, 0.5, 0.9] as const
/** How long each load lasts, in seconds. */
const lasting = { whole: 10, quick: 3 }
const capacityMessages = 4000

export const latency: Scenario = {
  name: 'latency',
  title: 'p50 / p99 from the final dot to 250 and to arrival',
  isDefault: false,
  run,
}

interface Probe {
  readonly ground: Ground
  readonly traffic: NumberedTraffic
  readonly manner: Manner
}

async function run(ground: Ground): Promise<ScenarioResult> {
  const { name, title } = latency
  const sink = sinkPlace(ground, 'own')
  await using relay = await RelayServer.start(
    ground,
    edgePlan(ground, { sendConnectors: smartHost('*', sink) }),
  )
  await using postfix = await PostfixServer.start(ground, {
    settings: { relayhost: relayHost(sink) },
  })
  for (const server of [relay, postfix]) ground.configurations.print(name, server)
  const recipients = [[`${recipientName(0)}@contoso.test`]]
  const manner = { bytes, kept: true, tls: false, recipients }
  await using traffic = await NumberedTraffic.start({ places: [sink], manner }, ground.signal)
  const probe = { ground, traffic, manner }
  const ours = await capacity(probe, relay)
  const theirs = await capacity(probe, postfix)
  const measures: Measure[] = [
    { what: 'capacity, 20 sessions kept', unit: '/s', relay: ours, postfix: theirs },
  ]
  const lags: number[] = []
  const same: Measure[] = []
  for (const load of loads) {
    const relayOwn = await underLoad(probe, relay, load * ours)
    const relaySame = await underLoad(probe, relay, load * theirs)
    const postfixOwn = await underLoad(probe, postfix, load * theirs)
    lags.push(...[relayOwn, relaySame, postfixOwn].map(({ lag }) => lag))
    measures.push(...compared(`at ${100 * load} % of its own capacity`, relayOwn, postfixOwn))
    same.push(...compared(`both at ${(load * theirs).toFixed(0)}/s`, relaySame, postfixOwn))
  }
  return {
    ...{ name, title, notes: notesFor(lags) },
    configurations: { relay: relay.configuration, Postfix: postfix.configuration },
    measures: [...measures, ...same],
  }
}

function notesFor(lags: readonly number[]): string[] {
  return [
    `messages come at random moments, whatever the server does (open loop, the same moments for both), over ${openSessions} kept sessions; the latest message started ${Math.max(...lags).toFixed(0)} ms too late`,
  ]
}

/** Messages a second from sessions that send as fast as they are answered. */
async function capacity({ ground, traffic }: Probe, server: MailServer): Promise<number> {
  const order = { to: server.place, messages: capacityMessages, sessions: closedSessions }
  await traffic.run(order, ground.signal)
  const { arrived } = await traffic.run(order, ground.signal)
  const rate = (capacityMessages / arrived) * 1000
  ground.progress.say(`latency ${server.label}: capacity ${rate.toFixed(0)}/s`)
  return rate
}

async function underLoad(
  { ground, traffic, manner }: Probe,
  server: MailServer,
  rate: number,
): Promise<Latencies> {
  const seconds = ground.quick ? lasting.quick : lasting.whole
  const messages = Math.max(20, Math.round(rate * seconds))
  const order = { to: server.place, messages, sessions: openSessions }
  await traffic.inManner({ ...manner, rate }).run(order, ground.signal)
  const { latencies } = traffic
  const [p50, p99] = middleAndTail(latencies.answered)
  ground.progress.say(
    `latency ${server.label} at ${rate.toFixed(0)}/s: 250 after ${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
  )
  return latencies
}

function compared(where: string, relay: Latencies, postfix: Latencies): Measure[] {
  return [
    {
      ...{ what: `250, ${where}`, unit: 'ms' },
      ...{ relay: middleAndTail(relay.answered), postfix: middleAndTail(postfix.answered) },
    },
    {
      ...{ what: `arrival, ${where}`, unit: 'ms' },
      ...{ relay: middleAndTail(relay.travelled), postfix: middleAndTail(postfix.travelled) },
    },
  ]
}

function middleAndTail(values: readonly number[]): [p50: number, p99: number] {
  return [percentile(values, 0.5), percentile(values, 0.99)]
}
