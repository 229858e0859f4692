import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { plainMessage, submit } from '../support/submit.ts'

const address = '127.0.178.1'
const port = 10025
const hosts = { premises: '127.0.178.2', cloud: '127.0.178.3' }
const julie = 'julie@contoso.example'
const david = 'david@contoso.example'
const davidInCloud = 'david@contoso.onmail.example'

let premises: LabMailServer
let cloud: LabMailServer
beforeAll(async () => {
  const start = (name: keyof typeof hosts) =>
    startLabMailServer({ hostname: `${name}.example`, address: hosts[name] })
  ;[premises, cloud] = await Promise.all([start('premises'), start('cloud')])
})
afterAll(async () => {
  for (const server of [premises, cloud]) await server.close()
})

/** A command takes a second or more where much goes on beside it. */
const patience = { timeout: 20_000 }

const mailbox = (name: string, ...addresses: readonly string[]) => ({
  Name: name,
  RecipientType: 'UserMailbox',
  EmailAddresses: addresses.map((each, at) => `${at === 0 ? 'SMTP' : 'smtp'}:${each}`),
})

const known: readonly object[] = [
  mailbox('Julie', julie, 'j@contoso.example'),
  {
    Name: 'David',
    RecipientType: 'RemoteMailbox',
    EmailAddresses: [`SMTP:${david}`],
    ExternalEmailAddress: davidInCloud,
  },
  {
    Name: 'Everybody',
    RecipientType: 'DistributionGroup',
    EmailAddresses: ['SMTP:all@contoso.example'],
    Members: ['Julie', 'David'],
  },
]

/** A Mailbox server that strangers on this machine may send through, with two ways out. */
function config(recipients = known, ways: { readonly premises?: LabMailServer } = { premises }) {
  const sendConnectors = [smartHostConnector('To Cloud', 'contoso.onmail.example', cloud)]
  if (ways.premises !== undefined)
    sendConnectors.push(smartHostConnector('To Premises', '--', ways.premises))
  return stringify({
    Server: { Name: 'MBX01', Fqdn: 'mbx01.contoso.example', Role: 'Mailbox' },
    AcceptedDomains: [{ DomainName: 'contoso.example' }],
    Recipients: recipients,
    ReceiveConnectors: [
      {
        Name: 'Direct',
        TransportRole: 'HubTransport',
        Bindings: `${address}:${port}`,
        RemoteIPRanges: '127.0.0.0/8',
        AuthMechanism: 'Tls, ExternalAuthoritative',
        PermissionGroups: 'ExchangeServers',
      },
    ],
    SendConnectors: sendConnectors,
  })
}

const start = (text: string) => RelayProcess.start({ config: text, alone: 'Transport' })

async function send(...to: readonly string[]): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const message = { from: 'ana@far.example', to, content: plainMessage('for several') }
  expect((await submit(peer, message)).at(-1)).toMatch(/^250 2\.6\.0 /)
}

/** Recipients of each message that came since there were so many. */
const arrived = ({ messages }: LabMailServer, before: number) =>
  messages
    .slice(before)
    .map(({ recipients }) => recipients.map((recipient) => recipient.address).toSorted())

async function shown(relay: RelayProcess, command: string): Promise<string> {
  const args = ['shell', '--data', relay.dataFolder, '--config', join(relay.folder, 'server.yaml')]
  const { stdout, stderr } = await runEdge([...args, '-Command', command])
  return stdout + stderr
}

async function explain(relay: RelayProcess, recipient: string): Promise<string> {
  const file = join(relay.folder, 'server.yaml')
  return (await runEdge(['explain-route', recipient, '--config', file])).stdout
}

test.each([
  ['named both', [julie, david]],
  ['by a group', ['all@contoso.example']],
])('julie and david, %s, get two copies, each where their mail is', async (_, to) => {
  await using relay = await start(config())
  const before = { premises: premises.messageCount, cloud: cloud.messageCount }
  await send(...to)
  const signal = AbortSignal.timeout(10_000)
  await premises.received(before.premises + 1, signal)
  await cloud.received(before.cloud + 1, signal)
  expect(arrived(premises, before.premises)).toEqual([[julie]])
  expect(arrived(cloud, before.cloud)).toEqual([[davidInCloud]])
  await expect
    .poll(() => shown(relay, 'Get-MessageTrackingLog -EventId REDIRECT | % Recipients'), patience)
    .toBe(`${davidInCloud}\n`)
})

test('explain-route and Test-Route tell each step, for a group once for each member', async () => {
  await using relay = await start(config())
  expect(await explain(relay, david)).toMatch(
    new RegExp(
      `^Asked for        ${david}\nDirectory        ${david} has its mail at ${davidInCloud}\n` +
        `\nRecipient        ${davidInCloud}\n[^]*\nWinner           To Cloud, smart hosts `,
    ),
  )
  const group = await explain(relay, 'all@contoso.example')
  expect(group).toContain(`Directory        all@contoso.example is a group: ${julie}, ${david}\n`)
  expect(group.match(/^Winner +.*(?=, smart)/gm)).toEqual([
    'Winner           To Premises',
    'Winner           To Cloud',
  ])
  expect(await explain(relay, 'nobody@contoso.example')).toBe(
    'Asked for        nobody@contoso.example\n' +
      'Refused          nobody@contoso.example: 550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup\n',
  )
  expect(
    await shown(
      relay,
      'Test-Route all@contoso.example | % { "$($_.FinalRecipient) $($_.SendConnector)" }',
    ),
  ).toBe(`${julie} To Premises\n${davidInCloud} To Cloud\n`)
})

test('what waits moves at once when the directory says that the mailbox has moved', async () => {
  await using relay = await start(config(known, {}))
  const before = cloud.messageCount
  await send('j@contoso.example')
  await expect
    .poll(() => shown(relay, 'Get-Queue Unreachable | % MessageCount'), patience)
    .toBe('1\n')
  const moved = {
    Name: 'Julie',
    RecipientType: 'RemoteMailbox',
    EmailAddresses: [`SMTP:${julie}`, 'smtp:j@contoso.example'],
    ExternalEmailAddress: 'julie@contoso.onmail.example',
  }
  await writeFile(join(relay.folder, 'server.yaml'), config([moved], {}))
  await cloud.received(before + 1, AbortSignal.timeout(15_000))
  expect(arrived(cloud, before)).toEqual([['julie@contoso.onmail.example']])
})
