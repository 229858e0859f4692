import { pino } from 'pino'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ConnectionResult } from '../../src/queue/delivery-agent.ts'
import {
  type BenchOptions,
  deliveryBench,
  dnsQueue,
  MemoryLane,
  testCopy,
} from '../support/delivery-bench.ts'
import { FakeMx, type FakeMxOptions, type FakeSession } from '../support/fake-mx.ts'
import { testCertificate } from '../support/test-certificate.ts'

const never = new AbortController().signal
const delivered = ['delivered a@good.test 250 2.6.0 Queued']
const domain = 'good.test'
const oneHost = { [domain]: { mx: ['10 mx1.good.test'] }, 'mx1.good.test': { a: ['127.0.0.1'] } }
const twoHosts = {
  [domain]: { mx: ['10 mx1.good.test', '20 mx2.good.test'] },
  'mx1.good.test': { a: ['127.0.0.1'] },
  'mx2.good.test': { a: ['127.0.0.2'] },
}

let certificate: { key: string; cert: string }
beforeAll(async () => {
  certificate = await testCertificate(['mx1.good.test', domain])
})

/** A delivery that keeps what it tells the program log, and the lanes that it serves. */
function bench(port: number, { connector, ...options }: BenchOptions = {}) {
  const told: string[] = []
  const destination = { write: (line: string) => told.push(line) }
  const logger = pino({ level: 'warn' }, destination)
  const settings = { Port: port, ...connector }
  const whole = deliveryBench({ zones: oneHost, logger, ...options, connector: settings })
  const send = async (...copies: readonly (readonly string[])[]) => {
    const recipients = copies.length === 0 ? [['a@good.test']] : copies
    const lane = new MemoryLane(
      dnsQueue(domain),
      recipients.map((one) => testCopy(one)),
    )
    const result = await whole.delivery.serve(lane, never)
    return { lane, result, error: errorOf(result), results: lane.results }
  }
  return { whole, told, send, [Symbol.asyncDispose]: () => whole[Symbol.asyncDispose]() }
}

function errorOf(result: ConnectionResult): string {
  return 'error' in result ? result.error : ''
}

/** TLS goes wrong on the first `times` connections. */
type Fault = (times: number) => FakeMxOptions

const nth = (fake: () => FakeMx, session: FakeSession) => fake().sessions.indexOf(session)

function faults(fake: () => FakeMx): Readonly<Record<string, Fault>> {
  const atStartTls =
    (answer: string): Fault =>
    (times) => ({
      answers: { STARTTLS: (_, session) => (nth(fake, session) < times ? answer : '220 Go on') },
    })
  const inHandshake =
    (fault: 'drop' | 'reset' | 'alert'): Fault =>
    (times) => ({
      handshakeFault: (session) => (nth(fake, session) < times ? fault : undefined),
    })
  const overTls =
    (answer: string): Fault =>
    (times) => ({
      answers: {
        EHLO: (_, session) => {
          if (session.secured) return nth(fake, session) < times ? answer : '250 fake.example'
          return '250-fake.example\r\n250 STARTTLS'
        },
      },
    })
  return {
    'FIN at STARTTLS': atStartTls('drop'),
    'RST at STARTTLS': atStartTls('reset'),
    '454 to STARTTLS': atStartTls('454 4.7.0 TLS not available'),
    '502 to STARTTLS': atStartTls('502 5.5.1 Not implemented'),
    'octets behind the 220': atStartTls('220 Go on\r\n250 smuggled'),
    'half a line behind the 220': atStartTls('220 Go on\r\n250-smug'),
    'a farewell behind the 220': atStartTls('220 Go on\r\n421 4.3.2 Bye'),
    'FIN in the handshake': inHandshake('drop'),
    'RST in the handshake': inHandshake('reset'),
    'an alert in the handshake': inHandshake('alert'),
    'FIN at the first word over TLS': overTls('drop'),
    'RST at the first word over TLS': overTls('reset'),
  }
}

const faultNames = Object.keys(faults(() => expect.fail()))

/** An MX with a fault of TLS; what `more` answers it answers besides. */
async function faultyMx(name: string, times: number, more: FakeMxOptions = {}): Promise<FakeMx> {
  const fault = faults(() => fake)[name]?.(times) ?? expect.fail()
  const answers = { ...fault.answers, ...more.answers }
  const fake: FakeMx = await FakeMx.start({ tls: certificate, ...fault, ...more, answers })
  return fake
}

