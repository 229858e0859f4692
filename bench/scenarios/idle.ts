import { setTimeout as delay } from 'node:timers/promises'
import { smartHost } from '../../test/support/relay-config.ts'
import { type Ground, hosts, messagesFor, sinkPlace } from '../ground.ts'
import type { IdleOrder, IdleReport } from '../load/idle-clients.ts'
import { Worker } from '../load/worker.ts'
import type { MailServer, Place } from '../mail-server.ts'
import { allowOpenFiles } from '../open-files.ts'
import { PostfixServer, relayHost } from '../postfix-server.ts'
import { RelayServer, edgePlan } from '../relay-server.ts'
import { type Measure, RunFailed, type ScenarioResult } from '../result.ts'
import type { Scenario } from '../scenario.ts'

const sessions = { relay: 10_000, postfix: 400 }
const patience = 60_000
/** What happens after the last session is open, like a collection of garbage, is part of the price. */
const settling = 5_000
const kilobyte = 1024
const sourceAddresses = 5

export const idle: Scenario = {
  name: 'idle',
  title: 'idle inbound sessions, after EHLO',
  isDefault: false,
  run,
}

interface Price {
  readonly sessions: number
  /** Bytes a session. */
  readonly resident: number
  readonly proportional: number
  /** All processes with all sessions open. */
  readonly whole: number
}

async function run(ground: Ground): Promise<ScenarioResult> {
  const { name, title } = idle
  const wanted = messagesFor(ground, sessions.relay)
  await allowOpenFiles(wanted + 1000)
  const sink = sinkPlace(ground, 'smtp-sink')
  await using relay = await RelayServer.start(ground, {
    ...edgePlan(ground, {
      sendConnectors: smartHost('*', sink),
      connector: {
        MaxInboundConnection: 'unlimited',
        ConnectionTimeout: '02:00:00',
        ConnectionInactivityTimeout: '01:00:00',
      },
    }),
  })
  await using postfix = await PostfixServer.start(ground, {
    settings: {
      relayhost: relayHost(sink),
      default_process_limit: String(sessions.postfix + 100),
    },
  })
  for (const server of [relay, postfix]) ground.configurations.print(name, server)
  const plain = await price(ground, relay, { sessions: wanted, tls: false })
  const encrypted = await price(ground, relay, { sessions: wanted, tls: true })
  const theirs = await price(ground, postfix, { sessions: sessions.postfix, tls: false })
  return {
    ...{ name, title, messages: wanted },
    configurations: { relay: relay.configuration, Postfix: postfix.configuration },
    measures: measures(plain, encrypted, theirs),
    notes: [
      `Postfix has a process for each session, so ${sessions.postfix} of its sessions were opened; neither server had done anything before`,
    ],
  }
}

function measures(plain: Price, encrypted: Price, theirs: Price): Measure[] {
  return [
    { what: 'sessions open', unit: '', relay: plain.sessions, postfix: theirs.sessions },
    {
      ...{ what: 'RSS a session', unit: 'KB' },
      ...{ relay: plain.resident / kilobyte, postfix: theirs.resident / kilobyte },
    },
    {
      ...{ what: 'PSS a session', unit: 'KB' },
      ...{ relay: plain.proportional / kilobyte, postfix: theirs.proportional / kilobyte },
    },
    { what: 'RSS a session with TLS', unit: 'KB', relay: encrypted.resident / kilobyte },
    {
      ...{ what: 'RSS of all processes', unit: 'MB' },
      ...{ relay: plain.whole / kilobyte ** 2, postfix: theirs.whole / kilobyte ** 2 },
    },
    { what: 'the same with TLS', unit: 'MB', relay: encrypted.whole / kilobyte ** 2 },
  ]
}

async function price(
  ground: Ground,
  server: MailServer,
  load: { readonly sessions: number; readonly tls: boolean },
): Promise<Price> {
  const { tree } = server
  const before = { resident: tree.memory.resident, proportional: tree.proportionalBytes }
  const program = new URL('../load/idle-clients.ts', import.meta.url)
  await using clients = new Worker<IdleOrder, IdleReport>(program)
  const from = Array.from({ length: sourceAddresses }, (_, at) => sourceAddress(ground, at))
  clients.tell({ ...load, from, to: server.place })
  await allOpen(ground, clients, server.place)
  await delay(settling, undefined, { signal: ground.signal })
  const { resident } = tree.memory
  const result = {
    sessions: load.sessions,
    resident: (resident - before.resident) / load.sessions,
    proportional: (tree.proportionalBytes - before.proportional) / load.sessions,
    whole: resident,
  }
  ground.progress.say(
    `idle ${server.label}${load.tls ? ' with TLS' : ''}: ${load.sessions} sessions, ${(result.resident / kilobyte).toFixed(1)} KB each`,
  )
  return result
}

async function allOpen(
  { progress, signal }: Ground,
  clients: Worker<IdleOrder, IdleReport>,
  { address }: Place,
): Promise<void> {
  for (;;) {
    const report = await clients.report(patience, signal)
    if (report?.kind === 'open') return
    if (report?.kind !== 'progress') {
      throw new RunFailed(`sessions at ${address}: ${report?.reason ?? 'no answer'}`)
    }
    progress.show(`idle ${address}: ${report.open} sessions`)
  }
}

function sourceAddress({ net }: Ground, at: number): string {
  return `${net}.${hosts.idleSource + at}`
}
