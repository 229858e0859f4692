import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabDns, startLabDns } from '../../src/lab/lab-dns.ts'
import { type TrackingLogQuery, readTrackingLog } from '../../src/logs/tracking-log-reader.ts'
import type { TrackingRecord } from '../../src/logs/tracking-log.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage } from '../support/submit.ts'

const address = '127.0.114.20'
const hosts = { mx: '127.0.114.21', dead: '127.0.114.22', dns: '127.0.114.54' }
const port = 10025
const sender = 'ana@good.example'

let dns: LabDns
let mx: FakeMx
let relay: RelayProcess
beforeAll(async () => {
  dns = await startLabDns({
    address: hosts.dns,
    port: 10053,
    zones: {
      'good.example': { a: [hosts.mx] },
      'dead.example': { a: [hosts.dead] },
      'stays.example': { a: [hosts.dead] },
      'nullmx.example': { mx: [{ preference: 0, exchange: '' }] },
    },
  })
  mx = await FakeMx.start({ address: hosts.mx, port })
  relay = await RelayProcess.start({ config: config(), services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await dns.close()
  await mx[Symbol.asyncDispose]()
})

function config(): string {
  return stringify({
    Server: { Name: 'EDGE01', Fqdn: 'edge01.relay.example', Role: 'Edge' },
    AcceptedDomains: [{ DomainName: 'home.example' }],
    ReceiveConnectors: [
      {
        Name: 'Trusted',
        Bindings: `${address}:${port}`,
        RemoteIPRanges: '127.0.0.0/8',
        AuthMechanism: 'Tls, ExternalAuthoritative',
        PermissionGroups: 'ExchangeServers',
      },
    ],
    SendConnectors: [{ Name: 'To Internet', AddressSpaces: '*', Port: port }],
    TransportService: {
      InternalDNSServers: `${hosts.dns}:${dns.port}`,
      DelayNotificationTimeout: '00:00:01',
      QueueGlitchRetryInterval: '00:10:00',
    },
  })
}

/** Hands a message in; `rcpt` is all that stands behind `RCPT TO:`. Gives its Message-ID. */
async function send(subject: string, rcpt: string, from = sender): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  for (const line of [`MAIL FROM:<${from}>`, `RCPT TO:${rcpt}`, 'DATA'])
    expect(await peer.command(line)).toMatch(/^[23]/)
  expect(await peer.command(`${plainMessage(subject)}.`)).toMatch(/^250 2\.6\.0 /)
  return `<${subject}@sender.example>`
}

/** What the log says, once it says so much. */
async function tracked(
  query: Omit<TrackingLogQuery, 'folder'>,
  count: number,
): Promise<readonly TrackingRecord[]> {
  const folder = join(relay.dataFolder, 'logs', 'MessageTracking')
  const read = () => Array.fromAsync(readTrackingLog({ folder, ...query }))
  await expect.poll(async () => (await read()).length, { timeout: 20_000 }).toBe(count)
  return read()
}

/** All that the log says of a message by now. */
function everyRecord(messageId: string): Promise<readonly TrackingRecord[]> {
  const folder = join(relay.dataFolder, 'logs', 'MessageTracking')
  return Array.fromAsync(readTrackingLog({ folder, messageId }))
}

/** Of records in a row that tell the same the first: how often a delay is told depends on the moment. */
function unrepeated(records: readonly TrackingRecord[]): readonly string[] {
  const all = records.map(essence)
  return all.filter((one, at) => one !== all[at - 1])
}

const refused = /441 4\.4\.1 .*ECONNREFUSED/

/** `source event` of each record, with what sets it apart. */
const essence = ({ source, eventId, sourceContext }: TrackingRecord) =>
  source === 'DSN' ? `${source} ${eventId} ${sourceContext}`.trim() : `${source} ${eventId}`

/** Runs a line in the management shell. */
async function shell(line: string): Promise<string> {
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const { stdout, stderr } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stderr, line).toBe('')
  return stdout
}

test('a next hop that the DNS denies is DNS FAIL, which names its notification', async () => {
  const messageId = await send('denied', '<bob@nullmx.example>')
  const [received, failed] = await tracked({ messageId }, 2)
  expect(failed).toMatchObject({
    source: 'DNS',
    eventId: 'FAIL',
    recipientStatuses: ['550 5.1.10 SMTPSEND.DNS.NullMx; the domain does not accept mail'],
    internalMessageId: received?.internalMessageId,
  })
  const [notice] = await tracked({ reference: messageId, eventId: 'DSN' }, 1)
  expect(notice).toMatchObject({ sourceContext: 'Failure', messageId: failed?.reference })
})

test('what fails without a sender to tell is dropped', async () => {
  const messageId = await send('nobody', '<bob@nullmx.example>', '')
  expect((await tracked({ messageId }, 3)).map(essence)).toEqual([
    'SMTP RECEIVE',
    'DNS FAIL',
    'DSN DROP',
  ])
})