const mustEncrypt = '530 5.7.0 Must issue a STARTTLS command first'
const unlessSecured = (refusal: string) => (_: string, session: FakeSession) =>
  session.secured ? '250 2.1.0 OK' : refusal

describe.each(faultNames)('%s under opportunistic TLS', (fault) => {
  test('is followed by clear text, and told in all logs', async () => {
    await using fake = await faultyMx(fault, Infinity)
    const connector = { ProtocolLoggingLevel: 'Verbose' }
    await using own = bench(fake.port, { connector })
    expect((await own.send()).results).toEqual(delivered)
    expect(fake.sessions.at(-1)?.secured).toBe(false)
    expect(own.told.join()).toContain('TLS failed, sending in clear')
    const descriptions = own.whole.connectivityLog.records.join('\n')
    expect(descriptions).toContain('TLS failed, sending in clear')
  })

  test('once, and then a refusal in clear, keeps the mail, and TLS is tried again', async () => {
    const answers = { MAIL: unlessSecured(mustEncrypt) }
    await using fake = await faultyMx(fault, 1, { answers })
    await using own = bench(fake.port)
    const first = await own.send()
    expect(first.lane.returned).toHaveLength(1)
    expect(first.result.kind).toBe('unreachable')
    expect(first.error).toMatch(/^454 4\.7\.0 (?:TLS negotiation failed|STARTTLS was refused): /)
    expect(first.error).toMatch(/In clear: 530 5\.7\.0 Must issue a STARTTLS command first$/)
    expect(own.told.join()).toContain('tried again with TLS')
    expect((await own.send()).results).toEqual(delivered)
    expect(fake.sessions.at(-1)?.secured).toBe(true)
  })

  test('lets the next host have the mail when the first refuses clear text', async () => {
    const answers = { MAIL: unlessSecured(mustEncrypt) }
    await using fake = await faultyMx(fault, Infinity, { answers })
    await using second = await FakeMx.start({ address: '127.0.0.2', port: fake.port })
    await using own = bench(fake.port, { zones: twoHosts })
    expect((await own.send()).results).toEqual(delivered)
    expect(second.messages).toHaveLength(1)
  })

  test('keeps the mail where TLS is required', async () => {
    await using fake = await faultyMx(fault, Infinity)
    await using own = bench(fake.port, { connector: { RequireTLS: true } })
    const { lane, error } = await own.send()
    expect(error).toMatch(
      /^451 (?:5\.7\.3 STARTTLS is required to send mail; (?:TLS negotiation failed|STARTTLS was refused): |4\.4\.2 Connection dropped at hello)/,
    )
    expect(lane.returned).toHaveLength(1)
    expect(fake.messages).toHaveLength(0)
  })

  test('never has a password told in clear', async () => {
    const capabilities = ['STARTTLS', 'AUTH LOGIN PLAIN']
    await using fake = await faultyMx(fault, Infinity, { capabilities })
    const AuthenticationCredential = { UserName: 'relay', Password: 's3cret' }
    const mechanism = { SmartHostAuthMechanism: 'BasicAuth', AuthenticationCredential }
    const connector = { DNSRoutingEnabled: false, SmartHosts: '127.0.0.1', ...mechanism }
    await using own = bench(fake.port, { connector })
    const { lane, error } = await own.send()
    expect(error).toMatch(/^45[14] /)
    expect(lane.returned).toHaveLength(1)
    expect(fake.lines.filter((line) => line.startsWith('AUTH'))).toEqual([])
  })
})

