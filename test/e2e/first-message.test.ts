import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { shippedConfig, moved } from '../support/shipped-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authLogin, authPlain, plainMessage, submit } from '../support/submit.ts'

const address = '127.0.102.1'
const labAddress = '127.0.102.2'

const content = [
  'From: sender@sender.example',
  'Subject: =?utf-8?q?bytes?=',
  'X-Folded: one',
  '\ttwo',
  'Date: Thu, 01 Jan 2026 00:00:00 +0000',
  'Message-ID: <bytes@sender.example>',
  '',
  '.',
  '..two dots, a tab\t and trailing blanks  ',
  'Grüße, 8 bits, and a line of 900:',
  'x'.repeat(900),
  '',
  '.last',
  '',
].join('\r\n')

let lab: LabMailServer
let config: string
beforeAll(async () => {
  lab = await startLabMailServer({ hostname: 'mail.inside.example', address: labAddress })
  config = shippedConfig({
    address,
    sections: {
      AcceptedDomains: [{ DomainName: 'inside.example' }],
      SendConnectors: [
        smartHostConnector('To Inside', 'inside.example', lab),
        {
          ...smartHostConnector('Through the front end', 'proxied.example', lab),
          FrontendProxyEnabled: true,
          ProtocolLoggingLevel: 'Verbose',
        },
      ],
      Users: [
        { UserName: 'ana', Password: 'correct horse', EmailAddresses: 'sender@sender.example' },
      ],
    },
  })
})
afterAll(() => lab.close())

const hop = String.raw`\(127\.0\.[\d.]+\)`
const server = String.raw`mbx01\.relay\.example ${hop}`
const tls = String.raw` \(version=TLS1_[23], cipher=TLS_[A-Z0-9_]+\)`
const date = String.raw`\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}`

/** A trace line; `by` is who took the message. */
function traceLine(options: { from: string; secure: boolean; by: 'front end' | 'Transport' }) {
  const { from, secure, by } = options
  const via = by === 'front end' ? ' via Frontend Transport' : ''
  return new RegExp(
    `^Received: from ${from} by ${server} with Microsoft SMTP Server${secure ? tls : ''} id [\\d.]+${via}; ${date}$`,
  )
}

const client = String.raw`client\.example ${hop}`

/** What the server that took the message wrote on top of it, unfolded, first line first. */
async function traceOfNextMessage(deliver: () => Promise<readonly string[]>): Promise<string[]> {
  const before = lab.messageCount
  const replies = await deliver()
  expect(replies.at(-1)).toMatch(
    /^250 2\.6\.0 <bytes@sender\.example> \[InternalId=\d+, Hostname=mbx01\.relay\.example\] .*Queued mail for delivery$/,
  )
  await lab.received(before + 1, AbortSignal.timeout(10_000))
  const arrived = lab.messages.at(-1)?.content ?? Buffer.alloc(0)
  const sent = Buffer.from(content)
  expect(arrived.subarray(-sent.length).equals(sent)).toBe(true)
  const added = arrived.subarray(0, -sent.length).toString('latin1')
  return added
    .replace(/\r\n[ \t]+/g, ' ')
    .split('\r\n')
    .slice(0, -1)
}

const message = { from: 'sender@sender.example', to: ['user@inside.example'], content }

