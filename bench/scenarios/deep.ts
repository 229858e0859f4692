import { execFile } from 'node:child_process'
import { mkdtemp, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { smartHost } from '../../test/support/relay-config.ts'
import { hold, middle, peakResident } from '../contest.ts'
import { type Ground, messagesFor, sinkPlace, warmUpFor } from '../ground.ts'
import type { SinkOrder, SinkReport } from '../load/orders.ts'
import { fillQueue } from '../load/queue-fill.ts'
import { SourceAndSink } from '../load/source-and-sink.ts'
import { Worker } from '../load/worker.ts'
import type { Place } from '../mail-server.ts'
import { type RelayPlan, RelayServer, edgePlan, relayEntry } from '../relay-server.ts'
import {
  type Figures,
  type Measure,
  type Round,
  RunFailed,
  type ScenarioResult,
} from '../result.ts'
import type { Scenario } from '../scenario.ts'
import { median, ratioOfRounds } from '../statistics.ts'
import { type DeepLayout, byDns, deadDomain, smartHosts } from './deep-layout.ts'

const run = promisify(execFile)

const waiting = { messages: 1_000_000, bytes: 2048, round: 0 }
const live = { messages: 8000, sessions: 20, bytes: 5 * 1024 }
const megabyte = 1024 ** 2
const targets = { startSeconds: 10, residentMegabytes: 300, listSeconds: 0.5, share: 0.9 }
const listings = 5
/** Draining a whole queue may take so long; what is left then is told. */
const longestDrain = 600_000
/** A file that has not changed for so long does not shrink any more. */
const shrinkPatience = 5000

interface DeepPlan {
  readonly name: string
  readonly title: string
  readonly layout: DeepLayout
  /** By then every queue has been tried and waits again, in milliseconds. */
  readonly settling: number
}

/** A million messages wait for dead next hops while live mail passes. */
export const deep = scenario({
  name: 'deep',
  title: '1,000,000 messages wait for 100 dead next hops',
  layout: smartHosts(100),
  settling: 10_000,
})

/** The same with so many next hops that each has few messages. */
export const deepDomains = scenario({
  name: 'deep-domains',
  title: '1,000,000 messages wait for 100,000 dead domains',
  layout: byDns(100_000),
  settling: 60_000,
})

function scenario(plan: DeepPlan): Scenario {
  const { name, title } = plan
  return { name, title, isDefault: false, run: (ground) => runDeep(ground, plan) }
}

async function runDeep(ground: Ground, deepPlan: DeepPlan): Promise<ScenarioResult> {
  const { name, title, layout } = deepPlan
  const { progress } = ground
  using _around = await layout.start(ground)
  const messages = messagesFor(ground, waiting.messages)
  const folder = await mkdtemp(join(ground.folder, 'relay-'))
  const file = join(folder, 'data', 'queue', 'mail.que')
  const filled = await timed(() => fill(ground, { path: file, messages, layout }))
  const full = await fileBytes(file)
  progress.say(`${name}: filled in ${filled.toFixed(0)} s, ${(full / megabyte).toFixed(0)} MB`)
  await using emptyRelay = await RelayServer.start(ground, plan(ground, layout, 'relay'))
  const started = performance.now()
  await using relay = await RelayServer.start(ground, plan(ground, layout, 'secondRelay'), folder)
  const startSeconds = (performance.now() - started) / 1000
  progress.say(`${name}: started in ${startSeconds.toFixed(1)} s`)
  for (const server of [emptyRelay, relay]) ground.configurations.print(name, server)
  await delay(deepPlan.settling, undefined, { signal: ground.signal })
  const resident = relay.tree.memory.resident / megabyte
  const emptyResident = emptyRelay.tree.memory.resident / megabyte
  const listSeconds = await listTime(ground, relay.dataFolder)
  const emptyListSeconds = await listTime(ground, emptyRelay.dataFolder)
  const [without, beside] = await passLiveMail(ground, name, [emptyRelay, relay])
  if (without === undefined || beside === undefined) throw new RunFailed('no rounds were held')
  const places = layout.places?.(ground)
  const drained =
    places === undefined ? [] : await drainMeasures(ground, { file, messages, places })
  return {
    ...{ name, title, messages: live.messages },
    configurations: { relay: relay.configuration },
    others: [without, beside],
    measures: [
      row('messages waiting', '', messages),
      row('queue file and its write-ahead log', 'MB', full / megabyte),
      limited('start to listening', 's', startSeconds, targets.startSeconds),
      limited('resident when settled', 'MB', resident, targets.residentMegabytes),
      row('resident when settled, empty queue', 'MB', emptyResident),
      row('resident at most with live mail', 'MB', peakResident(beside) / megabyte),
      row('resident at most with live mail, empty queue', 'MB', peakResident(without) / megabyte),
      limited('Get-Queue, the whole command', 's', listSeconds, targets.listSeconds),
      row('Get-Queue, empty queue', 's', emptyListSeconds),
      ...shares(without, beside),
      ...drained,
    ],
    notes: ['Postfix takes no part: a deferred queue of this depth takes it hours to build'],
  }
}

function fill(
  ground: Ground,
  { path, messages, layout }: { path: string; messages: number; layout: DeepLayout },
): Promise<void> {
  const { root, signal, progress } = ground
  return fillQueue({
    ...{ root, path, messages, signal },
    queues: Array.from({ length: layout.domains }, (_, at) => layout.queueOf(ground, at)),
    domainOf: deadDomain,
    bytes: waiting.bytes,
    round: waiting.round,
    onProgress: (written) => progress.show(`deep: ${written} of ${messages} messages written`),
  })
}

function plan(ground: Ground, layout: DeepLayout, host: 'relay' | 'secondRelay'): RelayPlan {
  const toSink = smartHost('contoso.test', sinkPlace(ground, 'smtp-sink'))
  return edgePlan(ground, {
    host,
    label: host === 'relay' ? 'empty queue' : 'deep queue',
    sendConnectors: [toSink, ...layout.connectors(ground)].join('\n'),
    transport: layout.transport(ground),
  })
}

async function passLiveMail(
  ground: Ground,
  name: string,
  servers: readonly RelayServer[],
): Promise<readonly Figures[]> {
  const sink = sinkPlace(ground, 'smtp-sink')
  await using traffic = await SourceAndSink.start(sink, { kept: true, bytes: live.bytes })
  return await hold(ground, {
    name,
    messages: messagesFor(ground, live.messages),
    sessions: live.sessions,
    warmUp: warmUpFor(ground, live.messages),
    contestants: servers.map((server) => ({ server, traffic })),
  })
}

/** The next hops come alive: how fast the queue drains, and what becomes of its file. */
async function drainMeasures(
  ground: Ground,
  { file, messages, places }: { file: string; messages: number; places: readonly Place[] },
): Promise<readonly Measure[]> {
  const drained = await drain(ground, messages, places)
  const after = await fileBytes(file)
  ground.progress.say(`drained in ${drained.seconds.toFixed(0)} s`)
  const shrunk = await settledBytes(ground, file)
  return [
    row('drained when the next hops came alive', '', drained.arrived),
    row('drained a second', '/s', drained.arrived / drained.seconds),
    row('queue file and its log right afterwards', 'MB', after / megabyte),
    row('queue file and its log when it has shrunk', 'MB', shrunk.bytes / megabyte),
    row('shrunk within', 's', shrunk.seconds),
  ]
}

/** The next hops come alive; resolves when each message has arrived once, or time is up. */
async function drain(
  { progress, signal }: Ground,
  messages: number,
  places: readonly Place[],
): Promise<{ readonly arrived: number; readonly seconds: number }> {
  await using sink = new Worker<SinkOrder, SinkReport>(new URL('../load/sink.ts', import.meta.url))
  sink.tell({
    ...{ kind: 'expect', round: waiting.round, messages, recipients: 1, arrivals: messages },
    latencies: false,
  })
  sink.tell({ kind: 'listen', places })
  const started = performance.now()
  const seconds = () => (performance.now() - started) / 1000
  let arrived = 0
  while (seconds() * 1000 < longestDrain) {
    const report = await sink.report(30_000, signal)
    if (report === undefined) break
    if (report.kind === 'failed') throw new RunFailed(`draining: ${report.reason}`)
    if (report.kind === 'complete') return { arrived: messages, seconds: seconds() }
    if (report.kind === 'progress') ({ arrived } = report)
    progress.show(`deep: ${arrived} of ${messages} drained`)
  }
  if (seconds() * 1000 >= longestDrain) return { arrived, seconds: seconds() }
  throw new RunFailed(`${arrived} of ${messages} drained, then no more`)
}

/** The size at which the file stays, and when that was reached. */
async function settledBytes(
  { signal }: Ground,
  file: string,
): Promise<{ readonly bytes: number; readonly seconds: number }> {
  const started = performance.now()
  let bytes = await fileBytes(file)
  let changedAt = started
  while (performance.now() - changedAt < shrinkPatience) {
    await delay(500, undefined, { signal })
    const now = await fileBytes(file)
    if (now !== bytes) changedAt = performance.now()
    bytes = now
  }
  return { bytes, seconds: (changedAt - started) / 1000 }
}

/** The real command, its own start included. */
async function listTime(ground: Ground, dataFolder: string): Promise<number> {
  const args = [relayEntry(ground), 'Get-Queue', '--data', dataFolder]
  const times: number[] = []
  for (let n = 0; n < listings; n++) {
    times.push(await timed(() => run(process.execPath, args, { signal: ground.signal })))
  }
  return median(times)
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/** The queue file with its write-ahead log. */
async function fileBytes(path: string): Promise<number> {
  const sizes = ['', '-wal'].map((suffix) => stat(path + suffix).catch(() => ({ size: 0 })))
  return (await Promise.all(sizes)).reduce((sum, { size }) => sum + size, 0)
}

function shares(without: Figures, beside: Figures): Measure[] {
  const share = (what: string, of: (round: Round) => number): Measure[] => {
    const all = (figures: Figures) => figures.rounds.map(of)
    const percent = 100 * ratioOfRounds(all(beside), all(without))
    return [
      row(`${what} a second`, '/s', middle(beside, of)),
      {
        ...row(`${what}, of that with an empty queue`, '%', percent),
        ...{ target: `>= ${100 * targets.share} %`, met: percent >= 100 * targets.share },
      },
    ]
  }
  return [
    ...share('live mail accepted', ({ acceptRate }) => acceptRate),
    ...share('live mail delivered', ({ rate }) => rate),
  ]
}

function row(what: string, unit: string, relay: number): Measure {
  return { what, unit, relay }
}

function limited(what: string, unit: string, relay: number, limit: number): Measure {
  return { ...row(what, unit, relay), target: `< ${limit} ${unit}`, met: relay < limit }
}