describe('a refusal of clear text that we fell back to', () => {
  test.each([
    ['EHLO', '550 5.7.1 Encryption required'],
    ['EHLO', '550 5.7.1 Not you'],
    ['MAIL', '530 5.7.0 Must issue a STARTTLS command first'],
    ['MAIL', '554 5.7.1 Session encryption is required'],
    ['MAIL', '538 Encryption required'],
    ['MAIL', '550 TLS required'],
    ['MAIL', '550 5.7.1 Not you'],
    ['RCPT', '550 5.7.1 Encrypt first'],
    ['RCPT', '550 Please use TLS'],
    ['RCPT', '550 5.7.1 Relaying denied'],
    ['DATA', '530 5.7.0 STARTTLS first'],
    ['DATA', '554 5.7.1 No'],
    ['content', '554 5.7.1 Encryption needed'],
    ['content', '554 5.7.1 Spam'],
  ])('at %s, %s, is no verdict on the mail', async (verb, answer) => {
    const hello = { EHLO: ehloInClear(answer), HELO: answer }
    const answers = verb === 'EHLO' ? hello : { [verb]: answer }
    await using fake = await faultyMx('RST in the handshake', Infinity, { answers })
    await using own = bench(fake.port)
    const { result, error, lane, results } = await own.send()
    expect(result.kind).toBe('unreachable')
    expect(error).toMatch(/^454 4\.7\.0 TLS negotiation failed: .*\. In clear: /)
    expect(error.endsWith(answer)).toBe(true)
    // What may be for the mail is noted with it; else it is as if it had not been tried.
    if (verb !== 'EHLO' && /5\.7\.1 (?:Not you|Relay|No|Spam)/.test(answer))
      expect(results).toEqual([`retry a@good.test ${error}`])
    else expect(lane.returned).toHaveLength(1)
    const handshakes = () => fake.lines.filter((line) => line === 'STARTTLS').length
    const before = handshakes()
    await own.send()
    expect(handshakes()).toBe(before + 1)
  })

  /** Refuses all mail to x in clear, for a reason that may be the mail. */
  const pickyMx = () => {
    const RCPT = (line: string) => (line.includes('<x') ? '550 5.7.1 Spam' : '250 2.1.5 OK')
    return faultyMx('RST in the handshake', Infinity, { answers: { RCPT } })
  }

  test('that may be for the mail does not keep other mail waiting', async () => {
    await using fake = await pickyMx()
    await using own = bench(fake.port)
    const copies = Array.from({ length: 19 }, (_, at) => [`x${at}@good.test`])
    const { result, results } = await own.send(...copies, ['a@good.test'], ['x@good.test'])
    expect(results.filter((line) => line.startsWith('retry x'))).toHaveLength(20)
    expect(results).toContain(delivered[0])
    expect(result).toEqual({ kind: 'served' })
  })

  test('counts for all mail when twenty in a row are refused', async () => {
    await using fake = await pickyMx()
    await using own = bench(fake.port)
    const copies = Array.from({ length: 25 }, (_, at) => [`x${at}@good.test`])
    const { result, lane } = await own.send(...copies)
    expect(result.kind).toBe('unreachable')
    expect(lane.reports).toHaveLength(20)
    expect(lane.waiting).toHaveLength(5)
  })

  /** Offers TLS to the first connection and refuses the ones after it. */
  const ehloInClear = (refusal: string) => {
    let count = 0
    return () => (count++ % 2 === 0 ? '250-fake.example\r\n250 STARTTLS' : refusal)
  }

  test.each([
    ['MAIL', '550 5.1.8 Bad sender'],
    ['RCPT', '550 5.1.1 User unknown'],
    ['RCPT', '550 No such user'],
    ['RCPT', '552 5.2.2 Mailbox full'],
    ['content', '552 5.3.4 Too big'],
  ])('is not what %s says with %s', async (verb, answer) => {
    await using fake = await faultyMx('RST in the handshake', Infinity, {
      answers: { [verb]: answer },
    })
    await using own = bench(fake.port)
    expect((await own.send()).results).toEqual([`failed a@good.test ${answer}`])
  })

  test('is a verdict where TLS never came up', async () => {
    await using fake = await FakeMx.start({ answers: { MAIL: mustEncrypt } })
    await using own = bench(fake.port)
    expect((await own.send()).results).toEqual([`failed a@good.test ${mustEncrypt}`])
  })

  test('is a verdict over TLS', async () => {
    const refusal = '550 5.7.1 Relaying denied'
    await using fake = await FakeMx.start({ tls: certificate, answers: { RCPT: refusal } })
    await using own = bench(fake.port)
    expect((await own.send()).results).toEqual([`failed a@good.test ${refusal}`])
  })

  test.each([
    ['in one write', ['PIPELINING']],
    ['one by one', []],
  ])('of one recipient lets the others go through, with commands sent %s', async (_, offered) => {
    const RCPT = (line: string) => (line.includes('b@') ? '550 5.7.1 Spam' : '250 2.1.5 OK')
    const capabilities = offered
    const more = { capabilities, answers: { RCPT } }
    await using fake = await faultyMx('RST in the handshake', Infinity, more)
    await using own = bench(fake.port)
    const { results, result } = await own.send(['a@good.test', 'b@good.test'])
    expect(results[0]).toBe(delivered[0])
    expect(results[1]).toMatch(/^retry b@good\.test 454 .*In clear: 550 5\.7\.1 Spam$/)
    expect(result).toEqual({ kind: 'served' })
  })

  test('is known for one, too, when the peer closes behind it', async () => {
    const more = { capabilities: ['PIPELINING'], answers: { MAIL: mustEncrypt, RCPT: 'drop' } }
    await using fake = await faultyMx('RST in the handshake', Infinity, more)
    await using own = bench(fake.port)
    expect((await own.send()).error).toContain(`In clear: ${mustEncrypt}`)
  })

  test('on a kept session is followed by TLS with the same host', async () => {
    let refuses = false
    const MAIL = (_: string, { secured }: FakeSession) =>
      secured || !refuses ? '250 2.1.0 OK' : mustEncrypt
    await using fake = await faultyMx('RST in the handshake', 1, { answers: { MAIL } })
    await using own = bench(fake.port)
    expect((await own.send()).results).toEqual(delivered)
    refuses = true
    expect((await own.send()).results).toEqual(delivered)
    expect(fake.sessions.map(({ secured }) => secured)).toEqual([false, false, true])
  })

  test('from a host remembered for clear text is told with the TLS fault', async () => {
    let refuses = false
    const MAIL = (_: string, { secured }: FakeSession) =>
      secured || !refuses ? '250 2.1.0 OK' : mustEncrypt
    const connector = { SmtpMaxMessagesPerConnection: 1 }
    await using fake = await faultyMx('RST in the handshake', 1, { answers: { MAIL } })
    await using own = bench(fake.port, { connector })
    expect((await own.send()).results).toEqual(delivered)
    refuses = true
    expect((await own.send()).error).toMatch(/^454 4\.7\.0 TLS negotiation failed: .*In clear: 530/)
    expect((await own.send()).results).toEqual(delivered)
  })

  test('is not remembered as a host that takes clear text when it took none', async () => {
    await using fake = await faultyMx('RST in the handshake', 1, {
      answers: {
        greeting: (_, session) => (nth(() => fake, session) === 1 ? '421 4.3.2 Busy' : '220 hi'),
      },
    })
    await using own = bench(fake.port)
    expect((await own.send()).error).toContain('In clear: 421 4.3.2 Busy')
    expect((await own.send()).results).toEqual(delivered)
    expect(fake.sessions.at(-1)?.secured).toBe(true)
  })
})

