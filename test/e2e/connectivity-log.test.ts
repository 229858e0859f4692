import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabDns, startLabDns } from '../../src/lab/lab-dns.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { moved, shippedConfig } from '../support/shipped-config.ts'
import {
  type ConnectivityRecord,
  connectivityLogRecords,
  protocolLogRecords,
} from '../support/protocol-log-records.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'
import { SystemShell } from '../support/system-shell.ts'

const address = '127.0.114.1'
const hosts = { mx: '127.0.114.2', dead: '127.0.114.3', noTls: '127.0.114.4', dns: '127.0.114.53' }
/** Stands for port 25 here: the Send connector's Port, so that no privilege is needed. */
const port = 10025
const patience = { timeout: 15_000, interval: 100 }

let dns: LabDns
let mx: FakeMx
let noTls: FakeMx
let relay: RelayProcess
let shell: SystemShell
beforeAll(async () => {
  const exchangers = (...names: readonly string[]) => ({
    mx: names.map((exchange, at) => ({ preference: at * 10, exchange })),
  })
  dns = await startLabDns({
    address: hosts.dns,
    port: 10053,
    zones: {
      'mx.example': { a: [hosts.mx] },
      'dead.example': { a: [hosts.dead] },
      'good.example': exchangers('mx.example'),
      'deadfirst.example': exchangers('dead.example', 'mx.example'),
      'flaky.example': { fault: { kind: 'servfail' } },
      'notls.example': { a: [hosts.noTls] },
    },
  })
  mx = await FakeMx.start({ address: hosts.mx, port })
  noTls = await FakeMx.start({ address: hosts.noTls, port, tls: { key: '', cert: '' } })
  relay = await RelayProcess.start({ config: config() })
  shell = new SystemShell(join(relay.folder, 'server.yaml'))
  // Together, since each session is kept for some seconds before it is over.
  await Promise.all(['good', 'deadfirst', 'flaky', 'notls'].map((name) => send(`${name}.example`)))
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await dns.close()
  for (const fake of [mx, noTls]) await fake[Symbol.asyncDispose]()
})

function config(): string {
  const trusted = {
    AuthMechanism: 'Tls, ExternalAuthoritative',
    PermissionGroups: 'AnonymousUsers, ExchangeServers',
  }
  return shippedConfig({
    address,
    connectors: { 'Default Frontend': trusted },
    sections: {
      SendConnectors: [
        { Name: 'To Internet', AddressSpaces: '*', Port: port, ProtocolLoggingLevel: 'Verbose' },
      ],
      TransportService: { InternalDNSServers: `${hosts.dns}:${dns.port}` },
    },
  })
}

async function send(domain: string): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
  const content = plainMessage(`for ${domain}`)
  const replies = await submit(peer, { from: 'a@x.example', to: [`b@${domain}`], content })
  expect(replies.at(-1)).toMatch(/^250 2\.6\.0 /)
}

/** The sessions of the Transport service with a destination, once so many are over. */
async function sessionsTo(destination: string, count: number) {
  const read = async () => {
    const records = await connectivityLogRecords(relay.dataFolder, 'Hub')
    const ours = records.filter((record) => record.destination === destination)
    return [...Map.groupBy(ours, ({ session }) => session).values()]
  }
  const over = (session: readonly ConnectivityRecord[]) => session.at(-1)?.direction === '-'
  await expect.poll(async () => (await read()).filter(over).length, patience).toBe(count)
  return read()
}

const lines = (session: readonly ConnectivityRecord[] = []) =>
  session.map(({ direction, description }) => `${direction} ${description}`)

const begun = '+ DnsConnectorDelivery To Internet'
const looked = (domain: string, answers: string) =>
  `> DNS server returned NoError. [Domain:Result] = ${domain}:${answers}`

test('a session that is well has the DNS, its host and what it carried, and the id of the protocol log', async () => {
  const [session] = await sessionsTo('good.example', 1)
  expect(lines(session)).toEqual([
    begun,
    looked('good.example', `Success; [Host:Addresses] = mx.example:${hosts.mx};`),
    `> Established connection to ${hosts.mx}`,
    expect.stringMatching(/^- Messages: 1 Bytes: \d{3,4} Recipients: 1 \(\)$/),
  ])
  const protocol = await protocolLogRecords(relay.dataFolder, 'Hub', 'Send')
  expect(protocol.map(({ sessionId }) => sessionId)).toContain(session?.[0]?.session)
})

