import { X509Certificate } from 'node:crypto'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import type { Envelope, Recipient } from '../../src/message/envelope.ts'
import type { IncomingMessage, MailTransaction, Principal } from '../../src/message/message-sink.ts'
import { BackEndConnections } from '../../src/proxy/back-end-connections.ts'
import { BackEndSink } from '../../src/proxy/back-end-sink.ts'
import { directDialer } from '../../src/send/dialer.ts'
import { type Reply, replyText } from '../../src/smtp/reply.ts'
import type { KeyPair } from '../../src/tls/certificates.ts'
import { FakeMx, type FakeMxOptions } from '../support/fake-mx.ts'
import { frontEndSession } from '../support/incoming.ts'
import { testKeyPair } from '../support/test-certificate.ts'
import { RecordedProtocolLog } from '../support/recorded-protocol-log.ts'
import { RecordedConnectivityLog } from '../support/recorded-connectivity-log.ts'

let internal: KeyPair
let foreign: KeyPair
beforeAll(async () => {
  internal = await testKeyPair('edge-relay.internal')
  foreign = await testKeyPair('edge-relay.internal')
})

const stack = { current: new AsyncDisposableStack() }
afterEach(async () => {
  await stack.current.disposeAsync()
  stack.current = new AsyncDisposableStack()
})

const capabilities = ['PIPELINING', 'SIZE', 'DSN', '8BITMIME', 'SMTPUTF8', 'CHUNKING']
/** Of a back end whose connector has ChunkingEnabled off. */
const withoutChunking = { capabilities: capabilities.filter((name) => name !== 'CHUNKING') }

const handOver =
  'XPROXYFROM SID=08DD5A1122334401 IP=203.0.113.77 PORT=50122 DOMAIN=mx.lucerne.example SEQNUM=1 PERMS=1 AUTHSRC=Anonymous'

function transaction(
  envelope: Partial<Envelope> = {},
  changes: Partial<Omit<MailTransaction, 'envelope'>> = {},
): MailTransaction {
  return {
    session: frontEndSession,
    envelope: { sender: 'ana@lucerne.example', body: '7BIT', smtpUtf8: false, ...envelope },
    limits: { maxHeaderSize: 65536, maxHopCount: 30, maxLocalHopCount: 8 },
    ...changes,
  }
}

interface SetUp {
  readonly implicit?: boolean
  readonly clock?: Clock
  readonly keepFor?: number
}

async function frontEnd(
  fakeOptions: FakeMxOptions = {},
  { implicit, keepFor, clock = systemClock }: SetUp = {},
) {
  const tls = { key: internal.key, cert: internal.certificate, requestCert: true }
  const fake = await FakeMx.start({ capabilities, tls, ...fakeOptions })
  stack.current.use(fake)
  const { port } = fake
  const log = new RecordedProtocolLog()
  const connectivityLog = new RecordedConnectivityLog()
  const warnings: string[] = []
  const connections = new BackEndConnections({
    dialer: directDialer(clock),
    clock,
    log,
    connectivityLog,
    certificate: internal,
    fqdn: 'mail1.corp.example',
    verbose: () => true,
    ...(keepFor !== undefined && { keepFor }),
  })
  stack.current.use(connections)
  const sink = new BackEndSink({
    connections,
    clock,
    warn: (message) => warnings.push(message),
    target: () => ({
      address: '127.0.0.1',
      port,
      tlsMode: implicit === true ? 'Implicit' : 'StartTls',
    }),
  })
  return { fake, sink, log, connectivityLog, warnings, connections }
}

type Sink = Pick<BackEndSink, 'begin'>

async function open(sink: Sink, mail = transaction()): Promise<IncomingMessage> {
  const message = await sink.begin(mail)
  if ('code' in message) throw new Error(`MAIL was refused: ${replyText(message)}`)
  return message
}

