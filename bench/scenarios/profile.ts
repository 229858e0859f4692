import { mkdtemp, readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { smartHost } from '../../test/support/relay-config.ts'
import { type Ground, messagesFor, sinkPlace } from '../ground.ts'
import { SourceAndSink } from '../load/source-and-sink.ts'
import { type CpuProfile, type Span, type Spending, spendingOf } from '../profile/cpu-profile.ts'
import { RelayServer, edgePlan } from '../relay-server.ts'
import { alignedTable } from '../report-table.ts'
import { RunFailed, type ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'

const messageBytes = 5 * 1024
const sessions = 20
/** So many functions are named. */
const functionsShown = 25

/** Where the Transport service's time goes, by function. The rates of a profiled service count for nothing. */
export const profile: Scenario = {
  name: 'profile',
  title: "the relay's own profile, 5 KB, sessions kept and one connection per message",
  isDefault: false,
  run: runProfile,
}

async function runProfile(ground: Ground): Promise<ScenarioResult> {
  const { name, title } = profile
  const messages = messagesFor(ground, 20_000)
  const appendix: string[] = []
  for (const kept of [true, false]) {
    const load = kept ? 'sessions kept' : 'one connection per message'
    appendix.push(`${load}, ${messages} messages of 5 KB over ${sessions} sessions\n`)
    const threads = await profiled(ground, { kept, messages })
    for (const { thread, spending } of threads) {
      appendix.push(spendingTable(thread, spending, messages))
    }
  }
  return { name, title, messages, configurations: {}, measures: [], notes: [], appendix }
}

interface ThreadSpending {
  readonly thread: string
  readonly spending: Spending
}

async function profiled(
  ground: Ground,
  { kept, messages }: { readonly kept: boolean; readonly messages: number },
): Promise<readonly ThreadSpending[]> {
  const folder = await mkdtemp(join(ground.folder, 'profile-'))
  const span = await passMail(ground, { kept, messages, folder })
  const threads = ['main thread', 'queue thread']
  return await Promise.all(
    (await profilesOfTransport(folder)).map(async (file, at) => ({
      thread: `Transport service, ${threads[at] ?? 'further thread'}`,
      spending: spendingOf(JSON.parse(await readFile(file, 'utf8')) as CpuProfile, span),
    })),
  )
}

/** Resolves when the relay has ended, and so has written its profiles, with the time of the load. */
async function passMail(
  ground: Ground,
  load: { readonly kept: boolean; readonly messages: number; readonly folder: string },
): Promise<Span> {
  const { progress, signal } = ground
  const sink = sinkPlace(ground, 'smtp-sink')
  const plan = edgePlan(ground, { sendConnectors: smartHost('*', sink) })
  const env = { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${load.folder}` }
  await using relay = await RelayServer.start(ground, { ...plan, env })
  await using traffic = await SourceAndSink.start(sink, { kept: load.kept, bytes: messageBytes })
  const order = { to: relay.place, sessions }
  await traffic.run({ ...order, messages: Math.round(load.messages / 2) }, signal)
  progress.say(`profile: ${load.messages} messages, ${load.kept ? 'kept' : 'one per connection'}`)
  const begin = monotonic()
  await traffic.run({ ...order, messages: load.messages }, signal)
  return { begin, end: monotonic() }
}

/** The profiles of the process with a queue thread, main thread first: `CPU.<day>.<time>.<pid>.<thread>.<n>`. */
async function profilesOfTransport(folder: string): Promise<readonly string[]> {
  const files = (await readdir(folder)).map((file) => {
    const [, , , pid, thread] = file.split('.')
    return { file: join(folder, file), pid, thread: Number(thread) }
  })
  const pid = files.find(({ thread }) => thread > 0)?.pid
  if (pid === undefined) throw new RunFailed(`no profile of a queue thread in ${folder}`)
  return files
    .filter((each) => each.pid === pid)
    .sort((a, b) => a.thread - b.thread)
    .map(({ file }) => file)
}

function spendingTable(thread: string, spending: Spending, messages: number): string {
  const { busy, groups, functions } = spending
  const row = ({ name, time }: { readonly name: string; readonly time: number }) => [
    name,
    (time / messages).toFixed(1),
    `${((time / busy) * 100).toFixed(1)} %`,
  ]
  const head = (what: string) => [what, 'µs a message', 'share']
  const all = row({ name: 'all', time: busy })
  return [
    alignedTable(head(thread), [...groups.map(row), all]),
    alignedTable(head('by function'), functions.slice(0, functionsShown).map(row)),
  ].join('\n')
}

/** In microseconds, on the clock that profiles are written by. */
function monotonic(): number {
  return Number(process.hrtime.bigint() / 1000n)
}
