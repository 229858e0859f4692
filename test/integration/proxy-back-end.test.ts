import { X509Certificate } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Recipient } from '../../src/message/envelope.ts'
import type { Principal } from '../../src/message/message-sink.ts'
import { type Reply, replyText } from '../../src/smtp/reply.ts'
import { FakeMx, type FakeMxOptions } from '../support/fake-mx.ts'
import {
  frontEnd,
  handOver,
  internal,
  send,
  transaction,
  withoutChunking,
} from '../support/front-end.ts'
import { beginMessage, frontEndSession } from '../support/incoming.ts'
import { testKeyPair } from '../support/test-certificate.ts'

const foreign = await testKeyPair('edge-relay.internal')

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
      'XPROXY SID=08DD5A1122334401 IP=203.0.113.77 PORT=50122 DOMAIN=mx.lucerne.example PERMS=1 SECID=CORP\\ana LIMITS=65536,31,9',
      'MAIL FROM:<ana@lucerne.example>',
    ])
  })

  test('passes the parameters of MAIL and RCPT on', async () => {
    const { fake, sink } = await frontEnd()
    const message = await beginMessage(
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
    const message = await beginMessage(sink, transaction())
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
    await using _again = await FakeMx.start({ ...fake.options, port })
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
    const message = await beginMessage(sink, transaction())
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
