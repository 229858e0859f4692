import { describe, expect, test } from 'vitest'
import { CachingResolver } from '../../../src/dns/caching-resolver.ts'
import type { Lookups, TimedAnswer } from '../../../src/dns/lookups.ts'
import { FakeClock } from '../../support/fake-clock.ts'

const found = (lifetime: number, ...records: string[]): TimedAnswer<string> => ({
  answer: { kind: 'found', records },
  lifetime,
})
const other = (kind: 'empty' | 'nonexistent', lifetime = 1000): TimedAnswer<never> => ({
  answer: { kind },
  lifetime,
})
const failed: TimedAnswer<never> = { answer: { kind: 'failed', reason: 'ESERVFAIL' }, lifetime: 1 }

function resolver(four: TimedAnswer<string>, six: TimedAnswer<string> = other('empty')) {
  const asked: string[] = []
  const lookups: Lookups = {
    mx: (domain) => {
      asked.push(`MX ${domain}`)
      return Promise.resolve({
        answer: { kind: 'found', records: [{ preference: 10, exchange: 'mx.test' }] },
        lifetime: 1000,
      })
    },
    ipv4: (host) => {
      asked.push(`A ${host}`)
      return Promise.resolve(four)
    },
    ipv6: () => Promise.resolve(six),
  }
  const clock = new FakeClock()
  return { resolver: new CachingResolver(lookups, clock), clock, asked }
}

describe('a resolver with a memory', () => {
  test('asks once for the lifetime of the answer, then anew', async () => {
    const { resolver: dns, clock, asked } = resolver(found(1000, '192.0.2.1'), other('empty', 9000))
    await dns.addresses('mx.test')
    clock.advance(999)
    await dns.addresses('MX.test.')
    expect(asked).toEqual(['A mx.test'])
    clock.advance(1)
    await dns.addresses('mx.test')
    expect(asked).toHaveLength(2)
  })

  test('joins equal look-ups under way', async () => {
    const { resolver: dns, asked } = resolver(found(1000, '192.0.2.1'))
    await Promise.all([dns.mx('a.test'), dns.mx('a.test'), dns.mx('b.test')])
    expect(asked).toEqual(['MX a.test', 'MX b.test'])
  })

  test('forgets when told', async () => {
    const { resolver: dns, asked } = resolver(found(1000, '192.0.2.1'))
    await dns.mx('a.test')
    dns.clear()
    await dns.mx('a.test')
    expect(asked).toHaveLength(2)
  })

  test.each([
    [
      'IPv4 before IPv6',
      found(1, '192.0.2.1'),
      found(1, '2001:db8::1'),
      { kind: 'found', records: ['192.0.2.1', '2001:db8::1'] },
    ],
    [
      'one family',
      other('empty'),
      found(1, '2001:db8::1'),
      { kind: 'found', records: ['2001:db8::1'] },
    ],
    ['a failed half', found(1, '192.0.2.1'), failed, { kind: 'found', records: ['192.0.2.1'] }],
    ['a failure and nothing', failed, other('empty'), { kind: 'failed', reason: 'ESERVFAIL' }],
    ['nothing at a name', other('empty'), other('nonexistent'), { kind: 'empty' }],
    ['no name', other('nonexistent'), other('nonexistent'), { kind: 'nonexistent' }],
  ])('puts A and AAAA together: %s', async (_, four, six, expected) => {
    expect(await resolver(four, six).resolver.addresses('mx.test')).toEqual(expected)
  })
})
