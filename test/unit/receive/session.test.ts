import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { MessageRates } from '../../../src/receive/message-rates.ts'
import { SessionLog } from '../../../src/receive/session-log.ts'
import type { SessionTransport } from '../../../src/receive/session-transport.ts'
import { ReceiveSession } from '../../../src/receive/session.ts'
import { UserDirectory } from '../../../src/receive/user-directory.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { RecordingSink } from '../../support/recording-sink.ts'
import { RecordingLog, testConnector, testDomains } from '../../support/receiving-server.ts'

/** A session on a transport that only takes notes. */
function start(settings: Readonly<Record<string, unknown>> = {}) {
  const clock = new FakeClock()
  const sink = new RecordingSink()
  const written: string[] = []
  const notes: string[] = []
  const peer = { reads: true }
  const transport: SessionTransport = {
    local: { address: '192.0.2.25', port: 25 },
    remote: { address: '203.0.113.7', port: 50_122 },
    write: (octets) => {
      written.push(octets)
      return peer.reads
    },
    startTls: (use) => notes.push(`start TLS ${use}`),
    close: () => notes.push('close'),
    destroy: () => notes.push('destroy'),
    detach: () => {
      throw new Error('not a tunnel')
    },
  }
  const connector = testConnector({ Banner: '220 hi', ...settings })
  const session = new ReceiveSession({
    transport,
    connector,
    log: new SessionLog(new RecordingLog().session(), false, clock.now()),
    tlsAvailable: true,
    services: {
      fqdn: 'relay.example',
      serverName: 'EDGE01',
      users: new UserDirectory(new LiveValue([]), clock),
      acceptedDomains: testDomains,
      sink,
      rates: new MessageRates(clock),
      clock,
      isInternalCertificate: () => false,
    },
    faulted: (error) => notes.push(`fault ${String(error)}`),
    closed: () => notes.push('closed'),
  })
  const send = (text: string) => session.received(Buffer.from(text), () => notes.push('more'))
  return { session, clock, sink, written, notes, peer, send }
}

async function greeted(settings: Readonly<Record<string, unknown>> = {}) {
  const all = start(settings)
  all.session.opened()
  await turn()
  await turn()
  all.send('HELO client.example\r\n')
  all.written.length = 0
  all.notes.length = 0
  return all
}

test('cuts off a client whose octets came before the greeting', async () => {
  const { session, send, written, notes } = start()
  session.opened()
  send('EHLO early.example\r\n')
  await turn()
  await turn()
  expect(written).toEqual(['554 5.5.0 Improper use of SMTP command pipelining\r\n'])
  expect(notes).toEqual(['close'])
})

test('sends the replies to pipelined commands in one piece and then asks for more', async () => {
  const { send, written, notes } = await greeted()
  send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<b@contoso.example>\r\nDATA\r\n')
  expect(written).toEqual([
    '250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n354 Start mail input; end with <CRLF>.<CRLF>\r\n',
  ])
  expect(notes).toEqual(['more'])
})

test('takes no more input from a client that does not read', async () => {
  const { session, send, written, notes, peer, clock } = await greeted()
  peer.reads = false
  send('NOOP\r\n')
  expect(written).toEqual(['250 2.0.0 OK\r\n'])
  expect(notes).toEqual([])
  session.drained()
  expect(notes).toEqual(['more'])
  send('NOOP\r\n')
  clock.advance(5 * 60_000)
  expect(notes).toEqual(['more', 'destroy'])
})

test('ends after one idle verb too many has been an error too often', async () => {
  const { send, written } = await greeted({ MaxProtocolErrors: 3 })
  for (let count = 0; count < 110; count++) send('NOOP\r\n')
  expect(written.filter((text) => text.startsWith('250'))).toHaveLength(102)
  expect(written.at(-1)).toMatch(/^421 4\.7\.0 Too many errors/)
})

test('forgets input behind STARTTLS and takes nothing before the handshake ends', async () => {
  const { session, send, written, notes } = await greeted()
  send('STARTTLS\r\nMAIL FROM:<evil@lucerne.example>\r\n')
  expect(notes).toEqual(['start TLS Public'])
  expect(written).toEqual(['220 2.0.0 SMTP server ready\r\n'])
  session.closed('Remote')
  expect(notes.at(-1)).toBe('closed')
})

test('leaves no timer behind', async () => {
  const { session, send, clock } = await greeted({ TarpitInterval: '00:00:05' })
  send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<x@elsewhere.example>\r\n')
  expect(clock.timers).toBe(2)
  session.closed('Remote')
  expect(clock.timers).toBe(0)
})

test('aborts the message of a client that leaves during a tarpit', async () => {
  const { session, send, sink } = await greeted({ TarpitInterval: '00:00:05' })
  send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<x@elsewhere.example>\r\n')
  session.closed('Remote')
  expect(sink.aborted).toBe(1)
})

test('aborts a message only after the call that is under way', async () => {
  const { session, send, sink } = await greeted()
  const pending = Promise.withResolvers<undefined>()
  sink.onRecipient = () => pending.promise
  send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<b@contoso.example>\r\n')
  session.closed('Remote')
  expect(sink.aborted).toBe(0)
  pending.resolve(undefined)
  await turn()
  expect(sink.aborted).toBe(1)
})

test('survives a sink that breaks its contract, wherever it throws', async () => {
  const breaking = () => {
    throw new Error('broken')
  }
  for (const hook of ['onBegin', 'onRecipient', 'onContent', 'onWrite', 'onCommit'] as const) {
    const { send, sink, written, notes } = await greeted()
    sink[hook] = breaking
    send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<b@contoso.example>\r\nDATA\r\n')
    send('text\r\n.\r\n')
    await turn()
    expect(written.join('')).toMatch(/421 4\.3\.2 Service not available[^\n]*\n$/)
    expect(notes).toContain('fault Error: broken')
  }
})
