import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { askService } from '../../src/admin/admin-client.ts'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { runProgram } from './program.ts'
import { edgeConfig, mailboxConfig, smartHost } from '../support/relay-config.ts'
import { SmtpSink } from '../support/smtp-sink.ts'
import { until } from '../support/until.ts'

const relayAddress = '127.0.125.1'
const frontEndAddress = '127.0.125.4'
const next = { address: '127.0.125.2', port: 2525 }
/** Where reports to the sender go. */
let reports: LabMailServer
let relay: RelayProcess

const quickRetries = `
TransportService:
  QueueGlitchRetryInterval: 00:00:01
  TransientFailureRetryInterval: 00:00:01
  OutboundConnectionFailureRetryInterval: 00:00:01
  MessageRetryInterval: 00:00:01
  MaxConnectionRatePerMinute: unlimited
FrontendTransportService:
  MaxConnectionRatePerMinute: unlimited
`

beforeAll(async () => {
  reports = await startLabMailServer({ hostname: 'mx.sender.test', address: '127.0.125.3' })
  relay = await RelayProcess.start({
    config: edgeConfig({
      address: relayAddress,
      sendConnectors: `${smartHost('contoso.test', next)}\n${smartHost('sender.test', reports)}`,
      more: quickRetries,
    }),
    services: ['Transport'],
  })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await reports.close()
})

interface Load {
  readonly to: string
  readonly messages: number
  readonly sessions: number
  readonly args?: readonly string[]
}

/** Runs smtp-source, which ends with an error at any reply that it does not like. */
async function smtpSource({ to, messages, sessions, args = [] }: Load): Promise<void> {
  const { code, output } = await runProgram('smtp-source', [
    ...['-s', String(sessions), '-m', String(messages), '-l', '5000'],
    ...['-f', 'source@sender.test', '-t', 'user@contoso.test', ...args, `${to}:25`],
  ])
  expect(output).toBe('')
  expect(code).toBe(0)
}

interface MessageRow {
  readonly Status: string
}

/** Resolves when the messages of the queues fulfil a condition. */
async function queued({ dataFolder }: RelayProcess, condition: (rows: MessageRow[]) => boolean) {
  const service = { dataFolder, service: 'Transport' }
  const rows = async () => (await askService(service, 'messages')) as { messages: MessageRow[] }
  await until(async () => condition((await rows()).messages), 50)
}

const isEmpty = (rows: readonly MessageRow[]) => rows.length === 0
/** Nothing is on its way: what is left waits for its next attempt. */
const isSettled = (rows: readonly MessageRow[]) => rows.every(({ Status }) => Status === 'Retry')

describe('all messages of smtp-source arrive at smtp-sink', () => {
  async function run(through: RelayProcess, load: Load): Promise<void> {
    await using sink = await SmtpSink.start(next)
    const started = performance.now()
    await smtpSource(load)
    const taken = performance.now()
    await queued(through, isEmpty)
    const rate = (since: number, to: number) => Math.round((load.messages * 1000) / (to - since))
    const kept = load.args?.includes('-d') === true ? 'kept connections' : 'a connection each'
    process.stdout.write(
      `${load.messages} messages, ${load.sessions} sessions, ${kept}: taken ${rate(started, taken)}/s, ` +
        `delivered ${rate(started, performance.now())}/s\n`,
    )
    // Its last count may still be on its way through the pipe.
    await until(() => sink.messages >= load.messages)
    expect(sink.messages).toBe(load.messages)
  }

  test('20 sessions that keep their connections', async () => {
    await run(relay, { to: relayAddress, messages: 2000, sessions: 20, args: ['-d'] })
  })

  test('20 sessions with a connection for each message', async () => {
    await run(relay, { to: relayAddress, messages: 2000, sessions: 20 })
  })

  test.each([[['-d']], [[]]])('through the Front End Transport service %j', async (args) => {
    await using mailbox = await RelayProcess.start({
      config: mailboxConfig({
        address: frontEndAddress,
        sendConnectors: smartHost('*', next),
        more: quickRetries,
      }),
    })
    await run(mailbox, { to: frontEndAddress, messages: 1000, sessions: 20, args })
  })
})

describe('no message is lost when smtp-sink', () => {
  const commands = ['CONNECT', 'EHLO', 'MAIL', 'RCPT', 'DATA', '.']
  const cases: readonly (readonly [what: string, option: string, argument: string])[] = [
    ...commands.map((name) => ['answers 4xx to', '-r', name] as const),
    ...commands.map((name) => ['answers 5xx to', '-f', name] as const),
    ...commands.map((name) => ['answers 421 and disconnects after', '-Q', name] as const),
    ...commands.map((name) => ['disconnects without a word after', '-q', name] as const),
    ['answers 550 in the middle of the content after seconds', '-A', '0'],
    ['waits before it answers DATA for seconds', '-w', '1'],
    ['waits before it answers the final dot for', '-W', '.:1'],
  ]
  const messages = 10

  /** Resolves with how many messages the faulty sink took. */
  async function sendAgainst(faults: readonly string[]): Promise<number> {
    await using faulty = await SmtpSink.start({ ...next, faults })
    await smtpSource({ to: relayAddress, messages, sessions: 5, args: ['-N'] })
    await queued(relay, isSettled)
    // It also counts those whose final dot it did not answer with 250.
    return faults.at(-1) === '.' ? 0 : faulty.messages
  }

  test.each(cases)('%s %s %s', async (_, ...faults) => {
    const from = reports.messageCount
    const taken = await sendAgainst(faults)
    await using good = await startLabMailServer({ hostname: 'mx.contoso.test', ...next })
    await queued(relay, isEmpty)
    const arrived = new Set(
      good.messages.flatMap((message) => message.recipients.map(({ address }) => address)),
    )
    const reported = reports.messages
      .slice(reports.messages.length - (reports.messageCount - from))
      .map(({ content }) => /^Final-Recipient: .*?;(.*)\r$/m.exec(content?.toString() ?? '')?.[1])
    const refusedForGood = faults[0] === '-f' || faults[0] === '-A'
    if (!refusedForGood) expect(reported).toEqual([])
    expect(arrived.size + taken + new Set(reported).size).toBeGreaterThanOrEqual(messages)
  })
})
