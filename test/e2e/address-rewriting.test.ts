import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { FakeMx } from '../support/fake-mx.ts'
import { smartHost } from '../support/relay-config.ts'
import { RelayProcess, runEdge } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

const address = '127.0.142.1'
const next = { address: '127.0.142.2', port: 10_025 }
const outside = 10_025
const inside = 10_026
const config = `
Server: { Name: EDGE01, Fqdn: edge.contoso.test, Role: Edge }
AcceptedDomains:
  - { DomainName: contoso.test }
  - { DomainName: sales.contoso.test }
ReceiveConnectors:
  - { Name: Outside, Bindings: '${address}:${outside}', RemoteIPRanges: 127.0.0.0/8, PermissionGroups: AnonymousUsers }
  - Name: Inside
    Bindings: ${address}:${inside}
    RemoteIPRanges: 127.0.0.0/8
    AuthMechanism: [Tls, ExternalAuthoritative]
    PermissionGroups: ExchangeServers
SendConnectors:
${smartHost('*', next)}
AddressRewriteEntries:
  - { Name: Sales, InternalAddress: sales.contoso.test, ExternalAddress: contoso.test }
RemoteDomains:
  - { DomainName: quiet.example, AutoReplyEnabled: false }
`

let mx: FakeMx
let relay: RelayProcess
beforeAll(async () => {
  mx = await FakeMx.start({
    ...next,
    capabilities: ['DSN', '8BITMIME'],
    answers: { RCPT: (line) => (line.includes('<no') ? '550 5.1.1 nobody' : '250 ok') },
  })
  relay = await RelayProcess.start({ config, services: ['Transport'] })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await mx[Symbol.asyncDispose]()
})

interface Letter {
  readonly port: number
  readonly from: string
  readonly to: readonly string[]
  readonly fields: readonly string[]
}

async function send({ port, from, to, fields }: Letter): Promise<void> {
  await using peer = await SmtpPeer.greeted({ host: address, port })
  const lines = [`MAIL FROM:<${from}>`, ...to.map((each) => `RCPT TO:<${each}>`), 'DATA']
  for (const line of lines) expect(await peer.command(line)).toMatch(/^[23]/)
  expect(await peer.command(`${fields.join('\r\n')}\r\n\r\nann@sales.contoso.test\r\n.`)).toMatch(
    /^250 /,
  )
}

/** The message with this subject, when the next hop has it. */
async function arrived(subject: string) {
  const find = () =>
    mx.messages.find(({ content }) => content.includes(`\r\nSubject: ${subject}\r\n`))
  await mx.until(() => find() !== undefined)
  const { mail = '', recipients = [], content = '' } = find() ?? {}
  return { mail, recipients, content }
}

test('senders inside look as the outside is to see them, and nothing else changes', async () => {
  await send({
    port: inside,
    from: 'ann@sales.contoso.test',
    to: ['joe@fabrikam.example'],
    fields: [
      'From: =?utf-8?Q?A=2C?= "B" <ann@Sales.Contoso.test>',
      'Reply-To: Team:ann@sales.contoso.test,\r\n\tbob@sales.contoso.test;',
      'To: joe@fabrikam.example, eve@sales.contoso.test',
      'Subject: out',
      'Message-ID: <1@sales.contoso.test>',
    ],
  })
  const { mail, content } = await arrived('out')
  expect(mail).toMatch(/^MAIL FROM:<ann@contoso\.test>/)
  expect(content).toContain(
    '\r\nFrom: =?utf-8?Q?A=2C?= "B" <ann@contoso.test>' +
      '\r\nReply-To: Team:ann@contoso.test,\r\n\tbob@contoso.test;' +
      '\r\nTo: joe@fabrikam.example, eve@sales.contoso.test' +
      '\r\nSubject: out\r\nMessage-ID: <1@sales.contoso.test>\r\n',
  )
  expect(content).toMatch(/\r\n\r\nann@sales\.contoso\.test\r\n$/)
})

test('what is picked up from a folder comes from inside', async () => {
  await until(() => existsSync(join(relay.dataFolder, 'pickup')))
  const fields = ['From: ann@sales.contoso.test', 'To: joe@fabrikam.example', 'Subject: letter']
  await writeFile(join(relay.dataFolder, 'pickup', 'a.eml'), `${fields.join('\n')}\n\nbody\n`)
  const { mail, content } = await arrived('letter')
  expect(mail).toMatch(/^MAIL FROM:<ann@contoso\.test>/)
  expect(content).toContain('\r\nFrom: ann@contoso.test\r\n')
})