/** Plays a whole session; the first refusal is the answer, as a client with one recipient sees it. */
async function send(sink: Sink, content = 'Subject: x\r\n\r\nhello\r\n', mail = transaction()) {
  const message = await sink.begin(mail)
  if ('code' in message) return replyText(message)
  const refused =
    (await message.addRecipient({ address: 'ben@corp.example' })) ?? (await message.startContent())
  if (refused !== undefined) {
    message.abort()
    return replyText(refused)
  }
  for (let at = 0; at < content.length; at += 4096)
    await message.write(Buffer.from(content.slice(at, at + 4096), 'latin1'))
  return replyText(await message.commit())
}

describe('the front end', () => {
  test('hands session and message through and answers with the words of the back end', async () => {
    const { fake, sink } = await frontEnd({
      answers: {
        content: '250 2.6.0 <a@b> [InternalId=7, Hostname=mail1] Queued mail for delivery',
      },
    })
    expect(await send(sink, 'Subject: x\r\n\r\n.dot\r\n')).toBe(
      '250 2.6.0 <a@b> [InternalId=7, Hostname=mail1] Queued mail for delivery',
    )
    expect(fake.lines).toEqual([
      'EHLO mail1.corp.example',
      'X-ANONYMOUSTLS',
      'EHLO mail1.corp.example',
      handOver,
      'MAIL FROM:<ana@lucerne.example>',
      'RCPT TO:<ben@corp.example>',
      expect.stringMatching(/^BDAT \d+ LAST$/),
    ])
    expect(fake.messages[0]?.content.replace(/\r\n[ \t]+/g, ' ')).toMatch(
      /^Received: from mx\.lucerne\.example \(203\.0\.113\.77\) by mail1\.corp\.example \(192\.0\.2\.25\) with Microsoft SMTP Server id 15\.2\.1\.0 via Frontend Transport; [^\n]*\r\nSubject: x\r\n\r\n\.dot\r\n$/,
    )
  })

  test('sends content by DATA, dots doubled, to a back end without CHUNKING', async () => {
    const { fake, sink } = await frontEnd(withoutChunking)
    expect(await send(sink, 'Subject: x\r\n\r\n.dot\r\n')).toBe('250 2.6.0 Queued')
    expect(fake.lines.at(-1)).toBe('DATA')
    expect(fake.messages[0]?.content).toMatch(/\r\nSubject: x\r\n\r\n\.\.dot\r\n$/)
  })

  test('shows the internal certificate as its own', async () => {
    const { fake, sink } = await frontEnd()
    await send(sink)
    expect(fake.sessions[0]?.clientCertificate).toEqual(
      new X509Certificate(internal.certificate).raw,
    )
  })

  test('begins with TLS towards an implicit listener and hands an account over by XPROXY', async () => {
    const { fake, sink } = await frontEnd({ implicitTls: true }, { implicit: true })
    const principal: Principal = { kind: 'User', userName: 'CORP\\ana', addresses: [] }
    expect(
      await send(sink, 'x', transaction({}, { session: { ...frontEndSession, principal } })),
    ).toBe('250 2.6.0 Queued')
    expect(fake.lines.slice(0, 3)).toEqual([
      'EHLO mail1.corp.example',
      'XPROXY SID=08DD5A1122334401 IP=203.0.113.77 PORT=50122 DOMAIN=mx.lucerne.example PERMS=1 SECID=CORP\\ana',
      'MAIL FROM:<ana@lucerne.example>',
    ])
  })

  test('passes the parameters of MAIL and RCPT on', async () => {
    const { fake, sink } = await frontEnd()
    const message = await open(
      sink,
      transaction(
        { body: '8BITMIME', smtpUtf8: true, returnContent: 'HDRS', envelopeId: 'QQ314+2B' },
        { declaredSize: 2210 },
      ),
    )
    const recipient: Recipient = {
      address: 'ben@corp.example',
      notify: ['SUCCESS', 'DELAY'],
      originalRecipient: 'rfc822;ben+40x.example',
    }
    expect(await message.addRecipient(recipient)).toBeUndefined()
    message.abort()
    expect(fake.lines.slice(-2)).toEqual([
      'MAIL FROM:<ana@lucerne.example> SIZE=2210 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314+2B',
      'RCPT TO:<ben@corp.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;ben+40x.example',
    ])
  })

  test('carries binary content octet by octet in chunks', async () => {
    const { fake, sink } = await frontEnd()
    const content = `a\nb\r\n.\r\nc\rd\0${'\xff\n.'.repeat(5000)}`
    expect(await send(sink, content, transaction({ body: 'BINARYMIME' }))).toBe('250 2.6.0 Queued')
    expect(fake.lines).not.toContain('DATA')
    const [message] = fake.messages
    expect(message?.content.startsWith('Received: from mx.lucerne.example')).toBe(true)
    expect(message?.content.endsWith(`\r\n${content}`)).toBe(true)
    expect(message?.mail).toContain('BODY=BINARYMIME')
  })

  test.each([
    ['with CHUNKING', {}],
    ['without CHUNKING', withoutChunking],
  ])('streams large content by DATA to a back end %s', async (_, options) => {
    const { fake, sink } = await frontEnd(options)
    const content = `Subject: big\r\n\r\n${'0123456789abcdef\r\n'.repeat(60_000)}`
    expect(await send(sink, content)).toBe('250 2.6.0 Queued')
    expect(fake.messages[0]?.content.endsWith(content)).toBe(true)
    expect(fake.lines.at(-1)).toBe('DATA')
  })

  test('logs the session with the back end under the implicit connector', async () => {
    const { sink, log, fake } = await frontEnd()
    await send(sink)
    expect(log.sessions[0]?.options).toMatchObject({
      connectorId: 'Inbound Proxy Internal Send Connector',
      remote: { address: '127.0.0.1', port: fake.port },
      verbose: true,
    })
    expect(log.sessions[0]?.records).toContain(`> ${handOver}`)
  })
})

