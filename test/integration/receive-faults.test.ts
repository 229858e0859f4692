import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { minute, second } from '../../src/base/time-span.ts'
import { reply } from '../../src/smtp/reply.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { TestServer, testConnector, testUser } from '../support/receiving-server.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

async function inContent(server: TestServer): Promise<SmtpPeer> {
  const peer = await SmtpPeer.greeted({ port: server.port })
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  await peer.command('RCPT TO:<ben@contoso.example>')
  await peer.command('DATA')
  return peer
}

test('ends an idle session after ConnectionInactivityTimeout', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  clock.advance(5 * minute)
  expect(await peer.reply()).toBe('451 4.7.0 Timeout waiting for client input')
  expect(await peer.closed()).toBe('')
})

test('does not take octets that end no line for activity', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  clock.advance(4 * minute)
  peer.write('NO')
  await delay(20)
  clock.advance(minute)
  expect(await peer.reply()).toMatch(/^451 4\.7\.0/)
})

test('ends a session of ConnectionTimeout in spite of a trickle of content', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  let pieces = 0
  server.sink.onWrite = () => {
    pieces++
  }
  await using peer = await inContent(server)
  for (let round = 1; round <= 3; round++) {
    peer.write('trickle\r\n')
    await until(() => pieces === round)
    clock.advance(3 * minute)
  }
  clock.advance(minute)
  expect(await peer.reply()).toBe('421 4.4.1 Connection timed out')
  expect(await peer.closed()).toBe('')
  await until(() => server.sink.aborted === 1)
  expect(server.sink.messages).toEqual([])
})

test('lets a commit end before the timeout ends the session', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  const committing = Promise.withResolvers<undefined>()
  let commits = 0
  server.sink.onCommit = () => {
    commits++
    return committing.promise
  }
  await using peer = await inContent(server)
  peer.write('text\r\n.\r\n')
  await until(() => commits === 1)
  clock.advance(11 * minute)
  committing.resolve(undefined)
  expect(await peer.reply()).toMatch(/^250 2\.6\.0/)
  expect(await peer.reply()).toBe('421 4.4.1 Connection timed out')
})

test('holds back refusals from strangers by TarpitInterval, and the replies before them', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({
    clock,
    connectors: [testConnector({ TarpitInterval: '00:00:05', ProtocolLoggingLevel: 'Verbose' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  peer.write('MAIL FROM:<ana@lucerne.example>\r\nRCPT TO:<x@elsewhere.example>\r\n')
  await until(() => server.log.lines.includes("* Tarpit for '0.00:00:05'|"))
  const first = peer.reply()
  const early = await Promise.race([first, delay(30).then(() => 'nothing yet')])
  expect(early).toBe('nothing yet')
  clock.advance(5 * second)
  expect(await first).toBe('250 2.1.0 Sender OK')
  expect(await peer.reply()).toMatch(/^550 5\.7\.54/)
})

test('forgets the message of a client that resets the connection in DATA', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ ProtocolLoggingLevel: 'Verbose' })],
  })
  await using peer = await inContent(server)
  peer.write('half a mess')
  peer.socket.resetAndDestroy()
  await until(() => server.sink.aborted === 1)
  await until(() => server.service.sessionCount === 0)
  expect(server.sink.messages).toEqual([])
  expect(server.log.lines.at(-1)).toBe('- |Remote(SocketError)')
  await using next = await SmtpPeer.connect({ port: server.port })
  expect(await next.reply()).toMatch(/^220/)
})

test('keeps a message whose client leaves while it is committed', async () => {
  await using server = await TestServer.start()
  const committing = Promise.withResolvers<undefined>()
  let commits = 0
  server.sink.onCommit = () => {
    commits++
    return committing.promise
  }
  const peer = await inContent(server)
  peer.write('text\r\n.\r\n')
  await until(() => commits === 1)
  peer.socket.resetAndDestroy()
  await until(() => server.service.sessionCount === 0)
  committing.resolve(undefined)
  await until(() => server.sink.messages.length === 1)
  expect(server.sink.aborted).toBe(0)
})

test('stops reading while the sink has no room', async () => {
  await using server = await TestServer.start()
  const room = Promise.withResolvers<undefined>()
  let taken = 0
  server.sink.onWrite = (chunk) => {
    taken += chunk.length
    return room.promise
  }
  await using peer = await inContent(server)
  const megabyte = Buffer.alloc(1024 * 1024, 'x'.repeat(70) + '\r\n')
  for (let count = 0; count < 8; count++) peer.write(megabyte)
  await delay(50)
  expect(taken).toBeLessThan(megabyte.length)
  room.resolve(undefined)
  expect(await peer.command('', '.')).toMatch(/^250 2\.6\.0/)
  expect(server.sink.messages[0]?.content).toHaveLength(8 * megabyte.length + 2)
})

