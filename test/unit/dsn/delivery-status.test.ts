import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliveryStatus, statusCode } from '../../../src/dsn/delivery-status.ts'
import type { DsnAction, ReportedRecipient } from '../../../src/dsn/delivery-status.ts'
import { expiredReply, removedReply } from '../../../src/queue/scheduler/verdict.ts'

test.each<[DsnAction, string, string]>([
  ['failed', '550 5.1.1 User unknown', '5.1.1'],
  ['failed', '550-5.7.26 first of several lines', '5.7.26'],
  ['failed', '554 4.2.1 odd', '5.2.1'],
  ['failed', '550 4.4.7 said by a next hop', '5.4.7'],
  ['failed', expiredReply, '4.4.7'],
  ['failed', removedReply, '4.3.2'],
  ['failed', '550 User unknown', '5.0.0'],
  ['failed', '550 2.0.0 odd', '5.0.0'],
  ['failed', '550 5.1.1.2 odd', '5.0.0'],
  ['failed', 'see 5.1.1 for more', '5.0.0'],
  ['failed', '', '5.0.0'],
  ['delayed', '451 4.4.0 DNS query failed', '4.4.0'],
  ['delayed', '451 5.7.3 STARTTLS is required to send mail', '4.7.3'],
  ['delayed', '450 5.2.1 odd', '4.2.1'],
  ['delayed', '550 5.1.1 downgraded', '4.1.1'],
  ['delayed', '450 2.0.0 odd', '4.0.0'],
  ['delayed', 'connection refused', '4.0.0'],
  ['relayed', '250 2.1.5 OK', '2.1.5'],
  ['relayed', '250 OK', '2.0.0'],
])('%s by "%s" has the status %s', (action, reply, status) => {
  expect(statusCode(action, reply)).toBe(status)
})

test('the class of the status is that of the action, whatever was said', () => {
  const code = fc.tuple(fc.integer({ min: 2, max: 5 }), fc.nat(99), fc.nat(9), fc.nat(9))
  fc.assert(
    fc.property(code, ([klass, rest, subject, detail]) => {
      const reply = `${400 + rest} ${klass}.${subject}.${detail} text`
      expect(statusCode('failed', reply)).toMatch(/^5\./)
      expect(statusCode('delayed', reply)).toMatch(/^4\./)
    }),
  )
})

const message = {
  action: 'failed',
  reportingMta: 'edge.example',
  sourceAddress: '198.51.100.7',
  arrivedAt: 0,
} as const

/** The value of a field, unfolded, and its longest line. */
function field(
  name: string,
  recipient: Partial<ReportedRecipient>,
  more: Partial<Parameters<typeof deliveryStatus>[0]> = {},
) {
  const one = { address: 'a@b.example', reply: '550 no', ...recipient }
  const { text } = deliveryStatus({ ...message, ...more }, [one], false)
  const found = new RegExp(`^${name}: ((?:.|\r\n )*)\r\n(?! )`, 'm').exec(text)?.[1]
  const longest = Math.max(...text.split('\r\n').map((line) => line.length))
  return { value: found?.replaceAll('\r\n', ''), longest, text }
}

describe('Received-From-MTA', () => {
  test.each([
    ['mx.sender.example', 'dns;mx.sender.example (198.51.100.7)'],
    [undefined, 'dns;[198.51.100.7]'],
    ['', 'dns;[198.51.100.7]'],
    ['[198.51.100.7]', 'dns;[198.51.100.7]'],
    ['[192.168.1.5]', 'dns;[192.168.1.5] (198.51.100.7)'],
    ['a b(c)\r\nd', 'dns;a?b?c???d (198.51.100.7)'],
  ])('of a client that called itself %j is %s', (sourceName, expected) => {
    const named = sourceName === undefined ? {} : { sourceName }
    expect(field('Received-From-MTA', {}, named).value).toBe(expected)
  })

  test('of an IPv6 client has its address as it is', () => {
    const source = { sourceAddress: '2001:db8::7', sourceName: 'mx.sender.example' }
    expect(field('Received-From-MTA', {}, source).value).toBe('dns;mx.sender.example (2001:db8::7)')
  })
})

describe('Diagnostic-Code', () => {
  const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`).join(' ')

  test('of any usual length is there whole, folded', () => {
    const reply = `550 5.7.1 ${words(1000)}`
    const { value, longest } = field('Diagnostic-Code', { reply })
    expect(value).toBe(`smtp;${reply}`)
    expect(longest).toBeLessThanOrEqual(78)
  })

  test('beyond all reason is cut, and says so', () => {
    const reply = `550 5.7.1 ${words(10_000)}`
    const { value = '' } = field('Diagnostic-Code', { reply })
    expect(value.length).toBeLessThan(17_000)
    expect(value).toMatch(/ \[\.\.\. \d+ more characters\]$/)
  })

  test('is never cut within a character', () => {
    for (const before of ['', 'x']) {
      const { text } = field('Diagnostic-Code', { reply: `550 ${before}${'😀'.repeat(20_000)}` })
      expect(text).not.toMatch(/\\x\{D[89A-F]/)
    }
  })

  test('without a blank has no line beyond 998 octets, and loses nothing', () => {
    const long = 'x'.repeat(5000)
    const { value, longest } = field('Diagnostic-Code', { reply: `550 ${long} end` })
    expect(value?.replaceAll(' ', '')).toBe(`smtp;550${long}end`)
    expect(longest).toBeLessThan(998)
  })

  test('behind an expiry tells what was the trouble until then', () => {
    const lastWord = '450 4.2.1 later'
    expect(field('Diagnostic-Code', { reply: expiredReply, lastWord }).value).toBe(
      'smtp;550 4.4.7 QUEUE.Expired; message expired -> 450 4.2.1 later',
    )
    expect(field('Status', { reply: expiredReply, lastWord }).value).toBe('4.4.7')
  })

  test('beyond ASCII has its characters embedded', () => {
    expect(field('Diagnostic-Code', { reply: '550 Größe' }).value).toBe(
      'smtp;550 Gr\\x{F6}\\x{DF}e',
    )
  })
})

test('an envelope id that is not printable ASCII stays as it came', () => {
  const shown = (envelopeId: string) => field('Original-Envelope-Id', {}, { envelopeId }).value
  expect(shown('QQ+2B1')).toBe('QQ+1')
  expect(shown('gr+C3+A5')).toBe('gr+C3+A5')
  expect(shown('gr+E5')).toBe('gr+E5')
})

describe('the form', () => {
  const status = (takesUtf8: boolean, address: string) =>
    deliveryStatus(message, [{ address, reply: '550 no' }], takesUtf8)

  test.each([
    [true, 'zoë@b.example', 'utf-8', 'Final-Recipient: utf-8;zoë@b.example'],
    [false, 'zoë@b.example', '7bit', 'Final-Recipient: utf-8;zo\\x{EB}@b.example'],
    [true, 'zoe@b.example', '7bit', 'Final-Recipient: rfc822;zoe@b.example'],
  ])('for a sender with UTF-8: %s, of %s is %s', (takesUtf8, address, form, line) => {
    const { text, form: taken } = status(takesUtf8, address)
    expect(taken).toBe(form)
    expect(text).toContain(`\r\n${line}\r\n`)
  })
})