describe('a refusal of the back end', () => {
  test.each<[string, FakeMxOptions['answers'], string, FakeMxOptions?]>([
    ['the sender', { MAIL: '550 5.7.1 No such luck' }, '550 5.7.1 No such luck'],
    [
      'the sender for now',
      { MAIL: '452 4.3.1 Insufficient system resources' },
      '452 4.3.1 Insufficient system resources',
    ],
    [
      'a recipient',
      { RCPT: '550 5.7.54 SMTP; Unable to relay' },
      '550 5.7.54 SMTP; Unable to relay',
    ],
    [
      'the content beforehand',
      { DATA: '554 5.5.1 No valid recipients' },
      '554 5.5.1 No valid recipients',
      withoutChunking,
    ],
    [
      'the content',
      { content: '552 5.3.4 Message size exceeds' },
      '552 5.3.4 Message size exceeds',
    ],
    ['the content for now', { content: '451 4.3.2 Try later' }, '451 4.3.2 Try later'],
    [
      'the content behind DATA',
      { content: '451 4.3.2 Try later' },
      '451 4.3.2 Try later',
      withoutChunking,
    ],
  ])(
    'of %s is the answer to the client, and the connection goes on',
    async (_, answers = {}, expected, options = {}) => {
      const { fake, sink } = await frontEnd({ ...options, answers })
      expect(await send(sink)).toBe(expected)
      fake.options = { ...fake.options, answers: {} }
      expect(await send(sink)).toBe('250 2.6.0 Queued')
      expect(fake.sessions).toHaveLength(1)
    },
  )

  test('of one recipient leaves the others', async () => {
    const { fake, sink } = await frontEnd({
      answers: {
        RCPT: (line) => (line.includes('no') ? '550 5.1.1 User unknown' : '250 2.1.5 OK'),
      },
    })
    const message = await open(sink)
    const answers: (Reply | undefined)[] = []
    for (const name of ['a', 'no', 'b'])
      answers.push(await message.addRecipient({ address: `${name}@corp.example` }))
    expect(answers.map((answer) => answer && replyText(answer))).toEqual([
      undefined,
      '550 5.1.1 User unknown',
      undefined,
    ])
    await message.startContent()
    await message.write(Buffer.from('x\r\n'))
    expect((await message.commit()).code).toBe(250)
    expect(fake.messages[0]?.recipients).toHaveLength(2)
  })

  test('of DATA for large content is the answer at its end', async () => {
    const { sink, fake } = await frontEnd({ answers: { DATA: '452 4.3.1 No room' } })
    expect(await send(sink, 'x'.repeat(78).concat('\r\n').repeat(2000))).toBe('452 4.3.1 No room')
    fake.options = { ...fake.options, answers: {} }
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.lines).toContain('RSET')
    expect(fake.sessions).toHaveLength(1)
  })

  test('in the middle of the content is the answer at its end', async () => {
    const { sink, fake } = await frontEnd({
      ...withoutChunking,
      midContent: { after: 100_000, answer: '552 5.3.4 Message size exceeds' },
    })
    expect(await send(sink, 'x'.repeat(78).concat('\r\n').repeat(20_000))).toBe(
      '552 5.3.4 Message size exceeds',
    )
    expect(fake.messages).toEqual([])
  })

  test('of a chunk is the answer at the end, and the next message starts afresh', async () => {
    const { fake, sink } = await frontEnd({ answers: { chunk: '552 5.3.4 Too large' } })
    const binary = transaction({ body: 'BINARYMIME' })
    expect(await send(sink, 'x'.repeat(200_000), binary)).toBe('552 5.3.4 Too large')
    expect(fake.lines.filter((line) => line.startsWith('BDAT'))).toHaveLength(1)
    await send(sink)
    expect(fake.lines).toContain('RSET')
  })
})

