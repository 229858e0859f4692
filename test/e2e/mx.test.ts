import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DnsZones } from '../../src/lab/dns-zone.ts'
import { type LabDns, startLabDns } from '../../src/lab/lab-dns.ts'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { protocolLogRecords } from '../support/protocol-log-records.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { trustingEdge } from '../support/trusting-edge.ts'

const address = '127.0.106.1'
/** Stands for port 25 here: the Send connector's Port, so that no privilege is needed. */
const port = 10025
const hosts = { mx: '127.0.106.2', dead: '127.0.106.3', home: '127.0.106.4', dns: '127.0.106.53' }

const exchangers = (...names: readonly string[]) => ({
  mx: names.map((exchange, at) => ({ preference: at * 10, exchange })),
})

const zones: DnsZones = {
  'mx.example': { a: [hosts.mx] },
  'dead.example': { a: [hosts.dead] },
  'relay.example': { a: [address] },
  'deadfirst.example': exchangers('dead.example', 'mx.example'),
  'aonly.example': { a: [hosts.mx] },
  'nullmx.example': { ...exchangers(''), a: [hosts.mx] },
  'flaky.example': { fault: { kind: 'servfail' } },
  'loop.example': exchangers('relay.example'),
}

let dns: LabDns
let mx: LabMailServer
let home: LabMailServer
let relay: RelayProcess
beforeAll(async () => {
  dns = await startLabDns({ address: hosts.dns, port: 10053, zones })
  mx = await startLabMailServer({ hostname: 'mx.example', address: hosts.mx, port })
  home = await startLabMailServer({ hostname: 'home.example', address: hosts.home })
  relay = await RelayProcess.start({ config: config(), services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  for (const server of [dns, mx, home]) await server.close()
})

function config(): string {
  const verbose = { ProtocolLoggingLevel: 'Verbose' }
  return trustingEdge({
    ...{ address, port, connector: verbose },
    sendConnectors: [
      smartHostConnector('To Home', 'home.example', home),
      { Name: 'To Internet', AddressSpaces: '*', Port: port, ...verbose },
    ],
    transportService: {
      InternalDNSServers: `${hosts.dns}:${dns.port}`,
      QueueGlitchRetryInterval: '00:00:01',
      QueueGlitchRetryCount: 15,
    },
  })
}

async function send(domain: string): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const content = plainMessage(`for ${domain}`)
  const replies = await submit(peer, {
    from: 'ana@home.example',
    to: [`bob@${domain}`],
    content,
  })
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
}

const patience = { timeout: 10_000, interval: 100 }
const queues = async () => (await runEdge(['Get-Queue', '--data', relay.dataFolder])).stdout
const log = (direction: 'Receive' | 'Send') =>
  protocolLogRecords(relay.dataFolder, 'Edge', direction)

/** Sends a message and resolves when the mail exchanger has it. */
async function delivered(domain: string): Promise<void> {
  const before = mx.messageCount
  await send(domain)
  await mx.received(before + 1, AbortSignal.timeout(10_000))
  expect(mx.messages.at(-1)?.recipients).toMatchObject([{ address: `bob@${domain}` }])
}

/** Sends a message and gives the text of the notification at the sender's server. */
async function returned(domain: string): Promise<string> {
  const before = home.messageCount
  await send(domain)
  await home.received(before + 1, AbortSignal.timeout(10_000))
  const notification = home.messages.at(-1)
  expect(notification).toMatchObject({
    sender: '',
    recipients: [{ address: 'ana@home.example' }],
  })
  const text = notification?.content?.toString('latin1').replace(/\r\n[ \t]+/g, ' ') ?? ''
  expect(text).toMatch(new RegExp(`^Final-Recipient: rfc822;bob@${domain}\r$`, 'm'))
  expect(text).toMatch(/^Action: failed\r$/m)
  return text
}

describe('a domain', () => {
  test('whose first mail exchanger is down gets its mail by the second', async () => {
    await delivered('deadfirst.example')
    const seen = async () => (await log('Send')).map(({ context }) => context)
    await expect
      .poll(seen, patience)
      .toContainEqual(
        expect.stringContaining(`Failed to connect. connect ECONNREFUSED ${hosts.dead}`),
      )
  })

  test('without MX gets its mail by its address', async () => {
    await delivered('aonly.example')
  })

  test('with a null MX takes no mail: an NDR with 5.1.10', async () => {
    const sessions = mx.sessions
    const text = await returned('nullmx.example')
    expect(text).toMatch(/^Status: 5\.1\.10\r$/m)
    expect(text).toMatch(/^Diagnostic-Code: smtp;550 5\.1\.10 SMTPSEND\.DNS\.NullMx; /m)
    expect(mx.sessions).toBe(sessions)
  })

  test('that does not exist: an NDR with 5.4.4', async () => {
    const text = await returned('nosuch.example')
    expect(text).toMatch(/^Status: 5\.4\.4\r$/m)
    expect(text).toMatch(
      /^Diagnostic-Code: smtp;550 5\.4\.4 SMTPSEND\.DNS\.NonExistentDomain; nonexistent domain\r$/m,
    )
  })

  test('whose mail exchanger we are: an NDR with 5.4.6 and no connection to ourselves', async () => {
    const text = await returned('loop.example')
    expect(text).toMatch(/^Status: 5\.4\.6\r$/m)
    expect(text).toMatch(/^Diagnostic-Code: smtp;550 5\.4\.6 SMTPSEND\.DNS\.MxLoopback; /m)
    const heard = async () => (await log('Receive')).map(({ data }) => data)
    await expect.poll(heard, patience).toContain('RCPT TO:<bob@loop.example>')
    expect(await heard()).not.toContain('EHLO edge01.relay.example')
  })

  test('whose DNS fails waits in Retry and gets its mail when the DNS is well again', async () => {
    await send('flaky.example')
    await expect
      .poll(queues, patience)
      .toMatch(/^EDGE01\\\d+ +DnsConnectorDelivery +Retry +1 .* flaky\.example *$/m)
    const line = 'Get-Queue flaky.example | % LastError'
    const args = ['shell', '-Data', relay.dataFolder, '-Command', line]
    expect((await runEdge(args)).stdout).toMatch(/^451 4\.4\.0 DNS query failed\. The error was: /)
    const before = mx.messageCount
    dns.setZones({ ...zones, 'flaky.example': exchangers('mx.example') })
    await mx.received(before + 1, AbortSignal.timeout(15_000))
    expect(mx.messages.at(-1)?.recipients).toMatchObject([{ address: 'bob@flaky.example' }])
    await expect.poll(queues, patience).toMatch(/ Ready +0 .* flaky\.example/)
  })
})
