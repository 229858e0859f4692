import { afterEach, beforeEach, expect, test } from 'vitest'
import { FakeMx } from '../support/fake-mx.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

const address = '127.0.169.1'
const port = 10_025
const hopAddress = '127.0.169.2'
const hopPort = 10_026

const config = `
Server: { Name: EDGE01, Fqdn: edge01.example.test, Role: Edge }
AcceptedDomains: [{ DomainName: inside.example, DomainType: ExternalRelay }]
ReceiveConnectors:
  - Name: In
    Bindings: ${address}:${port}
    RemoteIPRanges: 127.0.0.0/8
    PermissionGroups: AnonymousUsers
SendConnectors:
  - Name: Inside
    AddressSpaces: inside.example
    DNSRoutingEnabled: false
    SmartHosts: ${hopAddress}
    Port: ${hopPort}
TransportService: { QueueGlitchRetryInterval: '00:00:01', QueueGlitchRetryCount: 15 }
`

let relay: RelayProcess | undefined
let hop: FakeMx
/** How often the service was killed. */
let deaths: number
/** Whether the next hop ends the service that offers it the mail of this sender. */
let isDeadly: boolean

beforeEach(() => {
  deaths = 0
  isDeadly = true
})

const startHop = async () =>
  (hop = await FakeMx.start({
    address: hopAddress,
    port: hopPort,
    answers: {
      MAIL: (line) => {
        if (!isDeadly || !line.includes('poison@')) return '250 2.1.0 Ok'
        void killService()
        return 'hang'
      },
    },
  }))

afterEach(async () => {
  await relay?.[Symbol.asyncDispose]()
  relay = undefined
  await hop[Symbol.asyncDispose]()
})

const start = async (folder?: string) =>
  (relay = await RelayProcess.start({
    config,
    services: ['Transport'],
    ...(folder !== undefined && { folder }),
  }))

/** Kills the service once it is up: the next hop may hear of it before the log tells so. */
async function killService(): Promise<void> {
  const from = deaths++
  await until(() => startedServices() > from)
  const pid = relay?.servicePid('Transport') ?? 0
  if (pid > 0) process.kill(pid, 'SIGKILL')
}

const startedServices = () => relay?.output.match(/"the service listens"/g)?.length ?? 0

async function send(sender: string): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  await peer.command(`MAIL FROM:<${sender}>`)
  await peer.command('RCPT TO:<user@inside.example>')
  await peer.command('DATA')
  const lines = [`From: <${sender}>`, `Subject: from ${sender}`, '', 'text', '.']
  expect(await peer.command(...lines)).toMatch(/^250/)
}

async function run(line: string): Promise<string> {
  const { stdout } = await runEdge([...line.split(' '), '--data', relay?.dataFolder ?? ''])
  return stdout
}

const shell = async (line: string) =>
  (await runEdge(['shell', '--data', relay?.dataFolder ?? '', '-Command', line])).stdout
/** Whose mail was taken; what was delivered just before a death may come twice. */
const sendersTaken = () =>
  [...new Set(hop.messages.map(({ mail }) => /<(.*?)>/.exec(mail)?.[1] ?? ''))].sort()

test(
  'a message that ends the service goes into the Poison queue, all others flow, and nothing is lost',
  { timeout: 120_000 },
  async () => {
    await start()
    await send('one@a.example')
    await send('poison@a.example')
    await send('two@a.example')
    await startHop()
    await until(async () => (await run('Get-Queue')).includes('EDGE01\\Poison'), 250)
    // Once among the others, then alone as often as PoisonThreshold says; no more than three times besides.
    expect(deaths).toBeGreaterThanOrEqual(3)
    expect(deaths).toBeLessThanOrEqual(5)
    await send('three@a.example')
    await hop.until(() => sendersTaken().length === 3)
    expect(sendersTaken()).toEqual(['one@a.example', 'three@a.example', 'two@a.example'])
    expect(await run('Get-Message -Queue EDGE01\\Poison')).toMatch(/poison@a\.example\s+Suspended/)
    const line = await relay?.logged(({ msg }) => msg.includes('waits in the Poison queue'))
    expect(line).toMatchObject({ sender: 'poison@a.example', deaths: 2 })

    isDeadly = false
    await shell('Get-Message -Queue EDGE01\\Poison | Resume-Message -Confirm:$false')
    await hop.until(() => sendersTaken().includes('poison@a.example'))
    await until(async () => !(await run('Get-Queue')).includes('Poison'), 250)
    const tracked = await run('Get-MessageTrackingLog -EventId POISONMESSAGE')
    expect(tracked.match(/POISONMESSAGE +POISONMESSAGE/g)).toHaveLength(2)
  },
)

test(
  'an orderly end makes no message a suspect, however often one is in hand then',
  { timeout: 120_000 },
  async () => {
    isDeadly = false
    await startHop()
    hop.options = { ...hop.options, answers: { ...hop.options.answers, content: 'hang' } }
    const { folder } = await start()
    await send('slow@a.example')
    for (let times = 1; times <= 2; times++) {
      await hop.until(() => hop.sessions.length >= times)
      await relay?.stop()
      await start(folder)
    }
    expect(relay?.output).not.toContain('in hand when the service died')
    expect(await run('Get-Queue')).not.toMatch(/Poison/)
  },
)

test('an orderly end that somebody cuts short makes no message a suspect', async () => {
  isDeadly = false
  await startHop()
  hop.options = { ...hop.options, answers: { ...hop.options.answers, content: 'hang' } }
  const { folder, pid, servicePid } = await startedWithMailInHand()
  process.kill(pid, 'SIGTERM')
  await until(() =>
    SmtpPeer.connect({ host: address, port }).then(
      () => false,
      () => true,
    ),
  )
  for (const each of [pid, servicePid]) process.kill(each, 'SIGKILL')
  await relay?.ended()
  await start(folder)
  await hop.until(() => hop.sessions.length >= 2)
  expect(relay?.output).not.toContain('in hand when the service died')
})

/** A relay whose next hop does not answer for a message. */
async function startedWithMailInHand() {
  const begun = await start()
  await send('slow@a.example')
  await hop.until(() => hop.sessions.length >= 1)
  return { folder: begun.folder, pid: begun.pid, servicePid: begun.servicePid('Transport') }
}
