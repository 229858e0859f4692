import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LabMailServer, startLabMailServer } from '../../src/lab/lab-mail-server.ts'
import { shippedConfig, moved } from '../support/shipped-config.ts'
import { RelayProcess } from '../support/relay-process.ts'
import { smartHostConnector } from '../support/smart-host-connector.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { authLogin, authPlain, base64, plainMessage } from '../support/submit.ts'

const address = '127.0.104.1'
const tarpitMs = 300
const briefly = { TarpitInterval: '00:00:00.3', AuthTarpitInterval: '00:00:00.1' }
/** The smallest MaxMessageSize there is. */
const sizeLimit = 65_536

let lab: LabMailServer
let relay: RelayProcess
beforeAll(async () => {
  lab = await startLabMailServer({ hostname: 'mail.inside.example', address: '127.0.104.2' })
  relay = await RelayProcess.start({
    config: shippedConfig({
      address,
      connectors: {
        'Default Frontend': { ...briefly, MaxMessageSize: sizeLimit },
        'Client Frontend': briefly,
      },
      sections: {
        AcceptedDomains: [{ DomainName: 'inside.example' }],
        SendConnectors: [smartHostConnector('To Inside', 'inside.example', lab)],
        Users: [{ UserName: 'ana', Password: 'secret', EmailAddresses: 'ana@inside.example' }],
      },
    }),
  })
})
afterAll(async () => {
  await relay[Symbol.asyncDispose]()
  await lab.close()
})

const peerOn = (port: number) => SmtpPeer.greeted({ host: address, port: moved(port) })

async function securePeer(): Promise<SmtpPeer> {
  const peer = await peerOn(587)
  await peer.startTls()
  await peer.command('EHLO client.example')
  return peer
}

describe('an anonymous client', () => {
  test('may not relay: 550 5.7.54, after the tarpit', async () => {
    await using peer = await peerOn(25)
    expect(await peer.command('MAIL FROM:<a@sender.example>')).toBe('250 2.1.0 Sender OK')
    const begun = performance.now()
    expect(await peer.command('RCPT TO:<b@elsewhere.example>')).toBe(
      '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
    )
    expect(performance.now() - begun).toBeGreaterThanOrEqual(tarpitMs - 5)
    const next = performance.now()
    expect(await peer.command('RCPT TO:<b@inside.example>')).toBe('250 2.1.5 Recipient OK')
    expect(performance.now() - next).toBeLessThan(tarpitMs)
  })

  test('is not taken on 587: 530 5.7.57', async () => {
    await using peer = await peerOn(587)
    expect(await peer.command('MAIL FROM:<ana@inside.example>')).toBe(
      '530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM',
    )
  })
})

describe('authentication', () => {
  test('is announced after STARTTLS alone', async () => {
    await using peer = await SmtpPeer.connect({ host: address, port: moved(587) })
    await peer.reply()
    const clear = await peer.command('EHLO client.example')
    expect(clear).toMatch(/^250-STARTTLS$/m)
    expect(clear).not.toMatch(/AUTH/)
    expect(await peer.command(authPlain('ana', 'secret'))).toMatch(/^5/)
    await peer.startTls()
    const secure = await peer.command('EHLO client.example')
    expect(secure).toMatch(/^250-AUTH LOGIN PLAIN$/m)
    expect(secure).not.toMatch(/STARTTLS/)
  })

  test.each(['LOGIN', 'PLAIN'])(
    'with a wrong password is refused at %s: 535 5.7.3',
    async (how) => {
      await using peer = await securePeer()
      const answer =
        how === 'LOGIN'
          ? await authLogin(peer, 'ana', 'wrong')
          : await peer.command(authPlain('ana', 'wrong'))
      expect(answer).toBe('535 5.7.3 Authentication unsuccessful')
      expect(await peer.command('MAIL FROM:<ana@inside.example>')).toMatch(/^530 5\.7\.57 /)
    },
  )

  test('by an unknown name is refused in the same words', async () => {
    await using peer = await securePeer()
    expect(await authLogin(peer, 'nobody', 'secret')).toBe('535 5.7.3 Authentication unsuccessful')
    expect(await peer.command(`AUTH LOGIN ${base64('ana')}`)).toMatch(/^334 /)
    expect(await peer.command(base64('secret'))).toBe('235 2.7.0 Authentication successful')
  })
})

describe('a message that is too large', () => {
  const tooLarge = '552 5.3.4 Message size exceeds fixed maximum message size'

  test('is refused at MAIL by its SIZE', async () => {
    await using peer = await peerOn(25)
    expect(await peer.command('EHLO client.example')).toMatch(/^250-SIZE 65536$/m)
    expect(await peer.command(`MAIL FROM:<a@sender.example> SIZE=${sizeLimit + 1}`)).toBe(tooLarge)
    expect(await peer.command(`MAIL FROM:<a@sender.example> SIZE=${sizeLimit}`)).toMatch(/^250 /)
  })

  test('is refused at the end of DATA, and the session goes on', async () => {
    await using peer = await peerOn(25)
    await peer.command('MAIL FROM:<a@sender.example>')
    await peer.command('RCPT TO:<b@inside.example>')
    await peer.command('DATA')
    peer.write(`Subject: large\r\n\r\n${`${'x'.repeat(78)}\r\n`.repeat(900)}`)
    expect(await peer.command('.')).toBe(tooLarge)
    expect(await peer.command('MAIL FROM:<a@sender.example>')).toBe('250 2.1.0 Sender OK')
  })
})

test('recipient 201 of 200 gets 452 4.5.3, and the first 200 get the message', async () => {
  await using peer = await peerOn(25)
  await peer.command('MAIL FROM:<a@sender.example>')
  const recipients = Array.from({ length: 201 }, (_, number) => `user${number}@inside.example`)
  peer.write(recipients.map((recipient) => `RCPT TO:<${recipient}>\r\n`).join(''))
  const answers: string[] = []
  for (const _recipient of recipients) answers.push(await peer.reply())
  expect(answers.slice(0, 200)).toEqual(Array(200).fill('250 2.1.5 Recipient OK'))
  expect(answers[200]).toBe('452 4.5.3 Too many recipients')
  const before = lab.messageCount
  await peer.command('DATA')
  peer.write(plainMessage('to many'))
  expect(await peer.command('.')).toMatch(/^250 2\.6\.0 <to\.many@sender\.example> /)
  await lab.received(before + 1, AbortSignal.timeout(10_000))
  const arrived = lab.messages.slice(before).flatMap(({ recipients }) => recipients)
  expect(arrived.map(({ address }) => address).toSorted()).toEqual(
    recipients.slice(0, 200).toSorted(),
  )
})
