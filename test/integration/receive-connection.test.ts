import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { minute, second } from '../../src/base/time-span.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { TestServer, testConnector } from '../support/receiving-server.ts'
import { SmtpPeer } from '../support/smtp-peer.ts'
import { until } from '../support/until.ts'

/** A client that keeps its side open when the server closes. */
async function stayingPeer(server: TestServer): Promise<SmtpPeer> {
  const peer = await SmtpPeer.greeted({ port: server.port })
  peer.socket.allowHalfOpen = true
  return peer
}

/** A server whose commits wait, and a client that is waiting for one. */
async function committing() {
  const server = await TestServer.start()
  const commit = Promise.withResolvers<undefined>()
  let commits = 0
  server.sink.onCommit = () => {
    commits++
    return commit.promise
  }
  const peer = await stayingPeer(server)
  await peer.command('MAIL FROM:<ana@lucerne.example>')
  await peer.command('RCPT TO:<ben@contoso.example>')
  await peer.command('DATA')
  peer.write('text\r\n.\r\n')
  await until(() => commits === 1)
  return { server, peer, finish: () => commit.resolve(undefined) }
}

test('hangs up behind the answer to QUIT without waiting for the client to leave', async () => {
  await using server = await TestServer.start({ clock: new FakeClock() })
  await using peer = await stayingPeer(server)
  peer.write('MAIL FROM:<ana@lucerne.example>\r\nQUIT\r\n')
  expect(await peer.reply()).toBe('250 2.1.0 Sender OK')
  expect(await peer.reply()).toBe('221 2.0.0 Service closing transmission channel')
  expect(await peer.closed()).toBe('')
  await until(() => server.service.sessionCount === 0)
  expect(server.sink.aborted).toBe(1)
})

test('hangs up behind the answer to QUIT over TLS', async () => {
  await using server = await TestServer.start()
  await using peer = await SmtpPeer.greeted({ port: server.port })
  const socket = await peer.startTls()
  expect(await peer.command('QUIT')).toMatch(/^221 2\.0\.0/)
  await once(socket, 'close')
  expect(peer.error).toBeUndefined()
  await until(() => server.service.sessionCount === 0)
})

test('gives a client whose session it ends some seconds to leave', async () => {
  const clock = new FakeClock()
  await using server = await TestServer.start({ clock })
  await using peer = await stayingPeer(server)
  clock.advance(5 * minute)
  expect(await peer.reply()).toMatch(/^451 4\.7\.0/)
  expect(await peer.closed()).toBe('')
  // What it still says is read and dropped, so that no reset overtakes the answer.
  peer.write('NOOP\r\n')
  await delay(20)
  expect(peer.error).toBeUndefined()
  expect(server.service.sessionCount).toBe(1)
  clock.advance(5 * second)
  await until(() => server.service.sessionCount === 0)
})

test('answers what comes during a commit in its order, and a client that then ends its side', async () => {
  const { server, peer, finish } = await committing()
  await using _server = server
  await using _peer = peer
  peer.write('NOOP\r\n')
  await delay(20)
  peer.write('VRFY ben\r\n')
  peer.socket.end()
  await delay(20)
  expect(server.service.sessionCount).toBe(1)
  finish()
  expect(await peer.reply()).toMatch(/^250 2\.6\.0/)
  expect(await peer.reply()).toBe('250 2.0.0 OK')
  expect(await peer.reply()).toBe('252 2.1.5 Cannot VRFY user')
  expect(await peer.closed()).toBe('')
  await until(() => server.service.sessionCount === 0)
})

test('stops reading from a client that talks on while its message is committed', async () => {
  const { server, peer, finish } = await committing()
  await using _server = server
  await using _peer = peer
  // More than the kernel's buffers hold.
  peer.write('NOOP\r\n'.repeat(4_000_000))
  await delay(200)
  expect(peer.socket.writableLength).toBeGreaterThan(0)
  finish()
  expect(await peer.reply()).toMatch(/^250 2\.6\.0/)
  expect(await peer.reply()).toBe('250 2.0.0 OK')
})

test('tells how a failed handshake ended', async () => {
  await using server = await TestServer.start({
    connectors: [testConnector({ ProtocolLoggingLevel: 'Verbose' })],
  })
  await using peer = await SmtpPeer.greeted({ port: server.port })
  expect(await peer.command('STARTTLS')).toMatch(/^220/)
  peer.write('this is no handshake\r\n')
  await peer.closed()
  await until(() => server.service.sessionCount === 0)
  expect(server.log.lines.at(-1)).toBe('- |Remote(SocketError)')
  expect(server.log.lines.at(-2)).toMatch(/^\* \|.*(wrong version|http request|packet|record)/i)
  expect(server.errors).toEqual([])
})