describe('a message arrives byte for byte under the trace lines of its way', () => {
  let relay: RelayProcess
  beforeAll(async () => {
    relay = await RelayProcess.start({ config })
  })
  afterAll(() => relay[Symbol.asyncDispose]())

  /** Both lines, for a client that speaks with the front end in clear or over TLS. */
  const bothServices = (secure: boolean) => [
    expect.stringMatching(traceLine({ from: server, secure: true, by: 'Transport' })) as unknown,
    expect.stringMatching(traceLine({ from: client, secure, by: 'front end' })) as unknown,
  ]

  test('from an anonymous client on 25', async () => {
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
    expect(await traceOfNextMessage(() => submit(peer, message))).toEqual(bothServices(false))
    expect(lab.messages.at(-1)).toMatchObject({ sender: 'sender@sender.example', tls: 'TLSv1.3' })
  })

  test('from a user on 587 with AUTH LOGIN over STARTTLS', async () => {
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(587) })
    await peer.startTls()
    await peer.command('EHLO client.example')
    expect(await authLogin(peer, 'ana', 'correct horse')).toBe(
      '235 2.7.0 Authentication successful',
    )
    expect(await traceOfNextMessage(() => submit(peer, message))).toEqual(bothServices(true))
  })

  test('from a user on 587 with AUTH PLAIN over STARTTLS', async () => {
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(587) })
    await peer.startTls()
    await peer.command('EHLO client.example')
    expect(await peer.command(authPlain('ana', 'correct horse'))).toMatch(/^235 /)
    expect(await traceOfNextMessage(() => submit(peer, message))).toEqual(bothServices(true))
  })

  test('from a user on 465 with TLS on connect', async () => {
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(465), tls: {} })
    expect(await peer.command(authPlain('ana', 'correct horse'))).toMatch(/^235 /)
    expect(await traceOfNextMessage(() => submit(peer, message))).toEqual([
      expect.stringMatching(traceLine({ from: client, secure: true, by: 'Transport' })),
    ])
  })

  test('by a Send connector with FrontendProxyEnabled through 717', async () => {
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(465), tls: {} })
    await peer.command(authPlain('ana', 'correct horse'))
    const proxied = { ...message, to: ['user@proxied.example'] }
    await traceOfNextMessage(() => submit(peer, proxied))
    const folder = join(relay.dataFolder, 'logs', 'FrontEnd', 'ProtocolLog', 'SmtpSend')
    await expect
      .poll(async () => {
        const texts = (await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8'))
        return (await Promise.all(texts)).join('')
      })
      .toMatch(
        new RegExp(
          `,Through the front end,[0-9A-F]{16},\\d+,[\\d.:]+,${labAddress}:${lab.port},\\*,[0-9A-F]{16},proxying outbound session\r\n`,
        ),
      )
  })
})

describe('a client of the front end', () => {
  test('gets the reply of the Transport service', async () => {
    await using relay = await RelayProcess.start({ config })
    expect(relay.servicePid('Transport')).not.toBe(relay.servicePid('FrontendTransport'))
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
    const looping = `Received: from a.example by b.example; x\r\n`.repeat(31) + content
    expect((await submit(peer, { ...message, content: looping })).at(-1)).toBe(
      '554 5.4.6 Hop count exceeded - possible mail loop',
    )
  })

  test('gets 451 4.7.0 while the Transport service does not run', async () => {
    await using _relay = await RelayProcess.start({ config, alone: 'FrontendTransport' })
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
    const replies = await submit(peer, message)
    expect(replies).toContain('451 4.7.0 Temporary server error. Please try again later. PRX1')
    expect(replies.some((reply) => reply.startsWith('250 2.6.0'))).toBe(false)
  })

  test('gets 451 4.7.0 when the Transport service is killed under its message, and can send it again', async () => {
    await using relay = await RelayProcess.start({ config })
    await using peer = await SmtpPeer.greeted({ host: address, port: moved(25) })
    for (const line of [
      'MAIL FROM:<sender@sender.example>',
      'RCPT TO:<user@inside.example>',
      'DATA',
    ])
      expect(await peer.command(line)).toMatch(/^[23]5/)
    peer.write('Subject: half')
    const seen = relay.lineCount
    process.kill(relay.servicePid('Transport'), 'SIGKILL')
    await relay.logged(({ msg }) => msg.includes('died'), seen)
    expect(await peer.command('', '', 'body', '.')).toBe(
      '451 4.7.0 Temporary server error. Please try again later. PRX5',
    )
    await relay.logged(({ msg }) => msg === 'the service listens', seen)
    const before = lab.messageCount
    const again = await submit(peer, { ...message, content: plainMessage('again') })
    expect(again.at(-1)).toMatch(/^250 2\.6\.0 <again@sender\.example>/)
    await lab.received(before + 1, AbortSignal.timeout(10_000))
  })
})