const wrongCertificate = () => ({
  tls: { key: foreign.key, cert: foreign.certificate, requestCert: true },
})

describe('a back end that is lost', () => {
  test.each<[string, number, () => FakeMxOptions]>([
    [
      'says 421 as greeting',
      1,
      () => ({ answers: { greeting: '421 4.3.2 Service not available' } }),
    ],
    ['closes instead of a greeting', 1, () => ({ answers: { greeting: 'drop' } })],
    [
      'does not know X-ANONYMOUSTLS',
      2,
      () => ({ answers: { 'X-ANONYMOUSTLS': '500 5.3.3 Unrecognized command' } }),
    ],
    ['closes at X-ANONYMOUSTLS', 2, () => ({ answers: { 'X-ANONYMOUSTLS': 'drop' } })],
    ['shows another certificate', 2, wrongCertificate],
    ['closes at EHLO', 3, () => ({ answers: { EHLO: 'drop' } })],
    [
      'refuses the hand-over',
      3,
      () => ({ answers: { XPROXYFROM: '550 5.7.1 Command not allowed' } }),
    ],
    ['closes at the hand-over', 3, () => ({ answers: { XPROXYFROM: 'drop' } })],
    ['closes at MAIL', 4, () => ({ answers: { MAIL: 'drop' } })],
    ['breaks at MAIL', 4, () => ({ answers: { MAIL: 'reset' } })],
    ['closes at RCPT', 4, () => ({ answers: { RCPT: 'drop' } })],
    ['closes at BDAT', 5, () => ({ answers: { BDAT: 'drop' } })],
    ['closes after the last chunk', 5, () => ({ answers: { content: 'drop' } })],
    ['breaks after the last chunk', 5, () => ({ answers: { content: 'reset' } })],
    ['closes at DATA', 5, () => ({ ...withoutChunking, answers: { DATA: 'drop' } })],
    [
      'closes in the content behind DATA',
      5,
      () => ({ ...withoutChunking, midContent: { after: 1, answer: 'drop' } }),
    ],
    ['closes after the final dot', 5, () => ({ ...withoutChunking, answers: { content: 'drop' } })],
  ])('because it %s gives 451 with PRX%i', async (_, digit, options) => {
    const { sink } = await frontEnd(options())
    expect(await send(sink)).toBe(
      `451 4.7.0 Temporary server error. Please try again later. PRX${digit}`,
    )
  })

  test('gives PRX1 while nothing listens, and one warning until it is back', async () => {
    const { fake, sink, warnings } = await frontEnd()
    const { port } = fake
    await fake[Symbol.asyncDispose]()
    const unavailable = '451 4.7.0 Temporary server error. Please try again later. PRX1'
    expect(await send(sink)).toBe(unavailable)
    expect(await send(sink)).toBe(unavailable)
    stack.current.use(await FakeMx.start({ ...fake.options, port }))
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(warnings).toEqual([
      `The Transport service at 127.0.0.1:${port} cannot be used: connect ECONNREFUSED 127.0.0.1:${port}. Clients are answered "${unavailable}" until it can`,
      `The Transport service at 127.0.0.1:${port} is back`,
    ])
  })

  test('stands in the connectivity log', async () => {
    const { fake, sink, connectivityLog } = await frontEnd()
    const { port } = fake
    await fake[Symbol.asyncDispose]()
    await send(sink)
    expect(connectivityLog.records).toEqual([
      [
        expect.stringMatching(/^\+ Undefined /),
        `> Failed connection to 127.0.0.1:${port} (ConnectionRefused:0000274D)[TargetHost:internalproxy]`,
        '-  ()',
      ],
    ])
  })

  test('gives PRX2 towards an implicit listener with another certificate', async () => {
    const { sink } = await frontEnd(
      { ...wrongCertificate(), implicitTls: true },
      { implicit: true },
    )
    expect(await send(sink)).toMatch(/ PRX2$/)
  })

  test('in the middle of a message answers each further command with the same', async () => {
    const { sink } = await frontEnd({ answers: { RCPT: 'drop' } })
    const message = await open(sink)
    const answers = [
      await message.addRecipient({ address: 'a@corp.example' }),
      await message.addRecipient({ address: 'b@corp.example' }),
      await message.startContent(),
    ]
    message.abort()
    expect(answers.map((answer) => answer && replyText(answer))).toEqual(
      Array<string>(3).fill('451 4.7.0 Temporary server error. Please try again later. PRX4'),
    )
  })
})

