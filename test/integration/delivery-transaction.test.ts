import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { type Dialer, directDialer } from '../../src/deliver/smtp/dialer.ts'
import {
  type BenchOptions,
  deliveryBench,
  dnsQueue,
  MemoryLane,
  testCopy,
} from '../support/delivery-bench.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { FakeMx, type FakeMxOptions } from '../support/fake-mx.ts'

const never = new AbortController().signal
const zones = { 'good.test': { a: ['127.0.0.1'] } }

/** A message with fields of every guarded family. */
const guarded =
  'Received: from a by b; now\r\nX-MS-Exchange-Organization-SCL: 0\r\nX-MS-Exchange-Forest-A: b\r\nSubject: x\r\n\r\nbody\r\n'

type Copies = readonly Parameters<typeof testCopy>[]

/** Delivers copies to one fake MX and tells what came of it. */
async function deliver(
  options: FakeMxOptions,
  copies: Copies = [[['a@good.test', 'b@good.test', 'c@good.test']]],
  bench: BenchOptions = {},
) {
  await using fake = await FakeMx.start(options)
  const connector = { Port: fake.port, ...bench.connector }
  await using whole = deliveryBench({ zones, ...bench, connector })
  const { delivery } = whole
  const lane = new MemoryLane(
    dnsQueue('good.test'),
    copies.map((one) => testCopy(...one)),
  )
  const result = await delivery.serve(lane, never)
  return { fake, lane, result }
}

const everything = ['PIPELINING', 'SIZE 1000000', '8BITMIME', 'SMTPUTF8', 'DSN']
const pipelining = ['PIPELINING']

describe.each([
  ['with pipelining', pipelining],
  ['without pipelining', []],
])('a transaction %s', (_, capabilities) => {
  test('gives each recipient the reply that was meant for it', async () => {
    const answers = {
      RCPT: (line: string) => {
        if (line.includes('b@')) return '450 4.2.1 Later'
        return line.includes('c@') ? '550 5.1.1 User unknown' : '250 2.1.5 OK'
      },
    }
    const { lane, result, fake } = await deliver({ capabilities, answers })
    expect(result).toEqual({ kind: 'served' })
    expect(lane.results.toSorted()).toEqual([
      'delivered a@good.test 250 2.6.0 Queued',
      'failed c@good.test 550 5.1.1 User unknown',
      'retry b@good.test 450 4.2.1 Later',
    ])
    expect(fake.messages[0]?.recipients).toEqual(['RCPT TO:<a@good.test>'])
  })

  test.each([
    ['MAIL', '550 5.7.1 Not you', 'failed'],
    ['MAIL', '451 4.7.1 Greylisted', 'retry'],
    ['MAIL', '334 What?', 'retry'],
    ['RCPT', '550 5.1.1 No', 'failed'],
    ['RCPT', '334 What?', 'retry'],
    ['DATA', '554 5.6.0 No', 'failed'],
    ['DATA', '451 4.3.0 Not now', 'retry'],
    ['DATA', '250 What?', 'retry'],
    ['content', '554 5.7.1 Spam', 'failed'],
    ['content', '452 4.3.1 Full', 'retry'],
  ])('takes %s %s as %s', async (verb, answer, outcome) => {
    const { lane } = await deliver({ capabilities, answers: { [verb]: answer } })
    expect(lane.results).toEqual(
      ['a', 'b', 'c'].map((name) => `${outcome} ${name}@good.test ${answer}`),
    )
  })

  test('sends the next message on the same session after a refused one', async () => {
    const answers = {
      RCPT: (line: string) => (line.includes('bad@') ? '550 5.1.1 No' : '250 2.1.5 OK'),
    }
    const copies: Copies = [[['bad@good.test']], [['a@good.test']]]
    const { lane, fake } = await deliver({ capabilities, answers }, copies)
    expect(lane.results).toEqual([
      'failed bad@good.test 550 5.1.1 No',
      'delivered a@good.test 250 2.6.0 Queued',
    ])
    expect(fake.sessions).toHaveLength(1)
    expect(fake.lines.filter((line) => line === 'RSET')).toHaveLength(1)
  })

  test('sends the recipients beyond the peer’s limit in the same session', async () => {
    let inTransaction = 0
    const answers = {
      MAIL: () => {
        inTransaction = 0
        return '250 2.1.0 OK'
      },
      RCPT: () => (++inTransaction > 2 ? '452 4.5.3 Too many recipients' : '250 2.1.5 OK'),
    }
    const { lane, fake } = await deliver({ capabilities, answers })
    expect(lane.results).toHaveLength(3)
    expect(lane.results.every((line) => line.startsWith('delivered'))).toBe(true)
    expect(fake.sessions).toHaveLength(1)
    expect(fake.messages.map(({ recipients }) => recipients.length)).toEqual([2, 1])
  })

  test('takes a refused DATA as said of the recipients within the peer’s limit alone', async () => {
    let rounds = 0
    let inTransaction = 0
    const answers = {
      MAIL: () => {
        inTransaction = 0
        rounds++
        return '250 2.1.0 OK'
      },
      RCPT: () => (++inTransaction > 2 ? '452 4.5.3 Too many recipients' : '250 2.1.5 OK'),
      DATA: () => (rounds === 1 ? '554 5.7.1 Not for these' : '354 Go on'),
    }
    const { lane } = await deliver({ capabilities, answers })
    expect(lane.results.toSorted()).toEqual([
      'delivered c@good.test 250 2.6.0 Queued',
      'failed a@good.test 554 5.7.1 Not for these',
      'failed b@good.test 554 5.7.1 Not for these',
    ])
  })

  test('keeps a refusal though the peer leaves after it, and the others wait', async () => {
    const answers = {
      RCPT: (line: string) => (line.includes('a@') ? '550 5.1.1 No' : '421 4.7.0 Too many errors'),
    }
    const { lane, result } = await deliver({ capabilities, answers })
    expect(lane.results.toSorted()).toEqual([
      'failed a@good.test 550 5.1.1 No',
      'retry b@good.test 421 4.7.0 Too many errors',
      'retry c@good.test 421 4.7.0 Too many errors',
    ])
    expect(result).toMatchObject({ kind: 'unreachable' })
  })

  test('retries when the peer drops before the content', async () => {
    const { lane, result } = await deliver({ capabilities, answers: { DATA: 'reset' } })
    expect(lane.results).toHaveLength(3)
    expect(lane.results[0]).toMatch(
      /^retry a@good.test 451 4.4.2 Connection dropped at (rcpt|data)/,
    )
    expect(result).toMatchObject({ kind: 'unreachable' })
  })

  test('retries when the peer vanishes after the final dot, and says that it may have arrived', async () => {
    const { lane, fake } = await deliver({ capabilities, answers: { content: 'drop' } })
    expect(lane.results).toHaveLength(3)
    expect(lane.results[0]).toContain('it may have been delivered')
    expect(fake.sessions).toHaveLength(1)
  })
})

