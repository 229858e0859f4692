import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askService } from '../../src/admin/admin-client.ts'
import { type LabDns, startLabDns } from '../../src/lab/lab-dns.ts'
import { Postfix } from '../support/postfix.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { testCertificate } from '../support/test-certificate.ts'
import { edgeConfig } from '../support/relay-config.ts'

const address = '127.0.123.1'
const smartHostName = 'smarthost.partner.test'
const credential = { name: 'relay', password: 'a pass word' }

let folder: string
let dns: LabDns
let smartHost: Postfix
let exchanger: Postfix
let relay: RelayProcess

/** Takes all mail for the domains into one Maildir. */
const mailbox = (...domains: readonly string[]) => ({
  virtual_mailbox_domains: domains.join(' '),
  virtual_mailbox_maps: 'static:inbox/',
})

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'interop-'))
  const certificate = await testCertificate([smartHostName])
  const authorities = join(folder, 'partner.pem')
  await writeFile(authorities, certificate.cert)
  smartHost = await Postfix.start({
    address: '127.0.123.3',
    port: 587,
    certificate,
    users: { [credential.name]: credential.password },
    settings: mailbox('partner.test', 'wrong.test', 'sender.test'),
  })
  exchanger = await Postfix.start({
    address: '127.0.123.4',
    port: 25,
    certificate: await testCertificate(['some.other.test']),
    settings: {
      ...mailbox('bymx.test', 'sender.test'),
      virtual_mailbox_maps: 'hash:${config_directory}/mailboxes',
    },
    tables: { mailboxes: '@sender.test inbox/\nbob@bymx.test inbox/\nüser@bymx.test inbox/\n' },
  })
  dns = await startLabDns({
    address: '127.0.123.53',
    port: 5353,
    zones: {
      [smartHostName]: { a: [smartHost.address] },
      'bymx.test': { mx: [{ preference: 10, exchange: 'mx.bymx.test' }] },
      'sender.test': { mx: [{ preference: 10, exchange: 'mx.bymx.test' }] },
      'mx.bymx.test': { a: [exchanger.address] },
    },
  })
  relay = await RelayProcess.start({
    config: configuration(),
    services: ['Transport'],
    env: { NODE_EXTRA_CA_CERTS: authorities },
  })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await dns.close()
  await Promise.all([smartHost[Symbol.asyncDispose](), exchanger[Symbol.asyncDispose]()])
  await rm(folder, { recursive: true })
})

function configuration(): string {
  return edgeConfig({
    address,
    sendConnectors: `
  - Name: To partner
    AddressSpaces: partner.test
    ${toSmartHost(credential.password)}
  - Name: With the wrong password
    AddressSpaces: wrong.test
    ${toSmartHost('wrong')}
  - Name: By MX
    AddressSpaces: [bymx.test, sender.test]`,
    more: `
TransportService:
  InternalDNSServers: '127.0.123.53:5353'
  ExternalDNSServers: '127.0.123.53:5353'
  `,
  }).replace(
    '  - DomainName: contoso.test',
    ['contoso.test', 'partner.test', 'wrong.test', 'bymx.test', 'sender.test']
      .map((name) => `  - { DomainName: ${name}, DomainType: ExternalRelay }`)
      .join('\n'),
  )
}

function toSmartHost(password: string): string {
  return `DNSRoutingEnabled: false
    SmartHosts: ${smartHostName}
    Port: 587
    SmartHostAuthMechanism: BasicAuthRequireTLS
    AuthenticationCredential: { UserName: ${credential.name}, Password: ${password} }`
}

interface Mail {
  readonly mail: string
  readonly rcpt: string
  readonly content: string
}

/** Gives the relay a message by DATA; resolves with its last reply. */
async function send({ mail, rcpt, content }: Mail): Promise<string> {
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  expect(await utf8Command(peer, `MAIL FROM:${mail}`)).toMatch(/^250/)
  expect(await utf8Command(peer, `RCPT TO:${rcpt}`)).toMatch(/^250/)
  expect(await peer.command('DATA')).toMatch(/^354/)
  peer.write(Buffer.from(`${content}\r\n.\r\n`, 'utf8'))
  const reply = await peer.reply()
  expect(reply).toMatch(/^250 2\.6\.0 /)
  return reply
}

async function utf8Command(peer: SmtpPeer, line: string): Promise<string> {
  peer.write(Buffer.from(`${line}\r\n`, 'utf8'))
  return await peer.reply()
}

/** What the Postfix delivered with this in it. */
async function delivered(postfix: Postfix, mark: string): Promise<string> {
  const texts = await postfix.mailbox()
  return texts.find((text) => text.includes(mark)) ?? ''
}

test('Postfix takes our mail as a smart host, after AUTH over TLS that we verified', async () => {
  await send({
    mail: '<alice@sender.test>',
    rcpt: '<bob@partner.test>',
    content: 'From: alice@sender.test\r\nSubject: to the smart host\r\n\r\n..dots\r\n',
  })
  const log = await smartHost.logged(/to=<bob@partner\.test>.*status=/, 1)
  expect(log).toMatch(/status=sent \(delivered to maildir\)/)
  expect(log).toMatch(/TLS connection established from .*: TLSv1\.3/)
  expect(log).toMatch(/client=.*, sasl_method=(?:LOGIN|PLAIN), sasl_username=relay/)
  const text = await delivered(smartHost, 'to the smart host')
  expect(text).toContain('\n\n.dots\n')
  expect(text).toMatch(/^Received: from edge\.contoso\.test /m)
})