test('a relayed message is SEND, which names the notification that it was asked for', async () => {
  const messageId = await send('relayed', '<bob@good.example> NOTIFY=SUCCESS')
  const [, sent] = await tracked({ messageId }, 2)
  const [notice] = await tracked({ reference: messageId }, 1)
  expect(notice).toMatchObject({ eventId: 'DSN', sourceContext: 'Relay' })
  expect(sent).toMatchObject({ eventId: 'SEND', reference: notice?.internalMessageId })
})

test('one that waits is followed through delay, resubmission and removal', async () => {
  const messageId = await send('waiting', '<bob@dead.example>')
  const [delay] = await tracked({ reference: messageId, eventId: 'DSN' }, 1)
  expect(delay?.sourceContext).toBe('Delay')
  await shell(
    `New-SendConnector Dead -AddressSpaces dead.example -DNSRoutingEnabled $false -SmartHosts ${hosts.dead} -Port ${port}`,
  )
  await shell('Retry-Queue -Filter {NextHopDomain -eq "dead.example"} -Resubmit $true')
  await tracked({ messageId, eventId: 'RESUBMIT' }, 1)
  await shell('Remove-Message -Filter {Subject -eq "waiting"} -Confirm:$false')
  await tracked({ messageId, eventId: 'FAIL' }, 1)
  const records = await everyRecord(messageId)
  expect(unrepeated(records)).toEqual([
    ...['SMTP RECEIVE', 'SMTP DEFER', 'QUEUE RESUBMIT', 'SMTP DEFER', 'ADMIN FAIL'],
  ])
  for (const { eventId, recipientStatuses } of records) {
    if (eventId === 'DEFER') expect(recipientStatuses).toEqual([expect.stringMatching(refused)])
  }
  const failure = records.at(-1)?.reference ?? ''
  const [notice] = await tracked({ messageId: failure, eventId: 'DSN' }, 1)
  expect(notice).toMatchObject({ sourceContext: 'Failure', reference: messageId })
})

test('a resubmission is RESUBMIT also when the message stays in its queue', async () => {
  const messageId = await send('staying', '<bob@stays.example>')
  const retry = '(Get-Queue -Filter {NextHopDomain -eq "stays.example"}).Status'
  await expect.poll(() => shell(retry), { timeout: 20_000 }).toBe('Retry\n')
  const told = 'queues of the connector "To Internet" go into Retry'
  await relay.logged(({ msg }) => msg === told)
  await shell('Retry-Queue -Filter {NextHopDomain -eq "stays.example"} -Resubmit $true')
  await tracked({ messageId, eventId: 'RESUBMIT' }, 1)
  expect(unrepeated(await everyRecord(messageId)).slice(0, 3)).toEqual([
    ...['SMTP RECEIVE', 'SMTP DEFER', 'QUEUE RESUBMIT'],
  ])
})

test('one whose time runs out is QUEUE FAIL', async () => {
  const messageId = await send('expiring', '<bob@dead.example>')
  await shell('Set-TransportService -MessageExpirationTimeout 00:00:05')
  const [failed] = await tracked({ messageId, eventId: 'FAIL' }, 1)
  expect(failed?.source).toBe('QUEUE')
  expect(failed?.recipientStatuses).toEqual(['550 4.4.7 QUEUE.Expired; message expired'])
  expect(failed?.sourceContext).toMatch(refused)
})

test('Get-MessageTrackingLog finds them by each parameter, from a pipeline too', async () => {
  const line = (parameters: string) =>
    shell(`Get-MessageTrackingLog ${parameters} | % { "$($_.Source) $($_.EventId)" }`)
  const [event] = await tracked({ messageId: '<denied@sender.example>', eventId: 'FAIL' }, 1)
  if (event === undefined) throw new Error('nothing failed')
  const { networkMessageId, internalMessageId, timestamp } = event
  const failed = 'DNS FAIL\n'
  const both = `SMTP RECEIVE\n${failed}`
  expect(await line(`-NetworkMessageId ${networkMessageId.replaceAll('-', '')}`)).toBe(both)
  expect(await line(`-InternalMessageId ${internalMessageId}`)).toBe(both)
  expect(await line('-MessageId denied@sender.example -Source dns')).toBe(failed)
  expect(await line('-MessageSubject DENI -EventId fail')).toBe(failed)
  expect(await line('-Recipients x@y.example,BOB@nullmx.example -EventId DROP')).toBe('DSN DROP\n')
  const iso = new Date(timestamp).toISOString()
  const denied = "-MessageId '<denied@sender.example>'"
  expect(await line(`${denied} -Start ${iso}`)).toBe(failed)
  expect(await line(`${denied} -End ${iso}`)).toBe('SMTP RECEIVE\n')
  expect(await line(`-Sender ${sender} ${denied} -TransportTrafficType Email -ResultSize 2`)).toBe(
    both,
  )
  expect(
    await shell(
      `Get-TransportService | Get-MessageTrackingLog -Reference '<denied@sender.example>' | % EventId`,
    ),
  ).toBe('DSN\n')
})
