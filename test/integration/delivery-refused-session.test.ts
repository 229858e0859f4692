import { beforeAll, describe, expect, test } from 'vitest'
import { deliveryBench, dnsQueue, MemoryLane, testCopy } from '../support/delivery-bench.ts'
import { FakeMx, type FakeMxOptions, type FakeSession } from '../support/fake-mx.ts'
import { testCertificate } from '../support/test-certificate.ts'

const never = new AbortController().signal
const zones = { 'good.test': { a: ['127.0.0.1'] } }

let tls: { key: string; cert: string }
beforeAll(async () => {
  tls = await testCertificate(['good.test'])
})

/** What the queue shows, and how many sessions the peer saw. */
async function lastError(options: FakeMxOptions, connector: Record<string, unknown> = {}) {
  await using fake = await FakeMx.start({ leavesBehind: /^[45]|\r\n421/, ...options })
  await using bench = deliveryBench({ zones, connector: { Port: fake.port, ...connector } })
  const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(['a@good.test'])])
  const result = await bench.delivery.serve(lane, never)
  return { error: 'error' in result ? result.error : '', sessions: fake.sessions.length }
}

const blocked = '550 5.7.1 client host blocked'
const busy = '421 4.3.2 too busy'
const ours = '535 5.7.8 not with that password'

const smartHost = {
  ...{ DNSRoutingEnabled: false, SmartHosts: '127.0.0.1' },
  SmartHostAuthMechanism: 'BasicAuth',
  AuthenticationCredential: { UserName: 'relay', Password: 's3cret' },
}

/** The answer to EHLO in clear, and over TLS. */
const overTls = (answer: string) => ({
  EHLO: (_: string, { secured }: FakeSession) =>
    secured ? answer : '250-fake.example\r\n250 STARTTLS',
})

describe('a peer that refuses a session and closes is told in its own words', () => {
  test.each<[string, string, FakeMxOptions, Record<string, unknown>?]>([
    ['as greeting', '554 5.7.1 go away', { answers: { greeting: '554 5.7.1 go away' } }],
    ['as greeting, 421', busy, { answers: { greeting: busy } }],
    ['behind the greeting', busy, { answers: { greeting: `220 hi\r\n${busy}` } }],
    ['to EHLO', blocked, { answers: { EHLO: blocked } }],
    ['to EHLO, 421', busy, { answers: { EHLO: busy } }],
    ['to EHLO, for now', '451 4.7.1 later', { answers: { EHLO: '451 4.7.1 later' } }],
    [
      'to an EHLO that it does not know',
      '502 5.5.1 what?',
      { answers: { EHLO: '502 5.5.1 what?' } },
    ],
    ['to HELO', blocked, { answers: { HELO: blocked } }, { ForceHELO: true }],
    ['behind EHLO', busy, { answers: { EHLO: `250 fake.example\r\n${busy}` } }],
    ['to STARTTLS', blocked, { capabilities: ['STARTTLS'], answers: { STARTTLS: blocked } }],
    ['to STARTTLS, 421', busy, { capabilities: ['STARTTLS'], answers: { STARTTLS: busy } }],
    [
      'to STARTTLS that is required',
      busy,
      { capabilities: ['STARTTLS'], answers: { STARTTLS: busy } },
      { RequireTLS: true },
    ],
    ['to AUTH', ours, { capabilities: ['AUTH PLAIN'], answers: { AUTH: ours } }, smartHost],
    ['to the name', ours, namePrompt(ours), smartHost],
    ['to the name, 421', busy, namePrompt(busy), smartHost],
    ['to MAIL, 421', busy, { answers: { MAIL: busy } }],
    ['to RCPT, 421', busy, { answers: { RCPT: busy } }],
    ['to DATA, 421', busy, { answers: { DATA: busy } }],
    [
      'to MAIL, 421, of several commands',
      busy,
      { capabilities: ['PIPELINING'], answers: { MAIL: busy } },
    ],
  ])('%s: %s', async (_, answer, options, connector) => {
    const { error, sessions } = await lastError(options, connector)
    expect(error).toContain(`451 4.4.0 Primary target IP address responded with: "${answer}."`)
    expect(sessions).toBe(1)
  })

  test.each([
    ['to EHLO over TLS', blocked],
    ['to EHLO over TLS, 421', busy],
    ['behind EHLO over TLS', `250 fake.example\r\n${busy}`],
  ])('%s: %s', async (_, answer) => {
    for (const RequireTLS of [true, false]) {
      const { error, sessions } = await lastError({ tls, answers: overTls(answer) }, { RequireTLS })
      expect(error).toContain(`responded with: "${answer.replace(/.*\r\n/, '')}."`)
      expect(sessions).toBe(1)
    }
  })

  test('to HELO, when EHLO was not known', async () => {
    const answers = { EHLO: '502 5.5.1 what?', HELO: blocked }
    const { error } = await lastError({ answers, leavesBehind: /^550/ })
    expect(error).toContain(`responded with: "${blocked}."`)
  })

  test('to EHLO, when HELO after it is refused, too', async () => {
    const answers = { EHLO: blocked, HELO: '503 5.5.1 bad sequence' }
    const { error } = await lastError({ answers, leavesBehind: /^503/ })
    expect(error).toContain(`responded with: "${blocked}."`)
  })
})

function namePrompt(answer: string): FakeMxOptions {
  const name = Buffer.from('relay').toString('base64').toUpperCase()
  return { capabilities: ['AUTH LOGIN'], answers: { AUTH: '334 VXNlcm5hbWU6', [name]: answer } }
}