test('recipients outside knows are those inside has, in the envelope and in To and Cc', async () => {
  await send({
    port: outside,
    from: 'joe@fabrikam.example',
    to: ['ann@contoso.test'],
    fields: [
      'From: joe@contoso.test',
      'To: <ann@contoso.test>',
      'CC: b@contoso.test',
      'Subject: in',
    ],
  })
  const { mail, recipients, content } = await arrived('in')
  expect(mail).toMatch(/^MAIL FROM:<joe@fabrikam\.example>/)
  expect(recipients).toEqual(['RCPT TO:<ann@sales.contoso.test> ORCPT=rfc822;ann@contoso.test'])
  expect(content).toContain(
    'From: joe@contoso.test\r\nTo: <ann@sales.contoso.test>\r\nCC: b@sales.contoso.test\r\n',
  )
})

test('a notification comes to the sender inside', async () => {
  await send({
    port: inside,
    from: 'ann@sales.contoso.test',
    to: ['nobody@fabrikam.example'],
    fields: ['From: ann@sales.contoso.test', 'Subject: lost'],
  })
  const { recipients, content } = await arrived('Undeliverable: lost')
  expect(recipients).toEqual([expect.stringMatching(/^RCPT TO:<ann@sales\.contoso\.test>/)])
  expect(content).toContain('\r\nTo: <ann@sales.contoso.test>\r\n')
})

test('a notification tells the sender outside of the address that was written to', async () => {
  await send({
    port: outside,
    from: 'joe@fabrikam.example',
    to: ['noone@contoso.test'],
    fields: ['From: joe@fabrikam.example', 'Subject: refused'],
  })
  const { recipients, content } = await arrived('Undeliverable: refused')
  expect(recipients).toEqual([expect.stringMatching(/^RCPT TO:<joe@fabrikam\.example>/)])
  expect(content).toContain('\r\nOriginal-Recipient: rfc822;noone@contoso.test\r\n')
})

test('automatic answers are dropped where a remote domain has it so, and the log tells', async () => {
  await send({
    port: inside,
    from: 'ann@sales.contoso.test',
    to: ['joe@quiet.example', 'joe@fabrikam.example'],
    fields: ['Auto-Submitted: auto-replied', 'Subject: away'],
  })
  const { recipients } = await arrived('away')
  expect(recipients).toEqual([expect.stringMatching(/^RCPT TO:<joe@fabrikam\.example>/)])
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const line = 'Get-AgentLog | % { "$($_.Agent) $($_.Event) $($_.Action)" }'
  const { stdout } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stdout).toContain('Remote Domain Agent OnResolvedMessage DeleteRecipients')
})

test('the agents stand in the pipeline by Exchange’s names', async () => {
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const line = 'Get-TransportPipeline | % { "$($_.Event): $($_.TransportAgents)" }'
  const { stdout } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stdout).toContain('OnRcptCommand: Address Rewriting Inbound Agent\n')
  expect(stdout).toMatch(/^OnEndOfHeaders: .*Address Rewriting Inbound Agent$/m)
  expect(stdout).toContain('OnSubmittedMessage: Address Rewriting Outbound Agent\n')
  expect(stdout).toContain('OnResolvedMessage: Remote Domain Agent\n')
})

test('entries are changed on the running server', async () => {
  const place = ['-Config', join(relay.folder, 'server.yaml'), '-Data', relay.dataFolder]
  const line = 'Remove-AddressRewriteEntry Sales -Confirm:$false'
  const { stderr } = await runEdge(['shell', '-NoColor', ...place, '-Command', line])
  expect(stderr).toBe('')
  expect(await readFile(join(relay.folder, 'server.yaml'), 'utf8')).not.toContain('Name: Sales')
  await send({
    port: inside,
    from: 'ann@sales.contoso.test',
    to: ['joe@fabrikam.example'],
    fields: ['From: ann@sales.contoso.test', 'Subject: plain'],
  })
  const { mail, content } = await arrived('plain')
  expect(mail).toMatch(/^MAIL FROM:<ann@sales\.contoso\.test>/)
  expect(content).toContain('\r\nFrom: ann@sales.contoso.test\r\n')
})
