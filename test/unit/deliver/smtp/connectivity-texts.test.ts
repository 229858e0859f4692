import { expect, test } from 'vitest'
import { ClientFailure } from '../../../../src/deliver/smtp/client-failure.ts'
import {
  failedDescription,
  lookupsDescription,
  nextHopOutcome,
  troubleDescription,
} from '../../../../src/deliver/smtp/connectivity-texts.ts'
import { tlsRequired } from '../../../../src/deliver/smtp/failure-policy.ts'
import type { Lookup } from '../../../../src/deliver/smtp/next-hop.ts'

const mx = (name: string, ...exchanges: readonly string[]): Lookup => {
  const records = exchanges.map((exchange) => ({ exchange, preference: 10 }))
  return { type: 'MX', name, answer: { kind: 'found', records } }
}
const hosts = (name: string, ...records: readonly string[]): Lookup => ({
  ...{ type: 'A', name },
  answer: { kind: 'found', records },
})
const failed = { kind: 'failed', reason: 'ETIMEOUT' } as const

test.each<readonly [string, readonly Lookup[], string]>([
  [
    'mail exchangers and their addresses',
    [mx('a.test', 'mx1.a.test', 'mx2.a.test'), hosts('mx1.a.test', '192.0.2.1', '2001:db8::1')],
    'NoError. [Domain:Result] = a.test:Success; [Host:Addresses] = mx1.a.test:192.0.2.1,2001:db8::1;',
  ],
  [
    'a domain that is its own host',
    [{ type: 'MX', name: 'a.test', answer: { kind: 'empty' } }, hosts('a.test', '192.0.2.1')],
    'NoError. [Domain:Result] = a.test:InfoNoRecords; [Host:Addresses] = a.test:192.0.2.1;',
  ],
  [
    'a name that does not exist',
    [{ type: 'MX', name: 'a.test', answer: { kind: 'nonexistent' } }],
    'InfoDomainNonexistent. [Domain:Result] = a.test:InfoDomainNonexistent;',
  ],
  [
    'servers that do not answer',
    [{ type: 'MX', name: 'a.test', answer: failed }],
    'ErrorRetry. [Domain:Result] = a.test:ErrorRetry (ETIMEOUT);',
  ],
  [
    'a host that cannot be asked for',
    [mx('a.test', 'mx.a.test'), { type: 'A', name: 'mx.a.test', answer: failed }],
    'NoError. [Domain:Result] = a.test:Success; [Host:Addresses] = mx.a.test:ErrorRetry (ETIMEOUT);',
  ],
])('tells what the DNS says: %s', (_, lookups, expected) => {
  expect(lookupsDescription(lookups)).toBe(`DNS server returned ${expected}`)
})

const target = { host: 'mx1.a.test', address: '2001:db8::1', port: 587 }
const refused = (cause: unknown) =>
  new ClientFailure('it failed', { stage: 'connect', kind: 'refused', cause })
const systemError = (code: string) => Object.assign(new Error(`connect ${code}`), { code })

test.each([
  ['ConnectionRefused:0000274D', refused(systemError('ECONNREFUSED'))],
  ['HostUnreachable:00002751', refused(refused(systemError('EHOSTUNREACH')))],
  ['TimedOut:0000274C', new ClientFailure('late', { stage: 'connect', kind: 'timeout' })],
  ['it failed', refused(systemError('EOTHER'))],
  ['a word', 'a word'],
])('tells a failed connection by Windows names: %s', (reason, failure) => {
  expect(failedDescription(target, failure)).toBe(
    `Failed connection to [2001:db8::1]:587 (${reason})[TargetHost:mx1.a.test]`,
  )
})

test('has no description for what the end of a session tells', () => {
  expect(troubleDescription(target, tlsRequired())).toBeUndefined()
  const failure = new ClientFailure('silent', { stage: 'greeting', kind: 'timeout' })
  expect(troubleDescription(target, { kind: 'failure', failure })).toBeUndefined()
})

test('tells whether a queue without a next hop waits or fails', () => {
  expect(nextHopOutcome({ kind: 'unreachable', error: '451 4.4.0 No DNS' })).toBe(
    'Retry : 451 4.4.0 No DNS',
  )
  expect(nextHopOutcome({ kind: 'impossible', error: '550 5.4.4 No domain' })).toBe(
    'Fail : 550 5.4.4 No domain',
  )
})
