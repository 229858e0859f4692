import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { ProtocolEvent, ProtocolSession } from '../../src/logs/protocol-log.ts'
import { ClientFailure } from '../../src/deliver/smtp/client-failure.ts'
import { defaultClientTimeouts } from '../../src/deliver/smtp/client-timeouts.ts'
import { SmtpClient } from '../../src/deliver/smtp/smtp-client.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { testCertificate } from '../support/test-certificate.ts'

class RecordedSession implements ProtocolSession {
  readonly id = '08DE000000000001'
  readonly records: string[] = []
  record(event: ProtocolEvent, data: string, context = ''): void {
    this.records.push(`${event},${data},${context}`)
  }
}

async function dial(fake: FakeMx, timeouts = {}) {
  const socket = connect(fake.port, '127.0.0.1')
  await once(socket, 'connect')
  const log = new RecordedSession()
  const client = await SmtpClient.open(socket, {
    clock: systemClock,
    log,
    timeouts: { ...defaultClientTimeouts, ...timeouts },
  })
  return { client, log, socket }
}

async function failureOf(promise: Promise<unknown>): Promise<ClientFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof ClientFailure) return error
  throw new Error('no ClientFailure', { cause: error })
}

describe('a session as client', () => {
  test('sends a message and logs each line, content apart', async () => {
    await using fake = await FakeMx.start({ capabilities: ['PIPELINING', 'SIZE 1000'] })
    const { client, log } = await dial(fake)
    expect(client.greeting.code).toBe(220)
    await client.hello('edge.example')
    expect(client.capabilities.get('SIZE')).toBe('1000')
    const replies = await client.pipeline(['MAIL FROM:<a@b.test>', 'RCPT TO:<c@d.test>', 'DATA'])
    expect(replies.map(({ code }) => code)).toEqual([250, 250, 354])
    const pieces = [Buffer.from('Subject: x\r\n\r\n.dot\n'), Buffer.from('end')]
    expect((await client.writeContent((index) => pieces[index])).code).toBe(250)
    await client.quit()
    expect(fake.messages[0]?.content).toBe('Subject: x\r\n\r\n..dot\r\nend\r\n')
    expect(log.records).toEqual([
      '+,,',
      '<,220 fake.example ESMTP,',
      '>,EHLO edge.example,',
      '<,250-fake.example,',
      '<,250-PIPELINING,',
      '<,250 SIZE 1000,',
      '>,MAIL FROM:<a@b.test>,',
      '>,RCPT TO:<c@d.test>,',
      '>,DATA,',
      '<,250 2.1.0 Sender OK,',
      '<,250 2.1.5 Recipient OK,',
      '<,354 Go on,',
      '<,250 2.6.0 Queued,',
      '>,QUIT,',
      '<,221 2.0.0 Bye,',
      '-,,Local',
    ])
  })

  test('falls back to HELO when EHLO is refused for good', async () => {
    await using fake = await FakeMx.start({ answers: { EHLO: '500 What?' } })
    const { client } = await dial(fake)
    expect((await client.hello('edge.example')).code).toBe(250)
    expect(fake.lines).toEqual(['EHLO edge.example', 'HELO edge.example'])
    expect(client.capabilities.size).toBe(0)
    client.destroy()
  })

  test('encrypts the session and tells the facts', async () => {
    const tls = await testCertificate(['fake.example'])
    await using fake = await FakeMx.start({ tls })
    const { client, log } = await dial(fake)
    await client.hello('edge.example')
    expect((await client.startTls({ servername: 'fake.example' })).code).toBe(220)
    expect(client.capabilities.size).toBe(0)
    expect(client.tls).toMatchObject({ version: 'TLS1_3', trusted: false })
    expect((await client.hello('edge.example')).code).toBe(250)
    expect(client.capabilities.has('STARTTLS')).toBe(false)
    expect(log.records.some((line) => line.includes('CN=fake.example'))).toBe(true)
    await client.quit()
  })

  test('refuses data sent between the reply to STARTTLS and TLS', async () => {
    await using fake = await FakeMx.start({
      capabilities: ['STARTTLS'],
      answers: { STARTTLS: '220 Go ahead\r\n250 injected' },
    })
    const { client } = await dial(fake)
    await client.hello('edge.example')
    expect(await failureOf(client.startTls({}))).toMatchObject({ kind: 'protocol' })
  })

  test('tells a failed handshake', async () => {
    await using fake = await FakeMx.start({
      capabilities: ['STARTTLS'],
      answers: { STARTTLS: '220 Go ahead' },
    })
    const { client } = await dial(fake)
    await client.hello('edge.example')
    const starting = failureOf(client.startTls({}))
    await fake.until(() => fake.lines.includes('STARTTLS'))
    await fake[Symbol.asyncDispose]()
    expect(await starting).toMatchObject({ stage: 'tls', kind: 'tls' })
  })

  test.each(['LOGIN', 'PLAIN'])(
    'logs on by AUTH %s without a trace in the log',
    async (offered) => {
      const answers = {
        AUTH: (line: string) => (line === 'AUTH LOGIN' ? '334 VXNlcm5hbWU6' : '235 2.7.0 OK'),
        [b64('relay')]: '334 UGFzc3dvcmQ6',
        [b64('s3cret')]: '235 2.7.0 OK',
      }
      const upper = Object.fromEntries(
        Object.entries(answers).map(([verb, answer]) => [verb.toUpperCase(), answer]),
      )
      await using fake = await FakeMx.start({
        capabilities: [`AUTH ${offered}`],
        answers: upper,
      })
      const { client, log } = await dial(fake)
      await client.hello('edge.example')
      const answer = await client.authenticate({ userName: 'relay', password: 's3cret' })
      expect(answer.code).toBe(235)
      const text = log.records.join('\n')
      expect(text).not.toContain(b64('s3cret'))
      expect(text).not.toContain(b64('\0relay\0s3cret'))
      expect(text).toContain('<,235 <authentication response>')
      client.destroy()
    },
  )

  test('says how far a pipeline came when the peer drops', async () => {
    await using fake = await FakeMx.start({
      answers: { RCPT: (line) => (line.includes('second') ? 'drop' : '550 5.1.1 No') },
    })
    const { client } = await dial(fake)
    await client.hello('edge.example')
    const lines = ['MAIL FROM:<>', 'RCPT TO:<first@d.test>', 'RCPT TO:<second@d.test>', 'DATA']
    const failure = await failureOf(client.pipeline(lines))
    expect(failure).toMatchObject({ stage: 'rcpt', kind: 'closed', inDoubt: false })
    expect(failure.replies.map(({ code }) => code)).toEqual([250, 550])
  })

  test('is in doubt when the peer vanishes after the final dot', async () => {
    await using fake = await FakeMx.start({ answers: { content: 'drop' } })
    const { client } = await dial(fake)
    await client.hello('edge.example')
    await client.pipeline(['MAIL FROM:<>', 'RCPT TO:<a@d.test>', 'DATA'])
    const failure = await failureOf(client.writeContent((at) => [Buffer.from('hi\r\n')][at]))
    expect(failure).toMatchObject({ stage: 'final-dot', kind: 'closed', inDoubt: true })
  })

  test('stops sending when the content is refused half-way', async () => {
    await using fake = await FakeMx.start({
      midContent: { after: 100_000, answer: '552 5.3.4 Too big' },
    })
    const { client } = await dial(fake)
    await client.hello('edge.example')
    await client.pipeline(['MAIL FROM:<>', 'RCPT TO:<a@d.test>', 'DATA'])
    const piece = Buffer.alloc(65_536, 'x')
    let sent = 0
    const answer = await client.writeContent((index) => {
      sent = index
      return index < 2000 ? piece : undefined
    })
    expect(answer).toMatchObject({ code: 552, enhanced: '5.3.4' })
    expect(sent).toBeLessThan(2000)
    expect(client.usable).toBe(false)
  })

  test('gives up on a reply without end', async () => {
    await using fake = await FakeMx.start({ answers: { EHLO: 'endless' } })
    const { client } = await dial(fake)
    expect(await failureOf(client.hello('edge.example'))).toMatchObject({
      stage: 'hello',
      kind: 'protocol',
    })
  })

  test('gives up on a silent peer after the time for the stage', async () => {
    await using fake = await FakeMx.start({ answers: { greeting: 'hang' } })
    const failure = await failureOf(dial(fake, { greeting: 30 }))
    expect(failure).toMatchObject({ stage: 'greeting', kind: 'timeout' })
  })

  test('is not usable once the peer said 421 unasked', async () => {
    await using fake = await FakeMx.start({ answers: { NOOP: '250 ok\r\n421 Bored' } })
    const { client, socket } = await dial(fake)
    const closed = once(socket, 'close')
    await client.command('NOOP')
    await fake[Symbol.asyncDispose]()
    await closed
    expect(client.usable).toBe(false)
    expect(await failureOf(client.command('NOOP'))).toMatchObject({ kind: 'closed' })
  })

  test('throws before a line with CR or LF reaches the wire', async () => {
    await using fake = await FakeMx.start({})
    const { client } = await dial(fake)
    expect(() => client.pipeline(['MAIL FROM:<a@b>\r\nRCPT TO:<c@d>'])).toThrow(RangeError)
    await client.quit()
    expect(fake.lines).toEqual(['QUIT'])
  })
})

function b64(text: string): string {
  return Buffer.from(text).toString('base64')
}