describe('a transaction', () => {
  const big = { content: `Subject: x\r\n\r\n${'x'.repeat(5_000_000)}` }

  test('fails when the content is refused half-way for good', async () => {
    const midContent = { after: 50_000, answer: '552 5.3.4 Too big' }
    const { lane } = await deliver({ midContent }, [[['a@good.test']]], big)
    expect(lane.results).toEqual(['failed a@good.test 552 5.3.4 Too big'])
  })

  test('retries when the peer says 421 or drops amid the content', async () => {
    const farewell = { midContent: { after: 50_000, answer: '421 4.3.2 Closing' } }
    const said = await deliver(farewell, [[['a@good.test']]], big)
    expect(said.lane.results).toEqual(['retry a@good.test 421 4.3.2 Closing'])
    const silent = { midContent: { after: 50_000, answer: 'drop' } }
    const dropped = await deliver(silent, [[['a@good.test']]], big)
    expect(dropped.lane.results[0]).toMatch(/^retry a@good.test 451 4.4.2 Connection dropped/)
  })

  test('names what the message needs and the peer offers', async () => {
    const recipient = {
      address: 'a@good.test',
      notify: ['SUCCESS', 'DELAY'] as const,
      originalRecipient: 'rfc822;orig@good.test',
    }
    const copy = testCopy([], {
      size: 1234,
      envelope: {
        sender: 'müller@edge.test',
        body: '8BITMIME',
        smtpUtf8: true,
        returnContent: 'HDRS',
        envelopeId: 'QQ314159',
      },
    })
    await using fake = await FakeMx.start({ capabilities: everything })
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const { delivery } = bench
    const lane = new MemoryLane(dnsQueue('good.test'), [{ ...copy, recipients: [recipient] }])
    await delivery.serve(lane, never)
    expect(fake.lines.slice(1, 3).map((line) => Buffer.from(line, 'latin1').toString())).toEqual([
      'MAIL FROM:<müller@edge.test> SIZE=1234 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ314159',
      'RCPT TO:<a@good.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;orig@good.test',
    ])
    expect(lane.reports[0]?.results[0]?.dsnPassedOn).toBe(true)
  })

  test.each([
    ['a message larger than SIZE', { size: 2_000_000 }, everything, '552 5.3.4'],
    [
      'a UTF-8 sender without SMTPUTF8',
      { envelope: { sender: 'ü@edge.test', body: '8BITMIME', smtpUtf8: true } },
      [],
      '550 5.6.7',
    ],
    [
      'a sender that would break the line',
      { envelope: { sender: 'a@b>\r\nRCPT TO:<x@y', body: '7BIT', smtpUtf8: false } },
      [],
      '501 5.1.7',
    ],
    [
      'binary content',
      { envelope: { sender: '', body: 'BINARYMIME', smtpUtf8: false } },
      everything,
      '554 5.6.3',
    ],
  ] as const)('fails %s without a word to the peer', async (_, message, capabilities, code) => {
    const { lane, fake } = await deliver({ capabilities }, [[['a@good.test'], message]])
    expect(lane.results[0]).toContain(`failed a@good.test ${code}`)
    expect(fake.lines.some((line) => line.startsWith('MAIL'))).toBe(false)
    expect(lane.reports[0]?.results[0]?.remoteHost).toBeUndefined()
  })

  test.each([
    ['as it is to a peer with 8BITMIME', ['8BITMIME'], 'DSN', /\r\nSubject: \xe9\r\n\r\nb\xf6dy/],
    [
      'with the header of its original alone to another',
      [],
      'DSN',
      /\r\nSubject: =E9\r\n\r\n--b--/,
    ],
    ['as it is when it is not our own', [], 'SMTP:Test', /\r\nb\xf6dy/],
  ])('sends a report with 8-bit content %s', async (_, capabilities, source, sent) => {
    const part = 'Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n'
    const original = 'Subject: \xe9\r\n\r\nb\xf6dy\r\n'
    const content = Buffer.from(`A: 1\r\n\r\n--b\r\n${part}${original}\r\n--b--\r\n`, 'latin1')
    const envelope = { sender: '', body: '8BITMIME', smtpUtf8: false } as const
    const { fake, lane } = await deliver(
      { capabilities },
      [[['a@good.test'], { envelope, source }]],
      { content },
    )
    expect(lane.results).toEqual(['delivered a@good.test 250 2.6.0 Queued'])
    expect(fake.messages[0]?.content).toMatch(sent)
  })

  test('fails UTF-8 headers without SMTPUTF8, but not a client that asked for nothing', async () => {
    const envelope = { sender: 'a@edge.test', body: '8BITMIME', smtpUtf8: true } as const
    const utf8 = { content: 'Subject: Grüße\r\n\r\nx\r\n' }
    const refused = await deliver({}, [[['a@good.test'], { envelope }]], utf8)
    expect(refused.lane.results[0]).toContain('failed a@good.test 550 5.6.7')
    const ascii = { content: 'Subject: x\r\n\r\nGrüße\r\n' }
    const taken = await deliver({}, [[['a@good.test'], { envelope }]], ascii)
    expect(taken.lane.results[0]).toContain('delivered')
  })

  test('fails only the recipient that cannot be named', async () => {
    const recipients = ['a@good.test', 'x y@good.test', '"x y"@good.test', 'ü@good.test']
    const { lane } = await deliver({}, [[recipients]])
    expect(lane.results.toSorted()).toEqual([
      'delivered "x y"@good.test 250 2.6.0 Queued',
      'delivered a@good.test 250 2.6.0 Queued',
      'failed x y@good.test 501 5.1.3 Invalid address',
      'failed ü@good.test 550 5.6.7 The next hop does not support SMTPUTF8',
    ])
  })

  test('retries when its content cannot be read', async () => {
    const fault = () => Promise.reject(new Error('disk on fire'))
    const store = { readHeader: () => Buffer.from('A: 1\r\n'), readBody: fault }
    const { lane } = await deliver({ capabilities: pipelining }, [[['a@good.test']]], { store })
    expect(lane.results).toEqual(['retry a@good.test 451 4.3.0 Local error: disk on fire'])
  })
})