test.each([
  ['closes its side', (socket: Socket) => socket.end()],
  ['resets the connection', (socket: Socket) => socket.resetAndDestroy()],
])('does not hold the session of a client that %s after a wrong password', async (_, leave) => {
  const connector = testConnector({
    ...{ AuthMechanism: 'BasicAuth', PermissionGroups: 'ExchangeUsers' },
    ...{ AuthTarpitInterval: '00:05:00', ProtocolLoggingLevel: 'Verbose' },
  })
  await using server = await TestServer.start({ connectors: [connector] })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  peer.write('AUTH PLAIN AGFuYQB3cm9uZw==\r\n')
  await until(() => server.log.lines.some((line) => line.startsWith('* Tarpit')))
  leave(peer.socket)
  await until(() => server.service.sessionCount === 0)
  expect(server.log.lines.at(-1)).toMatch(/^- \|Remote/)
})

test('does not pile up replies for a client that never reads, and cuts it off in time', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({
    clock,
    connectors: [testConnector({ MaxProtocolErrors: 'unlimited' })],
  })
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  await once(socket, 'readable')
  socket.pause()
  let sent = 0
  const line = Buffer.from('BOGUS\r\n'.repeat(10_000))
  const send = () => {
    while (sent < 400 && socket.write(line)) sent++
    sent++
  }
  socket.on('drain', send)
  send()
  await delay(300)
  expect(sent).toBeLessThan(400)
  await until(() => {
    clock.advance(minute)
    return server.service.sessionCount === 0
  })
  socket.destroy()
})

test('swallows what follows a message that grew too large and says so at its end', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ MaxMessageSize: 65536 })],
  })
  await using peer = await inContent(server)
  peer.write(`${'x'.repeat(70)}\r\n`.repeat(2000))
  await until(() => server.sink.aborted === 1)
  expect(await peer.command('.')).toBe('552 5.3.4 Message size exceeds fixed maximum message size')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe('250 2.1.0 Sender OK')
})

test('passes the refusals of the sink on', async () => {
  await using server = await TestServer.start()
  await using peer = await SmtpPeer.greeted({ port: server.port })
  server.sink.onBegin = () => reply('452 4.3.1 Insufficient system resources')
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toMatch(/^452 4\.3\.1/)
  server.sink.onBegin = () => Promise.resolve(undefined)
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toMatch(/^250/)
  server.sink.onRecipient = () => Promise.resolve(reply('550 5.1.1 User unknown'))
  expect(await peer.command('RCPT TO:<ben@contoso.example>')).toBe('550 5.1.1 User unknown')
  server.sink.onRecipient = () => undefined
  expect(await peer.command('RCPT TO:<ben@contoso.example>')).toMatch(/^250/)
  server.sink.onContent = () => reply('451 4.7.0 Temporary server error')
  expect(await peer.command('DATA')).toMatch(/^451/)
  expect(server.sink.aborted).toBe(1)
  expect(await peer.command('RCPT TO:<ben@contoso.example>')).toMatch(/^503/)
})

test('answers a fault of ours by 421 and goes on for others', async () => {
  await using server = await TestServer.start()
  server.sink.onBegin = () => {
    throw new Error('broken')
  }
  await using peer = await SmtpPeer.greeted({ port: server.port })
  expect(await peer.command('MAIL FROM:<ana@lucerne.example>')).toBe(
    '421 4.3.2 Service not available, closing transmission channel',
  )
  expect(server.errors).toMatchObject([{ message: 'A session failed' }])
  server.errors.length = 0
})

test('closes a stalled TLS handshake', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({
    clock,
    connectors: [testConnector({ TlsMode: 'Implicit' })],
  })
  await using peer = await SmtpPeer.connect({ port: server.port })
  await until(() => server.service.sessionCount === 1)
  clock.advance(minute)
  await peer.closed()
  await until(() => server.service.sessionCount === 0)
})

test('closes a handshake that stalls after STARTTLS', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  expect(await peer.command('STARTTLS')).toMatch(/^220/)
  peer.write(Buffer.from([0x16, 3, 1, 2, 0, 1]))
  await delay(20)
  clock.advance(minute)
  await peer.closed()
  await until(() => server.service.sessionCount === 0)
  expect(server.errors).toEqual([])
})

