import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { SecuredConnection } from '../../../../src/receive/session/session-transport.ts'
import { serviceNotAvailable } from '../../../../src/smtp/replies.ts'
import { NotingSession } from '../../../support/noting-session.ts'
import { testKeyPair } from '../../../support/test-certificate.ts'

test('cuts off a client whose octets came before the greeting', async () => {
  const noting = new NotingSession()
  const { written, notes } = noting
  const opening = noting.open()
  noting.send('EHLO early.example\r\n')
  await opening
  expect(written).toEqual(['554 5.5.0 Improper use of SMTP command pipelining\r\n'])
  expect(notes).toEqual(['close'])
})

test('sends the replies to pipelined commands in one piece and then asks for more', async () => {
  const noting = await NotingSession.greeted()
  const { written, notes } = noting
  noting.send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<b@contoso.example>\r\nDATA\r\n')
  expect(written).toEqual([
    '250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n354 Start mail input; end with <CRLF>.<CRLF>\r\n',
  ])
  expect(notes).toEqual(['more'])
})

test('takes no more input from a client that does not read', async () => {
  const noting = await NotingSession.greeted()
  const { session, written, notes, clock } = noting
  noting.clientReads = false
  noting.send('NOOP\r\n')
  expect(written).toEqual(['250 2.0.0 OK\r\n'])
  expect(notes).toEqual([])
  session.drained()
  expect(notes).toEqual(['more'])
  noting.send('NOOP\r\n')
  clock.advance(5 * 60_000)
  expect(notes).toEqual(['more', 'destroy'])
})

test('ends after one idle verb too many has been an error too often', async () => {
  const noting = await NotingSession.greeted({ MaxProtocolErrors: 3 })
  const { written } = noting
  await noting.sendAndWait(Buffer.from('NOOP\r\n'.repeat(110)))
  expect(written.join('').match(/^250/gm)).toHaveLength(102)
  expect(written.join('')).toMatch(/421 4\.7\.0 Too many errors[^\n]*\n$/)
})

test('forgets input behind STARTTLS and takes nothing before the handshake ends', async () => {
  const noting = await NotingSession.greeted()
  const { session, written, notes } = noting
  noting.send('STARTTLS\r\nMAIL FROM:<evil@lucerne.example>\r\n')
  expect(notes).toEqual(['start TLS Public'])
  expect(written).toEqual(['220 2.0.0 SMTP server ready\r\n'])
  session.closed('Remote')
  expect(notes.at(-1)).toBe('closed')
})

test('leaves no timer behind', async () => {
  const noting = await NotingSession.greeted({ TarpitInterval: '00:00:05' })
  const { session, clock } = noting
  noting.send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<x@elsewhere.example>\r\n')
  expect(clock.timers).toBe(2)
  session.closed('Remote')
  expect(clock.timers).toBe(0)
})

test('aborts the message of a client that leaves during a tarpit', async () => {
  const noting = await NotingSession.greeted({ TarpitInterval: '00:00:05' })
  const { session, sink } = noting
  noting.send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<x@elsewhere.example>\r\n')
  session.closed('Remote')
  expect(sink.aborted).toBe(1)
})

test('aborts a message only after the call that is under way', async () => {
  const noting = await NotingSession.greeted()
  const { session, sink } = noting
  const pending = Promise.withResolvers<undefined>()
  sink.onRecipient = () => pending.promise
  noting.send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<b@contoso.example>\r\n')
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
    const noting = await NotingSession.greeted()
    const { sink, written, notes } = noting
    sink[hook] = breaking
    noting.send('MAIL FROM:<a@lucerne.example>\r\nRCPT TO:<b@contoso.example>\r\nDATA\r\n')
    noting.send('text\r\n.\r\n')
    await turn()
    expect(written.join('')).toMatch(/421 4\.3\.2 Service not available[^\n]*\n$/)
    expect(notes).toContain('fault Error: broken')
  }
})

test('ends a session whose time ran out during the handshake', async () => {
  const noting = await NotingSession.greeted({
    ...{ ConnectionTimeout: '00:01:00', ConnectionInactivityTimeout: '00:00:50' },
  })
  const { session, clock, written, notes } = noting
  clock.advance(40_000)
  noting.send('STARTTLS\r\n')
  clock.advance(30_000)
  expect(notes).toEqual(['start TLS Public'])
  session.secured(await securedConnection())
  expect(written.at(-1)).toMatch(/^421 4\.4\.1 Connection timed out/)
  expect(notes.at(-1)).toBe('close')
})

test('tells a client that waited in a tarpit that the service stops', async () => {
  const noting = await NotingSession.greeted({ AuthMechanism: 'Tls', TarpitInterval: '00:00:05' })
  const { session, clock, written, notes } = noting
  noting.send('AUTH LOGIN\r\n')
  session.drain()
  expect(written).toEqual([])
  clock.advance(5_000)
  expect(written.join('')).toMatch(/^504 5\.7\.4 [^\n]*\n421 4\.3\.2 Service not available/)
  expect(notes.at(-1)).toBe('close')
})

test('hangs up after a 421 of the sink, whatever was asked', async () => {
  for (const hook of ['onBegin', 'onRecipient', 'onContent', 'onCommit'] as const) {
    const noting = await NotingSession.greeted()
    const { sink, written, notes } = noting
    sink[hook] = () => Promise.resolve(serviceNotAvailable)
    for (const line of [
      'MAIL FROM:<a@lucerne.example>',
      'RCPT TO:<b@contoso.example>',
      'DATA',
      '.',
    ]) {
      noting.send(`${line}\r\n`)
      await turn()
    }
    expect(written.join('')).toMatch(/421 4\.3\.2 Service not available[^\n]*\n$/)
    expect(notes).toContain('close')
  }
})

async function securedConnection(): Promise<SecuredConnection> {
  const certificate = await testKeyPair('relay.example')
  return { tls: { version: 'TLS1_3', cipher: 'TLS_AES_256_GCM_SHA384' }, certificate }
}