describe('connections to the back end', () => {
  test('serve one message after the other without RSET', async () => {
    const { fake, sink } = await frontEnd()
    await send(sink)
    await send(sink)
    expect(fake.sessions).toHaveLength(1)
    expect(fake.messages).toHaveLength(2)
    expect(fake.lines).not.toContain('RSET')
  })

  test('hear whose messages come only when that changes', async () => {
    const { fake, sink } = await frontEnd()
    const others = transaction(
      {},
      { session: { ...frontEndSession, sessionId: '08DD5A1122334402' } },
    )
    await send(sink)
    await send(sink)
    await send(sink, 'x\r\n', others)
    await send(sink, 'x\r\n', others)
    await send(sink)
    const told = fake.lines.filter((line) => line.startsWith('XPROXYFROM'))
    expect(told.map((line) => line.slice(0, 31))).toEqual([
      'XPROXYFROM SID=08DD5A1122334401',
      'XPROXYFROM SID=08DD5A1122334402',
      'XPROXYFROM SID=08DD5A1122334401',
    ])
    expect(fake.sessions).toHaveLength(1)
  })

  test('stay with the session that they served before', async () => {
    const { fake, sink } = await frontEnd()
    const sessions = ['08DD5A1122334401', '08DD5A1122334402'].map((sessionId) =>
      transaction({}, { session: { ...frontEndSession, sessionId } }),
    )
    const open = await Promise.all(sessions.map((mail) => sink.begin(mail)))
    for (const message of open) if (!('code' in message)) message.abort()
    for (const mail of [...sessions, ...sessions]) await send(sink, 'x\r\n', mail)
    expect(fake.sessions).toHaveLength(2)
    expect(fake.lines.filter((line) => line.startsWith('XPROXYFROM'))).toHaveLength(2)
  })

  test('are reset where a transaction was left open', async () => {
    const { fake, sink } = await frontEnd()
    const message = await open(sink)
    await message.addRecipient({ address: 'ben@corp.example' })
    message.abort()
    await send(sink)
    await send(sink)
    expect(fake.sessions).toHaveLength(1)
    expect(fake.lines.filter((line) => line === 'RSET')).toHaveLength(1)
    expect(fake.messages).toHaveLength(2)
  })

  test('are left when a client goes away in the middle of content behind DATA', async () => {
    const { fake, sink } = await frontEnd(withoutChunking)
    const message = await open(sink)
    await message.addRecipient({ address: 'ben@corp.example' })
    await message.startContent()
    await message.write(Buffer.from('Subject: half'))
    message.abort()
    await fake.until(() => fake.sessions[0]?.closed === true)
    expect(fake.messages).toEqual([])
  })

  test.each([
    ['in small content', transaction(), 1000],
    ['between chunks', transaction({ body: 'BINARYMIME' }), 100_000],
  ])('are reset when a client goes away %s', async (_, mail, size) => {
    const { fake, sink } = await frontEnd()
    const message = await open(sink, mail)
    await message.addRecipient({ address: 'ben@corp.example' })
    await message.startContent()
    await message.write(Buffer.alloc(size, 'x'))
    message.abort()
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.lines).toContain('RSET')
    expect(fake.messages).toHaveLength(1)
    expect(fake.sessions).toHaveLength(1)
  })

  test.each(['XPROXYFROM', 'MAIL'])(
    'that went stale are replaced unseen, even when they break only at %s',
    async (verb) => {
      const { fake, sink } = await frontEnd()
      await send(sink)
      const other = transaction(
        {},
        { session: { ...frontEndSession, sessionId: '08DD5A1122334402' } },
      )
      const [first] = fake.sessions
      fake.options = {
        ...fake.options,
        answers: { [verb]: (_, at) => (at === first ? 'drop' : '250 2.0.0 OK') },
      }
      expect(await send(sink, 'x\r\n', other)).toBe('250 2.6.0 Queued')
      expect(fake.sessions).toHaveLength(2)
      expect(fake.messages).toHaveLength(2)
    },
  )

  test('that the back end ended meanwhile are not used', async () => {
    const { fake, sink } = await frontEnd()
    await send(sink)
    const last = await open(sink)
    fake.options = { ...fake.options, answers: { RSET: 'drop' } }
    last.abort()
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.sessions).toHaveLength(2)
  })

  test('have three lines in the connectivity log, and one id in both logs', async () => {
    const { sink, log, connectivityLog, connections } = await frontEnd()
    await send(sink, 'x'.repeat(1000))
    await send(sink, 'x'.repeat(2000))
    await connections.close()
    const [only, ...others] = connectivityLog.sessions
    expect(others).toEqual([])
    expect(only?.destination).toBe('internalproxy')
    expect(only?.records).toEqual([
      '+ Undefined Inbound Proxy Internal Send Connector;Starting outbound connection for inbound session 08DD5A1122334401',
      '> Established connection to 127.0.0.1',
      expect.stringMatching(/^- 1[12]\d\d\/1 2[12]\d\d\/1 \(\)$/),
    ])
    expect(log.sessions[0]?.options.id).toBe(only?.id)
  })

  test('are closed with QUIT after some idle seconds', async () => {
    const { fake, sink } = await frontEnd({}, { keepFor: 20 })
    await send(sink)
    await fake.until(() => fake.sessions[0]?.closed === true)
    expect(fake.lines.at(-1)).toBe('QUIT')
  })

  test('are not used for long, so that no ConnectionTimeout ends a message', async () => {
    let passed = 0
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + passed }
    const { fake, sink } = await frontEnd({}, { clock })
    await send(sink)
    passed = 61_000
    await send(sink)
    expect(fake.sessions).toHaveLength(2)
  })

  test('are closed with QUIT when the service stops, and none is kept afterwards', async () => {
    const { fake, sink, connections } = await frontEnd()
    await send(sink)
    await connections.close()
    expect(fake.lines.at(-1)).toBe('QUIT')
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    await fake.until(() => fake.sessions[1]?.closed === true)
  })

  test('are as many as there are messages at once', async () => {
    const { fake, sink } = await frontEnd()
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(sink)))
    expect(new Set(answers)).toEqual(new Set(['250 2.6.0 Queued']))
    expect(fake.sessions).toHaveLength(8)
    expect(fake.messages).toHaveLength(8)
  })

  test('speak in turn with a back end that does not pipeline', async () => {
    const { fake, sink } = await frontEnd({ capabilities: [] })
    expect(await send(sink)).toBe('250 2.6.0 Queued')
    expect(fake.messages).toHaveLength(1)
  })
})