test('waits for a handshake no longer than for any other input', async () => {
  const clock = new FakeClock()
  const connectors = [testConnector({ ConnectionInactivityTimeout: '00:00:10' })]
  await using server = await TestServer.start({ clock, connectors })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  expect(await peer.command('STARTTLS')).toMatch(/^220/)
  await delay(20)
  clock.advance(10 * second)
  await peer.closed()
  await until(() => server.service.sessionCount === 0)
})

test('survives a client that talks before the greeting', async () => {
  await using server = await TestServer.start()
  const socket = connect({ port: server.port, host: '127.0.0.1' })
  socket.write('EHLO early.example\r\nMAIL FROM:<ana@lucerne.example>\r\n')
  const [first] = (await once(socket, 'data')) as [Buffer]
  expect(first.toString()).toMatch(/^(554 5\.5\.0 Improper|220 )/)
  socket.destroy()
})

test('limits connections by source, and gives a place back', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ MaxInboundConnectionPerSource: 1 })],
  })
  const first = await SmtpPeer.connect({ port: server.port })
  expect(await first.reply()).toMatch(/^220/)
  await using second = await SmtpPeer.connect({ port: server.port })
  expect(await second.reply()).toBe(
    '421 4.3.2 The maximum number of concurrent connections has exceeded a limit, closing transmission channel',
  )
  expect(await second.closed()).toBe('')
  await using elsewhere = await SmtpPeer.connect({ port: server.port, from: '127.0.0.7' })
  expect(await elsewhere.reply()).toMatch(/^220/)
  await first[Symbol.asyncDispose]()
  await until(() => server.service.sessionCount === 1)
  await using third = await SmtpPeer.connect({ port: server.port })
  expect(await third.reply()).toMatch(/^220/)
})

test('limits new connections a minute', async () => {
  await using server = await TestServer.start({ maxConnectionRatePerMinute: 1 })
  await using first = await SmtpPeer.connect({ port: server.port })
  expect(await first.reply()).toMatch(/^220/)
  await using second = await SmtpPeer.connect({ port: server.port })
  expect(await second.reply()).toMatch(/^421 4\.3\.2 The maximum connection rate/)
})

test('drains: tells idle clients, lets content end, and refuses new clients', async () => {
  await using server = await TestServer.start()
  await using idle = await SmtpPeer.greeted({ port: server.port })
  await using busy = await inContent(server)
  const drained = server.service.drain(30 * second)
  expect(await idle.reply()).toBe('421 4.3.2 Service not available, closing transmission channel')
  await until(() => server.listeners.length === 0)
  expect(await busy.command('text', '.')).toMatch(/^250 2\.6\.0/)
  expect(await busy.reply()).toMatch(/^421 4\.3\.2/)
  await drained
  expect(server.sink.messages).toHaveLength(1)
})

test('cuts off who is left when the grace is over', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  await using peer = await inContent(server)
  const drained = server.service.drain(10 * second)
  await until(() => server.listeners.length === 0)
  clock.advance(10 * second)
  await drained
  await peer.closed()
  expect(server.sink.aborted).toBe(1)
})

