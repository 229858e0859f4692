import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { Postfix } from '../support/postfix.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { mailboxConfig, smartHost, user } from '../support/relay-config.ts'

const address = '127.0.122.1'
const messages = 100
/** From an empty body to more than the queue holds in one row. */
const sizes = [0, 1, 500, 5_000, 60_000, 65_536, 400_000]

let relay: RelayProcess
let host: LabMailServer

beforeAll(async () => {
  host = await startLabMailServer({ hostname: 'mx.inside.test', address: '127.0.122.2' })
  relay = await RelayProcess.start({
    config: mailboxConfig({ address, sendConnectors: smartHost('*', host) }),
  })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await host.close()
})

/** A body that only its number makes: lines of all lengths, dots at their beginnings, 8-bit octets. */
function body(number: number): string {
  const size = sizes[number % sizes.length] ?? 0
  const lines: string[] = []
  for (let length = 0, line = 0; length < size; line++) {
    const text = `${'.'.repeat(line % 3)}${number} ${'\u00e9x'.repeat((line * 7) % 400)}`
    lines.push(text)
    length += text.length + 2
  }
  return lines.map((line) => `${line}\r\n`).join('')
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

/** Gives Postfix the numbered messages over one connection. */
async function submit(postfix: { address: string; port: number }, recipient: string) {
  await using peer = await SmtpPeer.greeted({ host: postfix.address, port: postfix.port })
  for (let number = 0; number < messages; number++) {
    await peer.command('MAIL FROM:<alice@contoso.test> BODY=8BITMIME')
    await peer.command(`RCPT TO:<${recipient}>`)
    await peer.command('DATA')
    const head = `From: alice@contoso.test\r\nSubject: number ${number}\r\nX-Number: ${number}\r\n`
    const content = `${head}\r\n${body(number).replaceAll(/^\./gm, '..')}.\r\n`
    peer.write(Buffer.from(content, 'latin1'))
    expect(await peer.reply()).toMatch(/^250 2\.0\.0 Ok: queued/)
  }
}

/** The bodies' checksums that arrived at the host behind us since its `from`th message, by number. */
function arrivedBodies(from: number): ReadonlyMap<number, string> {
  const kept = host.messages.slice(host.messages.length - (host.messageCount - from))
  return new Map(
    kept.map(({ content = Buffer.alloc(0) }) => {
      const end = content.indexOf('\r\n\r\n')
      const number = /^X-Number: (\d+)\r$/m.exec(content.subarray(0, end + 2).toString('latin1'))
      return [Number(number?.[1]), digest(content.subarray(end + 4))]
    }),
  )
}

async function relayThrough(postfix: Postfix, at: { address: string; port: number }) {
  const before = host.messageCount
  const recipient = 'bob@contoso.test'
  await submit(at, recipient)
  await host.received(before + messages)
  const arrived = arrivedBodies(before)
  expect(host.messageCount).toBe(before + messages)
  for (let number = 0; number < messages; number++) {
    const sent = digest(Buffer.from(body(number), 'latin1'))
    expect(arrived.get(number), `message ${number}`).toBe(sent)
  }
  const log = await postfix.logged(/status=/, messages)
  const sent =
    / to=<bob@contoso\.test>, relay=127\.0\.122\.1\[127\.0\.122\.1\]:\d+, .*dsn=2\.6\.0, status=sent \(250 2\.6\.0 <[^>]+> \[InternalId=\d+, Hostname=mail\.contoso\.test\] Queued mail for delivery\)$/gm
  expect(log.match(sent)).toHaveLength(messages)
  return log
}

test('Postfix relays through us on port 25, byte for byte', async () => {
  const at = { address: '127.0.122.3', port: 25 }
  await using postfix = await Postfix.start({
    ...at,
    settings: { relayhost: `[${address}]:25`, smtp_tls_security_level: 'none' },
  })
  await relayThrough(postfix, at)
  expect(host.messages.at(-1)?.helloName).toBe('mail.contoso.test')
})

test('Postfix authenticates and relays through us on 587 over TLS', async () => {
  const at = { address: '127.0.122.4', port: 25 }
  await using postfix = await Postfix.start({
    ...at,
    settings: {
      relayhost: `[${address}]:587`,
      smtp_tls_security_level: 'encrypt',
      smtp_tls_loglevel: '1',
      smtp_sasl_auth_enable: 'yes',
      smtp_sasl_security_options: 'noanonymous',
      smtp_sasl_password_maps: 'hash:${config_directory}/passwords',
    },
    tables: { passwords: `[${address}]:587 ${user.name}:${user.password}\n` },
  })
  const log = await relayThrough(postfix, at)
  expect(log).toMatch(/Untrusted TLS connection established to .*:587: TLSv1\.3 with cipher /)
})

test('Postfix defers and logs our reply when its password is wrong', async () => {
  const at = { address: '127.0.122.5', port: 25 }
  await using postfix = await Postfix.start({
    ...at,
    settings: {
      relayhost: `[${address}]:587`,
      smtp_tls_security_level: 'encrypt',
      smtp_sasl_auth_enable: 'yes',
      smtp_sasl_security_options: 'noanonymous',
      smtp_sasl_password_maps: 'hash:${config_directory}/passwords',
    },
    tables: { passwords: `[${address}]:587 ${user.name}:wrong\n` },
  })
  await using peer = await SmtpPeer.greeted({ host: at.address, port: at.port })
  await peer.command('MAIL FROM:<alice@contoso.test>')
  await peer.command('RCPT TO:<bob@contoso.test>')
  await peer.command('DATA')
  await peer.command('Subject: wrong', '', '.')
  const log = await postfix.logged(/status=/, 1)
  expect(log).toMatch(
    /status=deferred \(SASL authentication failed; server .* said: 535 5\.7\.3 Authentication unsuccessful\)/,
  )
})

test('Postfix turns our refusal of a recipient into a bounce with our text', async () => {
  const at = { address: '127.0.122.6', port: 25 }
  await using postfix = await Postfix.start({
    ...at,
    settings: { relayhost: `[${address}]:25`, smtp_tls_security_level: 'may' },
  })
  await using peer = await SmtpPeer.greeted({ host: at.address, port: at.port })
  await peer.command('MAIL FROM:<alice@contoso.test>')
  await peer.command('RCPT TO:<bob@elsewhere.test>')
  await peer.command('DATA')
  await peer.command('Subject: no relaying', '', '.')
  const log = await postfix.logged(/status=/, 1)
  expect(log).toMatch(
    /dsn=5\.7\.54, status=bounced \(host .* said: 550 5\.7\.54 SMTP; Unable to relay recipient in non-accepted domain \(in reply to RCPT TO command\)\)/,
  )
})