test('mail waits in the queue with the reply of Postfix when the password is wrong', async () => {
  const seen = relay.lineCount
  await send({
    mail: '<alice@sender.test>',
    rcpt: '<bob@wrong.test>',
    content: 'Subject: wrong password\r\n',
  })
  await relay.logged(
    (line) => typeof line['reason'] === 'string' && line['reason'].includes('535'),
    seen,
  )
  const queues = await askService({ dataFolder: relay.dataFolder, service: 'Transport' }, 'queues')
  expect(JSON.stringify(queues)).toMatch(
    /"Status":"Retry",[^{]*"LastError":"451 4\.4\.0 [^{]*535 5\.7\.8/,
  )
  expect(await smartHost.log()).not.toContain('bob@wrong.test')
})

test('Postfix takes our mail as the host that the MX record names, over TLS with any certificate', async () => {
  await send({
    mail: '<alice@sender.test>',
    rcpt: '<bob@bymx.test>',
    content: 'From: alice@sender.test\r\nSubject: by MX\r\n\r\nHello.\r\n',
  })
  const log = await exchanger.logged(/to=<bob@bymx\.test>.*status=/, 1)
  expect(log).toMatch(/to=<bob@bymx\.test>, .*status=sent \(delivered to maildir\)/)
  expect(await delivered(exchanger, 'Subject: by MX')).toMatch(
    /^Received: from edge\.contoso\.test \(.*\n\t\(using TLSv1\.3 with cipher /m,
  )
})

test('NOTIFY, ORCPT and ENVID reach Postfix, whose own notification tells them', async () => {
  await send({
    mail: '<alice@sender.test> RET=HDRS ENVID=QQ+2B314159',
    rcpt: '<bob@bymx.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;robert@first.test',
    content: 'From: alice@sender.test\r\nSubject: with DSN\r\n\r\nThis body stays away.\r\n',
  })
  const log = await exchanger.logged(/to=<alice@sender\.test>.*status=sent/, 1)
  expect(log).toMatch(/orig_to=<robert@first\.test>|sender delivery status notification/)
  const text = await delivered(exchanger, 'Original-Envelope-Id')
  expect(text).toContain('Original-Envelope-Id: QQ+314159')
  expect(text).toContain('Original-Recipient: rfc822;robert@first.test')
  expect(text).toContain('Action: delivered')
  expect(text).not.toContain('This body stays away.')
})

test('a message with SMTPUTF8 addresses and headers passes to Postfix', async () => {
  await send({
    mail: '<ällice@sender.test> SMTPUTF8',
    rcpt: '<üser@bymx.test>',
    content: 'From: ällice@sender.test\r\nSubject: grüße\r\n\r\nHello.\r\n',
  })
  const log = await exchanger.logged(/to=<üser@bymx\.test>.*status=/, 1)
  expect(log).toMatch(/to=<üser@bymx\.test>, .*status=sent/)
  expect(await delivered(exchanger, 'Subject: grüße')).toContain('From: ällice@sender.test')
})

test('a message that came in chunks reaches Postfix whole', async () => {
  await using peer = await SmtpPeer.greeted({ host: address, port: 25 })
  await peer.command('MAIL FROM:<alice@sender.test>')
  await peer.command('RCPT TO:<bob@bymx.test>')
  const chunks = ['Subject: chunks\r', '\n\r\n.leading dot\r\n.\r\nlast', ' line\r\n']
  for (const [at, chunk] of chunks.entries()) {
    peer.write(`BDAT ${chunk.length}${at === 2 ? ' LAST' : ''}\r\n${chunk}`)
    expect(await peer.reply()).toMatch(/^250 2\./)
  }
  await exchanger.logged(/to=<bob@bymx\.test>.*status=sent/, 3)
  expect(await delivered(exchanger, 'Subject: chunks')).toMatch(
    /\n\n\.leading dot\n\.\nlast line\n$/,
  )
})

test("Postfix's refusal comes back to the sender in our report", async () => {
  await send({
    mail: '<alice@sender.test>',
    rcpt: '<nobody@bymx.test>',
    content: 'From: alice@sender.test\r\nSubject: to nobody\r\n\r\nHello.\r\n',
  })
  await exchanger.logged(/from=<>.*client|to=<alice@sender\.test>.*status=sent/, 2)
  const report = await delivered(exchanger, 'nobody@bymx.test')
  expect(report).toContain('Final-Recipient: rfc822;nobody@bymx.test')
  expect(report).toContain('Action: failed')
  expect(report).toMatch(/^Diagnostic-Code: smtp;550 5\.1\.1 <nobody@bymx\.test>/m)
  expect(report).toMatch(/^Remote-MTA: dns;mx\.bymx\.test/m)
})
