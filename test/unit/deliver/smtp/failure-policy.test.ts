import { describe, expect, test } from 'vitest'
import { ClientFailure } from '../../../../src/deliver/smtp/client-failure.ts'
import {
  brokenSessionTrouble,
  brokenText,
  clearTextRefusal,
  contentOutcome,
  dnsVerdict,
  isTlsUnavailable,
  messageOutcome,
  recipientVerdict,
  unreachableText,
} from '../../../../src/deliver/smtp/failure-policy.ts'
import { reply } from '../../../../src/smtp/reply.ts'

const target = { host: 'mx.test', address: '192.0.2.1', port: 25 }

describe('what a reply means', () => {
  test.each([
    ['250 2.1.5 OK', false, 'accepted'],
    ['251 2.1.5 Will forward', false, 'accepted'],
    ['354 What?', false, 'retry'],
    ['450 4.2.1 Greylisted', false, 'retry'],
    ['452 4.5.3 Too many', true, 'again'],
    ['452 4.5.3 Too many', false, 'retry'],
    ['452 Too many', true, 'again'],
    ['452 4.2.2 Mailbox full', true, 'retry'],
    ['452 4.3.1 Insufficient system resources', true, 'retry'],
    ['552 Too many', true, 'again'],
    ['552 5.5.3 Too many', true, 'again'],
    ['552 Too many', false, 'retry'],
    ['552 too many recipients', false, 'retry'],
    ['552 5.5.3 Too many', false, 'retry'],
    ['550 5.5.3 Too many', true, 'again'],
    ['550 5.5.3 Too many', false, 'retry'],
    ['552 Mailbox full', true, 'again'],
    ['552 Mailbox full', false, 'failed'],
    ['554 Too many', false, 'failed'],
    ['552 5.2.2 Mailbox full', true, 'failed'],
    ['550 5.1.1 Unknown', true, 'failed'],
  ])('to RCPT: %s, with others accepted %s: %s', (text, acceptedSome, verdict) => {
    expect(recipientVerdict(reply(text), { acceptedSome, served: false })).toBe(verdict)
  })

  test.each(['452 4.5.3 Too many', '552 5.5.3 Too many', '452 Too many', '552 Too many'])(
    'at the first RCPT of a session that served before: %s',
    (text) => {
      const before = { acceptedSome: false, served: true }
      expect(recipientVerdict(reply(text), before)).toBe('new-session')
    },
  )

  test.each([
    ['250 2.6.0 Queued', 'delivered'],
    ['354 What?', 'retry'],
    ['421 4.3.2 Closing', 'retry'],
    ['452 4.3.1 Full', 'retry'],
    ['552 5.3.4 Too big', 'failed'],
    ['554 5.7.1 Spam', 'failed'],
  ])('to the final dot: %s: %s', (text, outcome) => {
    expect(contentOutcome(reply(text))).toBe(outcome)
  })

  test.each([
    ['550 5.7.1 No', 'failed'],
    ['451 4.7.1 Later', 'retry'],
    ['354 What?', 'retry'],
    ['250 What?', 'retry'],
  ])('to MAIL or DATA that did not go well: %s: %s', (text, outcome) => {
    expect(messageOutcome(reply(text))).toBe(outcome)
  })
})

describe('TLS that was to be had', () => {
  test.each([
    ['454 4.7.0 TLS not available due to temporary reason', true],
    ['500 5.5.1 Unrecognized', true],
    ['501 5.5.4 No parameters allowed', true],
    ['502 5.5.1 Not implemented', true],
    ['503 5.5.1 Not now', true],
    ['403 4.7.0 TLS handshake failed', true],
    ['421 4.3.2 Shutting down', false],
    ['450 4.7.1 Later', false],
    ['550 5.7.1 Client host blocked', false],
    ['554 5.7.1 Go away', false],
  ])('is missing by %s to STARTTLS: %s', (text, unavailable) => {
    expect(isTlsUnavailable(reply(text))).toBe(unavailable)
  })

  test.each([
    ['530 5.7.0 Must issue a STARTTLS command first', 'demand'],
    ['530 Authentication or encryption required', 'demand'],
    ['538 5.7.11 Encryption required', 'demand'],
    ['550 5.7.1 Encryption required', 'demand'],
    ['550 TLS required', 'demand'],
    ['554 Session encryption is required', 'demand'],
    ['550 starttls first', 'demand'],
    ['550 5.7.1 Relaying denied', 'doubt'],
    ['554 5.7.26 Not authenticated', 'doubt'],
    ['550 No such user', undefined],
    ['550 We like battles', undefined],
    ['550 5.1.1 No TLS user', undefined],
    ['552 5.2.2 Mailbox full', undefined],
    ['454 4.7.0 TLS required', undefined],
    ['250 2.0.0 TLS required', undefined],
  ])('may be what clear text is refused for: %s: %s', (text, mayBe) => {
    expect(clearTextRefusal(reply(text))).toBe(mayBe)
  })
})

