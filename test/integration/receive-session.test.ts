import { expect, test } from 'vitest'
import { TestServer, testConnector } from '../support/receiving-server.ts'
import { reply } from '../../src/smtp/reply.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'

test('takes a message from greeting to QUIT', async () => {
  await using server = await TestServer.start()
  await using peer = await SmtpPeer.connect({ port: server.port })
  expect(await peer.reply()).toMatch(
    /^220 relay\.example Microsoft ESMTP MAIL Service ready at \w{3}, \d{1,2} \w{3} \d{4} [\d:]{8} [+-]\d{4}$/,
  )
  expect(await peer.command('EHLO client.example')).toBe(
    [
      '250-relay.example Hello [127.0.0.1]',
      '250-SIZE 36700160',
      '250-PIPELINING',
      '250-DSN',
      '250-ENHANCEDSTATUSCODES',
      '250-STARTTLS',
      '250-8BITMIME',
      '250-CHUNKING',
      '250 SMTPUTF8',
    ].join('\n'),
  )
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe('250 2.1.0 Sender OK')
  expect(await peer.command('RCPT TO:<ben@contoso.example>')).toBe('250 2.1.5 Recipient OK')
  expect(await peer.command('DATA')).toBe('354 Start mail input; end with <CRLF>.<CRLF>')
  expect(await peer.command('Subject: one', '', '..dot', 'text', '.')).toBe(
    '250 2.6.0 <1@relay.example> [InternalId=1, Hostname=relay.example] Queued mail for delivery',
  )
  expect(await peer.command('QUIT')).toBe('221 2.0.0 Service closing transmission channel')
  expect(await peer.closed()).toBe('')
  expect(server.sink.messages).toMatchObject([
    {
      content: 'Subject: one\r\n\r\n.dot\r\ntext\r\n',
      recipients: [{ address: 'ben@contoso.example' }],
      transaction: {
        envelope: { sender: 'ana@lucerne.example' },
        session: { helloName: 'client.example', extended: true, connector: 'EDGE01\\Test' },
      },
    },
  ])
})

test('upgrades by STARTTLS and forgets what was said before', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ ProtocolLoggingLevel: 'Verbose' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  const socket = await peer.startTls({ servername: 'relay.example' })
  expect(socket.getPeerX509Certificate()?.subject).toBe('CN=relay.example')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe('503 5.5.2 Send hello first')
  expect(await peer.command('EHLO client.example')).not.toContain('STARTTLS')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe('250 2.1.0 Sender OK')
  expect(server.log.lines.join('\n')).toContain('TLS protocol TLS1_3 negotiation succeeded')
})

test.each([
  ['552 5.3.4 Header size exceeds fixed maximum size', true],
  ['552 5.3.4 Message size exceeds fixed maximum message size', false],
])('answers %s to content, and hangs up after it: %s', async (text, hangsUp) => {
  await using server = await TestServer.start()
  server.sink.onCommit = () => Promise.resolve(reply(text))
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  await peer.command('RCPT TO:<ben@contoso.example>')
  await peer.command('DATA')
  expect(await peer.command('A: b', '', '.')).toBe(text)
  if (hangsUp) expect(await peer.closed()).toBe('')
  else expect(await peer.command('NOOP')).toMatch(/^250 /)
})

test('thinks nothing of a client that resets the connection after QUIT', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ ProtocolLoggingLevel: 'Verbose' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  peer.write('QUIT\r\n')
  await peer.reply()
  peer.socket.resetAndDestroy()
  await expect.poll(() => server.log.lines.at(-1)).toMatch(/^- .*Local$/)
  expect(server.log.lines.join('\n')).not.toContain('ECONNRESET')
})
