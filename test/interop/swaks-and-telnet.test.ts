import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { RunningProgram, runProgram } from './program.ts'
import { mailboxConfig, smartHost, user } from '../support/relay-config.ts'

const address = '127.0.120.1'
let relay: RelayProcess
let host: LabMailServer

beforeAll(async () => {
  host = await startLabMailServer({ hostname: 'mx.outside.test', address: '127.0.120.2' })
  relay = await RelayProcess.start({
    config: mailboxConfig({ address, sendConnectors: smartHost('*', host) }),
  })
})

afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await host.close()
})

async function swaks(port: number, ...args: readonly string[]) {
  const server = ['--server', `${address}:${port}`, '--helo', 'client.outside.test']
  return await runProgram('swaks', [...server, ...args])
}

const login = ['--auth-user', user.name, '--auth-password', user.password]
const fromUser = ['--from', user.address, '--to', 'bob@outside.test']
const tls = ['--tls']
const tlsOnConnect = ['--tls-on-connect']

describe('swaks delivers', () => {
  const inward = ['--from', 'bob@outside.test', '--to', 'alice@contoso.test']
  test.each([
    ['through 25 without a password', 25, inward, 'alice@contoso.test'],
    ['through 25 over STARTTLS', 25, [...tls, ...inward], 'alice@contoso.test'],
    [
      'through 587 by AUTH LOGIN over STARTTLS',
      587,
      [...tls, '--auth', 'LOGIN', ...login, ...fromUser],
      'bob@outside.test',
    ],
    [
      'through 587 by AUTH PLAIN over STARTTLS',
      587,
      [...tls, '--auth', 'PLAIN', ...login, ...fromUser],
      'bob@outside.test',
    ],
    [
      'through 465 with TLS on connect',
      465,
      [...tlsOnConnect, '--auth', 'PLAIN', ...login, ...fromUser],
      'bob@outside.test',
    ],
    [
      'through 465 by AUTH LOGIN',
      465,
      [...tlsOnConnect, '--auth', 'LOGIN', ...login, ...fromUser],
      'bob@outside.test',
    ],
  ])('%s', async (_, port, args, recipient) => {
    const subject = `--header=Subject: ${crypto.randomUUID()}`
    const before = host.messageCount
    const { code, output } = await swaks(port, ...args, subject)
    expect(output).toMatch(
      /^<[-~] {2}250 2\.6\.0 <[^>]+> \[InternalId=\d+, Hostname=mail\.contoso\.test\] Queued mail for delivery$/m,
    )
    expect(code).toBe(0)
    await host.received(before + 1)
    const message = host.messages.at(-1)
    expect(message?.recipients.map((to) => to.address)).toEqual([recipient])
    expect(message?.content?.toString()).toContain(subject.slice('--header='.length))
  })
})

describe('swaks prints the refusal', () => {
  /** swaks' own exit codes: 23 MAIL refused, 24 no recipient taken, 28 authentication failed. */
  test.each([
    [
      'of an anonymous relay attempt',
      25,
      ['--from', 'bob@outside.test', '--to', 'eve@elsewhere.test'],
      '<** 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
      24,
    ],
    [
      'of an anonymous client on 587',
      587,
      fromUser,
      '<** 530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM',
      23,
    ],
    [
      'of an anonymous client on 587 over TLS',
      587,
      [...tls, ...fromUser],
      '<~* 530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM',
      23,
    ],
    [
      'of a wrong password by LOGIN',
      587,
      [...tls, '--auth', 'LOGIN', '--auth-user', user.name, '--auth-password', 'no', ...fromUser],
      '<~* 535 5.7.3 Authentication unsuccessful',
      28,
    ],
    [
      'of a wrong password by PLAIN',
      465,
      [
        ...tlsOnConnect,
        ...['--auth', 'PLAIN', '--auth-user', user.name, '--auth-password', 'no', ...fromUser],
      ],
      '<~* 535 5.7.3 Authentication unsuccessful',
      28,
    ],
    [
      'of an unknown user, in the same words',
      587,
      [...tls, '--auth', 'PLAIN', '--auth-user', 'mallory', '--auth-password', 'no', ...fromUser],
      '<~* 535 5.7.3 Authentication unsuccessful',
      28,
    ],
  ])('%s', async (_, port, args, line, exitCode) => {
    const { code, output } = await swaks(port, ...args)
    expect(output.split('\n')).toContain(line)
    expect(code).toBe(exitCode)
  })

  test('of AUTH before STARTTLS on 587, which is not offered', async () => {
    const { code, output } = await swaks(587, '--auth', 'PLAIN', ...login, ...fromUser)
    expect(output).toContain('*** Host did not advertise authentication')
    expect(code).toBe(28)
  })
})

test('telnet holds a conversation by hand', async () => {
  const before = host.messageCount
  await using telnet = new RunningProgram('telnet', [address, '25'])
  await telnet.said(/^220 mail\.contoso\.test /m)
  telnet.say('helo me\n')
  await telnet.said(/^250 mail\.contoso\.test Hello/m)
  telnet.say('mail from: <bob@outside.test>\n')
  await telnet.said(/^250 2\.1\.0 Sender OK/m)
  telnet.say('rcpt to: <alice@contoso.test>\n')
  await telnet.said(/^250 2\.1\.5 Recipient OK/m)
  telnet.say('data\n')
  await telnet.said(/^354 /m)
  telnet.say('Subject: by hand\n\nHello.\n..\n.\n')
  await telnet.said(/^250 2\.6\.0 /m)
  telnet.say('quit\n')
  await telnet.said(/^221 2\.0\.0 /m)
  await host.received(before + 1)
  expect(host.messages.at(-1)?.content?.toString()).toMatch(/\r\n\r\nHello\.\r\n\.\r\n$/)
})