test('a dead host is told, and the next one after it', async () => {
  const [dead, good] = await sessionsTo('deadfirst.example', 2)
  expect(lines(dead)).toEqual([
    begun,
    looked(
      'deadfirst.example',
      `Success; [Host:Addresses] = dead.example:${hosts.dead};mx.example:${hosts.mx};`,
    ),
    `> Failed connection to ${hosts.dead}:${port} (ConnectionRefused:0000274D)[TargetHost:dead.example]`,
    `- Messages: 0 Bytes: 0 Recipients: 0 (Retry : 441 4.4.1 Failed to connect: connect ECONNREFUSED ${hosts.dead}:${port})`,
  ])
  expect(lines(good).slice(0, 2)).toEqual([begun, `> Established connection to ${hosts.mx}`])
})

test('a DNS that fails is told', async () => {
  const [session] = await sessionsTo('flaky.example', 1)
  expect(lines(session)).toEqual([
    begun,
    expect.stringMatching(
      /^> DNS server returned ErrorRetry\. \[Domain:Result\] = flaky\.example:ErrorRetry \(.*\);$/,
    ),
    expect.stringMatching(
      /^- Messages: 0 Bytes: 0 Recipients: 0 \(Retry : 451 4\.4\.0 DNS query failed\./,
    ),
  ])
})

test('TLS that fails is told, and the session in clear', async () => {
  const [failed, clear] = await sessionsTo('notls.example', 2)
  expect(lines(failed)).toEqual([
    begun,
    looked('notls.example', `InfoNoRecords; [Host:Addresses] = notls.example:${hosts.noTls};`),
    `> Established connection to ${hosts.noTls}`,
    expect.stringMatching(/^> TLS negotiation failed: /),
    expect.stringMatching(/^- Messages: 0 Bytes: 0 Recipients: 0 \(Retry : 451 4\.4\.2 /),
  ])
  expect(lines(clear)).toEqual([
    begun,
    `> Established connection to ${hosts.noTls}`,
    '> TLS failed, sending in clear',
    expect.stringMatching(/^- Messages: 1 Bytes: \d+ Recipients: 1 \(\)$/),
  ])
})

test('the front end tells of its sessions with the Transport service', async () => {
  const read = () => connectivityLogRecords(relay.dataFolder, 'FrontEnd')
  await expect.poll(async () => (await read()).at(-1)?.direction, patience).toBe('-')
  const [first] = Map.groupBy(await read(), ({ session }) => session).values()
  expect(first?.[0]?.destination).toBe('internalproxy')
  expect(lines(first)).toEqual([
    expect.stringMatching(
      /^\+ Undefined Inbound Proxy Internal Send Connector;Starting outbound connection for inbound session [0-9A-F]{16}$/,
    ),
    `> Established connection to ${address}`,
    expect.stringMatching(/^- Messages: \d Bytes: \d+ Recipients: \d \(\)$/),
  ])
})

test('it is switched off, and on elsewhere, when the prompt is back', async () => {
  expect(await shell.errorsOf('Set-TransportService -ConnectivityLogEnabled $false')).toBe('')
  const before = await connectivityLogRecords(relay.dataFolder, 'Hub')
  await send('unlogged.example')
  const line = 'Set-TransportService -ConnectivityLogEnabled $true -ConnectivityLogPath moved'
  expect(await shell.errorsOf(line)).toBe('')
  await send('good.example')
  const names = () => readdir(join(relay.dataFolder, 'moved')).catch(() => [])
  await expect.poll(names, patience).toEqual([expect.stringMatching(/^CONNECTLOG\d{8}-1\.LOG$/)])
  const after = await connectivityLogRecords(relay.dataFolder, 'Hub')
  expect(after.filter(({ direction }) => direction === '+')).toEqual(
    before.filter(({ direction }) => direction === '+'),
  )
})