test('never writes credentials to the protocol log', async () => {
  await using server = await TestServer.start({
    connectors: [
      testConnector({
        AuthMechanism: 'BasicAuth',
        PermissionGroups: 'ExchangeUsers',
        ProtocolLoggingLevel: 'Verbose',
      }),
    ],
    users: [testUser({ UserName: 'ana', Password: 'secret' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await peer.command('AUTH CRAM-MD5')
  await peer.command('c2VjcmV0')
  await peer.command('AUTH LOGIN YW5h')
  await peer.command('d3Jvbmc=')
  await peer.command('AUTH PLAIN AGFuYQBzZWNyZXQ=')
  const [, ...lines] = server.log.lines.slice(server.log.lines.indexOf('< AUTH CRAM-MD5|'))
  expect(lines).toEqual([
    '> 504 5.7.4 Unrecognized authentication type|',
    '< <authentication response>|',
    '> 500 5.3.3 Unrecognized command|',
    '< AUTH LOGIN|',
    '> 334 <authentication response>|',
    '* |User Name: ana',
    '* |Inbound AUTH LOGIN failed because of LogonDenied',
    '> 535 5.7.3 Authentication unsuccessful|',
    '< AUTH PLAIN|',
    '* ana|authenticated',
    '* SMTPSubmit SMTPAcceptAnyRecipient BypassAntiSpam AcceptRoutingHeaders|Set Session Permissions',
    '> 235 <authentication response>|',
  ])
})

test.each([
  ['before EHLO', ['AUTH LOGIN', 'YW5h', 'c2VjcmV0']],
  ['after a name that is no base64', ['EHLO a', 'AUTH LOGIN', 'ana!', 'c2VjcmV0']],
  ['after a name that ends in LF alone', ['EHLO a', 'AUTH LOGIN', 'YW5h\n\r\n', 'c2VjcmV0']],
  ['after a name that is too long', ['EHLO a', 'AUTH LOGIN', 'a'.repeat(13_000), 'c2VjcmV0']],
  ['after a cancelled AUTH', ['EHLO a', 'AUTH LOGIN', '*', 'c2VjcmV0']],
  ['after AUTH with too many words', ['EHLO a', 'AUTH PLAIN a b', 'c2VjcmV0']],
  ['in a transaction', ['EHLO a', 'MAIL FROM:<a@a.example>', 'AUTH LOGIN', 'YW5h', 'c2VjcmV0']],
  ['behind a tab', ['EHLO a', 'AUTH PLAIN\tc2VjcmV0']],
  ['in place of the mechanism', ['EHLO a', 'AUTH c2VjcmV0', 'AUTH PLAIN=c2VjcmV0']],
  ['behind AUTH and a mechanism in one word', ['EHLO a', 'AUTHPLAIN c2VjcmV0']],
  ['typed after a wrong password', ['EHLO a', 'AUTH PLAIN AGEAYg==', 'c2VjcmV0']],
  ['alone, with no AUTH before', ['EHLO a', 'c2VjcmV0', 'PASS c2VjcmV0', 'LOGIN ana c2VjcmV0']],
  ['in place of the name', ['EHLO a', 'AUTH LOGIN', 'YzJWamNtVjA=', 'c2VjcmV0']],
  ['in place of the name, at once', ['EHLO a', 'AUTH LOGIN YzJWamNtVjA=', 'c2VjcmV0']],
  ['in place of the name, in PLAIN', ['EHLO a', 'AUTH PLAIN AGMyVmpjbVYwAGFuYQ==']],
  ['behind a blank before AUTH', ['EHLO a', ' AUTH PLAIN c2VjcmV0', 'auth\tc2VjcmV0']],
])('keeps credentials out of the protocol log %s', async (_, lines) => {
  const connector = testConnector({
    ...{ AuthMechanism: 'BasicAuth', PermissionGroups: 'AnonymousUsers, ExchangeUsers' },
    ...{ ProtocolLoggingLevel: 'Verbose', MaxProtocolErrors: 'unlimited' },
  })
  await using server = await TestServer.start({ connectors: [connector] })
  await using peer = await SmtpPeer.connect({ port: server.port })
  await peer.reply()
  for (const line of lines) await peer.command(line)
  expect(server.log.lines.join('\n')).not.toContain('c2VjcmV0')
  await peer.command('NOOP')
  await peer.command('EXPN staff')
  expect(server.log.lines).toContain('< EXPN|')
})

test('writes a session to the protocol log as Exchange does', async () => {
  const clock = new FakeClock('2025-03-04T09:00:00.112Z')
  await using server = await TestServer.start({
    clock,
    connectors: [
      testConnector({ ProtocolLoggingLevel: 'Verbose', AuthMechanism: 'None', Banner: '220 hi' }),
    ],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  await peer.command('MAIL FROM:<ana@lucerne.example> SIZE=2210')
  await peer.command('RCPT TO:<x@elsewhere.example>')
  await peer[Symbol.asyncDispose]()
  await until(() => server.service.sessionCount === 0)
  expect(server.log.lines).toEqual([
    '+ |',
    '* SMTPSubmit SMTPAcceptAnySender SMTPAcceptAuthoritativeDomainSender AcceptRoutingHeaders|Set Session Permissions',
    '> 220 hi|',
    '< EHLO client.example|',
    '> 250  relay.example Hello [127.0.0.1] SIZE 36700160 PIPELINING DSN ENHANCEDSTATUSCODES 8BITMIME CHUNKING SMTPUTF8|',
    '< MAIL FROM:<ana@lucerne.example> SIZE=2210|',
    '* 0000000000000001;2025-03-04T09:00:00.112Z;1|receiving message',
    '> 250 2.1.0 Sender OK|',
    '< RCPT TO:<x@elsewhere.example>|',
    '> 550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain|',
    '- |Remote',
  ])
})
