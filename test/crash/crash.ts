/**
 * The crash test, `npm run test:crash`: numbered messages go through the relay while its Transport
 * process is killed at random moments; every message that was answered 250 must arrive. Then the same
 * with SIGTERM to the whole relay in mid-load. Prints the figures; exit code 1 when one is wrong.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { askService } from '../../src/admin/admin-client.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { sendNumbered } from './numbered-sender.ts'
import { NumberedSink } from './numbered-sink.ts'

const messages = 2000
const sessions = 20
const kills = 10
const messageBytes = 5000
const address = '127.0.91.1'
const port = 10_025
/** The relay's own grace for ending, and how long the queue may take to run empty. */
const graceMs = 30_000
const drainMs = 120_000

function configuration(sinkPort: number): string {
  return `
Server: { Name: CRASH01, Fqdn: crash01.example.test, Role: Edge }
AcceptedDomains:
  - { DomainName: inside.test }
ReceiveConnectors:
  - Name: In
    Bindings: ${address}:${port}
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
    MaxInboundConnectionPerSource: unlimited
    MaxInboundConnectionPercentagePerSource: 100
    MessageRateLimit: unlimited
SendConnectors:
  - Name: Out
    AddressSpaces: inside.test
    DNSRoutingEnabled: false
    SmartHosts: 127.0.91.2
    Port: ${sinkPort}
TransportService:
  QueueGlitchRetryInterval: 00:00:01
  MessageRetryInterval: 00:00:01
`
}

async function queueIsEmpty(dataFolder: string): Promise<boolean> {
  const queues = await askService({ dataFolder, service: 'Transport' }, 'queues').catch(
    () => undefined,
  )
  return (
    Array.isArray(queues) &&
    queues.every((queue: { MessageCount?: number }) => queue.MessageCount === 0)
  )
}

async function awaitEmptyQueue(dataFolder: string): Promise<void> {
  const until = Date.now() + drainMs
  while (!(await queueIsEmpty(dataFolder))) {
    if (Date.now() > until) throw new Error('the queue did not run empty in time')
    await delay(100)
  }
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

function report(title: string, figures: Readonly<Record<string, number | string>>): void {
  const text = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${title}: ${text.join(', ')}\n`)
}

function missing(answered: ReadonlySet<number>, sink: NumberedSink): number[] {
  return [...answered].filter((number) => !sink.arrivals.has(number))
}

async function crashes(): Promise<boolean> {
  await using sink = await NumberedSink.start('127.0.91.2')
  await using relay = await RelayProcess.start({
    config: configuration(sink.port),
    services: ['Transport'],
  })
  const killing = killer(relay)
  const started = performance.now()
  const { sent, answered } = await sendNumbered({
    ...{ address, port, messages, sessions, size: messageBytes, recipient: 'user@inside.test' },
    onProgress: killing.onProgress,
  })
  await killing.settled()
  await awaitEmptyQueue(relay.dataFolder)
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
  await using sink = await NumberedSink.start('127.0.91.2')
  const config = configuration(sink.port)
  const first = await RelayProcess.start({ config, services: ['Transport'] })
  const stopping = Promise.withResolvers<{ code: number | null; seconds: number }>()
  let stopped = false
  const sending = sendNumbered({
    ...{ address, port, messages, sessions, size: messageBytes, recipient: 'user@inside.test' },
    onProgress: (begun) => {
      if (stopped || begun < messages / 2) return
      stopped = true
      const since = performance.now()
      void first.stop('SIGTERM').then((code) => {
        stopping.resolve({ code, seconds: (performance.now() - since) / 1000 })
      })
    },
  })
  const { code, seconds } = await stopping.promise
  await using second = await RelayProcess.start({
    config,
    services: ['Transport'],
    folder: first.folder,
  })
  const { sent, answered } = await sending
  await awaitEmptyQueue(second.dataFolder)
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