describe('what a broken session means', () => {
  const failure = (stage: ClientFailure['stage'], kind: ClientFailure['kind'] = 'closed') =>
    new ClientFailure('the peer closed the connection', { stage, kind })

  test.each(['mail', 'rcpt', 'data', 'command'] as const)(
    'at %s the next target is tried',
    (stage) => {
      expect(brokenSessionTrouble(failure(stage))).toMatchObject({ kind: 'failure' })
    },
  )

  test.each(['content', 'final-dot'] as const)('at %s no other target is tried', (stage) => {
    expect(brokenSessionTrouble(failure(stage))).toBeUndefined()
  })

  test('is what the peer refused with before', () => {
    const refusal = reply('421 4.7.0 Bye')
    const told = new ClientFailure('closed', { stage: 'rcpt', kind: 'closed', refusal })
    expect(brokenSessionTrouble(told)).toEqual({ kind: 'reply', reply: refusal })
  })

  test.each([
    ['mail', 'closed', '451 4.4.2 Connection dropped at mail: the peer closed the connection'],
    ['data', 'timeout', '451 4.4.1 Connection timed out at data: the peer closed the connection'],
    ['connect', 'refused', '441 4.4.1 Failed to connect: the peer closed the connection'],
    [
      'final-dot',
      'timeout',
      '451 4.4.2 Connection dropped after the end of the message, it may have been delivered: the peer closed the connection',
    ],
  ] as const)('at %s by %s is told as %s', (stage, kind, text) => {
    expect(brokenText(failure(stage, kind))).toBe(text)
  })

  test('is told with what the DNS did not tell', () => {
    const trouble = { kind: 'reply', reply: reply('554 5.7.1 No') } as const
    const faults = ['ETIMEOUT for A mx.test', 'ESERVFAIL for AAAA mx2.test', 'c', 'd']
    expect(unreachableText(trouble, target, faults)).toMatch(
      /attempted was 192\.0\.2\.1:25\. DNS query failed for other addresses: ETIMEOUT for A mx\.test, ESERVFAIL for AAAA mx2\.test, c$/,
    )
  })

  test('is told in given words where there are some', () => {
    const verdict = reply('450 4.7.0 Proxy session setup failed')
    const given = new ClientFailure('x', { stage: 'connect', kind: 'refused', verdict })
    expect(unreachableText({ kind: 'failure', failure: given }, target)).toBe(
      '450 4.7.0 Proxy session setup failed',
    )
  })
})

describe('what the DNS means', () => {
  test.each([
    [
      { kind: 'nonexistent' },
      'impossible',
      '550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain',
    ],
    [
      { kind: 'null' },
      'impossible',
      '550 5.1.10 SMTPSEND.DNS.NullMx; the domain does not accept mail',
    ],
    [
      { kind: 'loop' },
      'impossible',
      '550 5.4.6 SMTPSEND.DNS.MxLoopback; DNS records for this domain are configured in a loop',
    ],
    [
      { kind: 'failed', reason: 'ETIMEOUT' },
      'unreachable',
      '451 4.4.0 DNS query failed. The error was: ETIMEOUT',
    ],
  ] as const)('%j is %s', (trouble, kind, error) => {
    expect(dnsVerdict(trouble, ['Default'])).toEqual({ kind, error })
  })

  test.each([
    { kind: 'nonexistent' },
    { kind: 'null' },
    { kind: 'loop' },
    { kind: 'no-address' },
  ] as const)('%j is a retry under DowngradeDnsFailures', (trouble) => {
    expect(dnsVerdict(trouble, ['DowngradeDnsFailures']).kind).toBe('unreachable')
  })
})