describe('an answer of SMTP is no failure of TLS', () => {
  const blocked = '550 5.7.1 client host blocked'
  const startTls = (answer: string) => ({ STARTTLS: answer })
  const overTls = (answer: string, then: string) => ({
    EHLO: (_: string, { secured }: FakeSession) =>
      secured ? answer : '250-fake.example\r\n250 STARTTLS',
    HELO: then,
  })
  test.each([
    ['421 to STARTTLS', startTls('421 4.3.2 Not now'), '421 4.3.2 Not now'],
    ['550 to STARTTLS', startTls(blocked), blocked],
    ['554 to STARTTLS', startTls('554 5.7.1 No'), '554 5.7.1 No'],
    ['a refused EHLO over TLS', overTls(blocked, blocked), blocked],
    ['a refused EHLO over TLS, and the end', overTls(blocked, 'drop'), blocked],
    [
      'an unknown EHLO over TLS, and the end',
      overTls('502 5.5.1 What?', 'drop'),
      '502 5.5.1 What?',
    ],
    ['421 over TLS', overTls('421 4.7.0 Too many', ''), '421 4.7.0 Too many'],
    ['451 over TLS', overTls('451 4.3.0 Later', ''), '451 4.3.0 Later'],
  ])('%s', async (_, answers, text) => {
    await using fake = await FakeMx.start({ tls: certificate, answers })
    await using own = bench(fake.port)
    const { error, lane } = await own.send()
    expect(error).toContain(`responded with: "${text}."`)
    expect(lane.returned).toHaveLength(1)
    expect(fake.sessions).toHaveLength(1)
    await using second = await FakeMx.start({ address: '127.0.0.2', port: fake.port })
    await using two = bench(fake.port, { zones: twoHosts })
    expect((await two.send()).results).toEqual(delivered)
    expect(second.messages).toHaveLength(1)
  })

  test('and HELO over TLS serves where EHLO is not known', async () => {
    const answers = overTls('502 5.5.1 What?', '250 fake.example')
    await using fake = await FakeMx.start({ tls: certificate, answers })
    await using own = bench(fake.port)
    expect((await own.send()).results).toEqual(delivered)
    expect(fake.sessions.map(({ secured }) => secured)).toEqual([true])
  })
})