describe('connections', () => {
  const one: Copies[number] = [['a@good.test']]

  test('are used for all messages that wait, and for the next ones soon after', async () => {
    await using fake = await FakeMx.start({ capabilities: pipelining })
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const { delivery } = bench
    for (const count of [3, 2]) {
      const copies = Array.from({ length: count }, () => testCopy(...one))
      await delivery.serve(new MemoryLane(dnsQueue('good.test'), copies), never)
    }
    expect(fake.messages).toHaveLength(5)
    expect(fake.sessions).toHaveLength(1)
    expect(fake.lines.filter((line) => line === 'RSET')).toHaveLength(0)
  })

  test('are closed after a few seconds without work', async () => {
    const clock = new FakeClock()
    await using fake = await FakeMx.start()
    await using bench = deliveryBench({ zones, clock, connector: { Port: fake.port } })
    await bench.delivery.serve(new MemoryLane(dnsQueue('good.test'), [testCopy(...one)]), never)
    clock.advance(4_999)
    expect(fake.lines).not.toContain('QUIT')
    clock.advance(1)
    await fake.until(() => fake.sessions[0]?.closed === true)
    expect(fake.lines.at(-1)).toBe('QUIT')
    expect(clock.timers).toBe(0)
  })

  test('leave from SourceIPAddress where the family fits', async () => {
    const sources: unknown[] = []
    const direct = directDialer(systemClock)
    const dialer: Dialer = {
      dial: (target, options) => {
        sources.push(options.localAddress)
        return direct.dial(target, options)
      },
    }
    const own = { dialerFor: () => dialer }
    await deliver({}, [one], { ...own, connector: { SourceIPAddress: '127.0.0.7' } })
    await deliver({}, [one], { ...own, connector: { SourceIPAddress: '2001:db8::7' } })
    await deliver({}, [one], own)
    expect(sources).toEqual(['127.0.0.7', undefined, undefined])
  })

  test('end after SmtpMaxMessagesPerConnection', async () => {
    const connector = { SmtpMaxMessagesPerConnection: 2 }
    const { lane, fake, result } = await deliver({}, [one, one, one], { connector })
    expect(result).toEqual({ kind: 'served' })
    expect(fake.messages).toHaveLength(2)
    expect(lane.waiting).toHaveLength(1)
  })

  test('are replaced at once when the peer closed them for their age', async () => {
    const answers = {
      MAIL: (_: string, session: { messages: readonly unknown[] }) =>
        session.messages.length >= 2 ? '421 4.7.0 Enough' : '250 2.1.0 OK',
    }
    const { lane, fake, result } = await deliver({ answers }, [one, one, one, one])
    expect(result).toEqual({ kind: 'served' })
    expect(lane.results.every((line) => line.startsWith('delivered'))).toBe(true)
    expect(fake.sessions).toHaveLength(2)
  })

  test('are not taken from before a change of the connector', async () => {
    await using fake = await FakeMx.start()
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const { delivery, connectors } = bench
    await delivery.serve(new MemoryLane(dnsQueue('good.test'), [testCopy(...one)]), never)
    connectors.set(connectors.current.map((connector) => ({ ...connector, Fqdn: 'new.test' })))
    await delivery.serve(new MemoryLane(dnsQueue('good.test'), [testCopy(...one)]), never)
    expect(fake.lines.filter((line) => line.startsWith('EHLO'))).toEqual([
      'EHLO edge.test',
      'EHLO new.test',
    ])
  })

  test('finish the message in hand when delivery stops', async () => {
    const stop = new AbortController()
    await using fake = await FakeMx.start({
      answers: {
        content: () => {
          stop.abort()
          return '250 2.6.0 Queued'
        },
      },
    })
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const { delivery } = bench
    const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(...one), testCopy(...one)])
    expect(await delivery.serve(lane, stop.signal)).toEqual({ kind: 'served' })
    expect(lane.results).toHaveLength(1)
    expect(lane.waiting).toHaveLength(1)
  })

  test('that wait for a greeting are given up when delivery stops', async () => {
    const stop = new AbortController()
    await using fake = await FakeMx.start({ answers: { greeting: 'hang' } })
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const { delivery } = bench
    const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(...one)])
    const serving = delivery.serve(lane, stop.signal)
    await fake.until(() => fake.sessions.length === 1)
    stop.abort()
    expect(await serving).toEqual({ kind: 'served' })
    expect(lane.returned).toHaveLength(1)
  })

  test('are given up after ConnectionInactivityTimeOut without a word from the peer', async () => {
    const connector = { ConnectionInactivityTimeOut: '00:00:01' }
    const { result, lane } = await deliver({ answers: { MAIL: 'hang' } }, [one], { connector })
    expect(result).toMatchObject({ kind: 'unreachable' })
    expect(lane.results[0]).toMatch(/^retry a@good.test 451 4.4.1 Connection timed out at mail/)
  })

  test.each([
    ['gone', { Name: 'Other' }],
    ['disabled', { Enabled: false }],
  ])('are not opened for a connector that is %s', async (_, connector) => {
    const { delivery } = deliveryBench({ connector })
    const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(...one)])
    expect(await delivery.serve(lane, never)).toMatchObject({ kind: 'unroutable' })
    expect(lane.waiting).toHaveLength(1)
  })
})

test('keeps organisation and forest headers at home, Received not', async () => {
  const { fake } = await deliver({}, [[['a@good.test']]], { content: guarded })
  expect(fake.messages[0]?.content).toBe('Received: from a by b; now\r\nSubject: x\r\n\r\nbody\r\n')
})
