/**
 * The crash test, `npm run test:crash`: numbered messages go through the relay while its Transport
 * process is killed at random moments; every message that was answered 250 must arrive. Then the same
 * with SIGTERM to the whole relay in mid-load. Prints the figures; exit code 1 when one is wrong.
 */
import { RunningQueues } from '../../src/services/administration/running-queues.ts'
import { type SenderResult, sendNumbered } from '../support/numbered-sender.ts'
import { NumberedSink } from '../support/numbered-sink.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { manyFromOneSource, trustingEdge } from '../support/trusting-edge.ts'
import { until } from '../support/until.ts'

const messages = 2000
const sessions = 20
const kills = 10
const messageBytes = 5000
const address = '127.0.91.1'
const sinkAddress = '127.0.91.2'
const port = 10_025
/** The relay's own grace for ending, and how long the queue may take to run empty. */
const graceMs = 30_000
const drainMs = 120_000

const configuration = (sink: NumberedSink) =>
  trustingEdge({
    ...{ address, port, domain: 'inside.test', connector: manyFromOneSource },
    sendConnectors: [
      smartHostConnector('Out', 'inside.test', { address: sinkAddress, port: sink.port }),
    ],
    transportService: {
      QueueGlitchRetryInterval: '00:00:01',
      MessageRetryInterval: '00:00:01',
      MaxConnectionRatePerMinute: 'unlimited',
    },
  })

async function queueIsEmpty(dataFolder: string): Promise<boolean> {
  const queues = new RunningQueues(dataFolder).queues({}, () => undefined)
  // A service that has just been killed does not answer.
  const found = await Array.fromAsync(queues).catch(() => undefined)
  return found?.every(({ MessageCount }) => MessageCount === 0) === true
}

async function awaitEmptyQueue({ dataFolder }: RelayProcess): Promise<void> {
  const late = AbortSignal.timeout(drainMs)
  await until(async () => late.aborted || (await queueIsEmpty(dataFolder)), 100)
  if (late.aborted) throw new Error('the queue did not run empty in time')
}

/** Sends all messages; `onProgress` hears before each how many were begun. */
function send(onProgress: (begun: number) => void): Promise<SenderResult> {
  return sendNumbered({
    ...{ address, port, messages, sessions, size: messageBytes, recipient: 'user@inside.test' },
    onProgress,
  })
}

/** Kills the Transport process at `kills` random moments of the run; resolves with how often it did. */
function killer(relay: RelayProcess) {
  const moments = Array.from({ length: kills }, () => Math.floor(Math.random() * messages * 0.95))
  moments.sort((a, b) => a - b)
  let done = 0
  let restarting: Promise<void> | undefined
  const kill = async () => {
    const seen = relay.lineCount
    process.kill(relay.servicePid('Transport'), 'SIGKILL')
    done++
    await relay.logged((line) => line.msg === 'the service listens', seen)
    restarting = undefined
  }
  return {
    get done() {
      return done
    },
    onProgress: (begun: number) => {
      const next = moments[done]
      if (next === undefined || begun < next || restarting !== undefined) return
      restarting = kill()
    },
    settled: async () => await restarting,
  }
}

/** Tells a person what the next seconds are for. */
function begin(what: string): void {
  process.stderr.write(`${messages} messages over ${sessions} sessions, ${what} …\n`)
}

function report(title: string, figures: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${title}: ${text.join(', ')}\n`)
}

function missing(answered: ReadonlySet<number>, sink: NumberedSink): number[] {
  return [...answered].filter((number) => !sink.arrivals.has(number))
}

async function crashes(): Promise<boolean> {
  begin(`SIGKILL to the Transport process at ${kills} random moments`)
  await using sink = await NumberedSink.start(sinkAddress)
  await using relay = await RelayProcess.start({
    config: configuration(sink),
    services: ['Transport'],
  })
  const killing = killer(relay)
  const started = performance.now()
  const { sent, answered } = await send(killing.onProgress)
  await killing.settled()
  await awaitEmptyQueue(relay)
  const lost = missing(answered, sink)
  report('SIGKILL', {
    kills: killing.done,
    sent,
    answered: answered.size,
    arrived: sink.arrivals.size,
    duplicates: sink.duplicates,
    lost: lost.length,
    seconds: ((performance.now() - started) / 1000).toFixed(1),
  })
  if (lost.length > 0) process.stdout.write(`answered but never arrived: ${lost.join(' ')}\n`)
  return lost.length === 0 && killing.done === kills
}

async function gracefulStop(): Promise<boolean> {
  begin('SIGTERM to the relay half-way, then its start')
  await using sink = await NumberedSink.start(sinkAddress)
  const config = configuration(sink)
  const first = await RelayProcess.start({ config, services: ['Transport'] })
  const stopping = Promise.withResolvers<{ code: number | null; seconds: number }>()
  let stopped = false
  const sending = send((begun) => {
    if (stopped || begun < messages / 2) return
    stopped = true
    const since = performance.now()
    void first.stop('SIGTERM').then((code) => {
      stopping.resolve({ code, seconds: (performance.now() - since) / 1000 })
    })
  })
  const { code, seconds } = await stopping.promise
  await using second = await RelayProcess.start({
    config,
    services: ['Transport'],
    folder: first.folder,
  })
  const { sent, answered } = await sending
  await awaitEmptyQueue(second)
  const lost = missing(answered, sink)
  report('SIGTERM', {
    exit: String(code),
    'after seconds': seconds.toFixed(1),
    sent,
    answered: answered.size,
    arrived: sink.arrivals.size,
    duplicates: sink.duplicates,
    lost: lost.length,
  })
  return lost.length === 0 && code === 0 && seconds * 1000 < graceMs
}

const crashed = await crashes()
const stopped = await gracefulStop()
process.exitCode = crashed && stopped ? 0 : 1
