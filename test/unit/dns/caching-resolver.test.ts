import { describe, expect, test } from 'vitest'
import { CachingResolver, completed } from '../../../src/dns/caching-resolver.ts'
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
    [
      'a failed half',
      found(1, '192.0.2.1'),
      failed,
      { kind: 'found', records: ['192.0.2.1'], missing: { reason: 'ESERVFAIL' } },
    ],
    ['a failure and nothing', failed, other('empty'), { kind: 'failed', reason: 'ESERVFAIL' }],
    ['nothing at a name', other('empty'), other('nonexistent'), { kind: 'empty' }],
    ['no name', other('nonexistent'), other('nonexistent'), { kind: 'nonexistent' }],
  ])('puts A and AAAA together: %s', async (_, four, six, expected) => {
    expect(await resolver(four, six).resolver.addresses('mx.test')).toEqual(expected)
  })
})

describe('a family that is late', () => {
  /** Each question waits until it is answered by hand. */
  function byHand() {
    const open = new Map<string, (answer: TimedAnswer<string>) => void>()
    const asked: string[] = []
    const ask = (question: string) => {
      asked.push(question)
      return new Promise<TimedAnswer<string>>((resolve) => open.set(question, resolve))
    }
    const lookups: Lookups = {
      mx: () => expect.fail(),
      ipv4: (host) => ask(`A ${host}`),
      ipv6: (host) => ask(`AAAA ${host}`),
    }
    const clock = new FakeClock()
    const dns = new CachingResolver(lookups, clock)
    const answer = async (question: string, what: TimedAnswer<string>) => {
      open.get(question)?.(what)
      await new Promise(setImmediate)
    }
    return { dns, clock, asked, answer }
  }

  test.each([
    ['AAAA', 'A', '192.0.2.1', '2001:db8::1'],
    ['A', 'AAAA', '2001:db8::1', '192.0.2.1'],
  ])('%s is not waited for for long, and comes by itself', async (late, known, first, second) => {
    const { dns, clock, asked, answer } = byHand()
    const asking = dns.addresses('mx.test')
    await answer(`${known} mx.test`, found(100_000, first))
    clock.advance(50)
    const begun = await asking
    const reason = `no answer yet for ${late} mx.test`
    expect(begun).toMatchObject({ kind: 'found', records: [first], missing: { reason } })
    const complete = completed(begun)
    await answer(`${late} mx.test`, found(100_000, second))
    expect(await complete).toEqual({ kind: 'found', records: [first, second] })
    expect(await dns.addresses('mx.test')).toEqual({
      kind: 'found',
      records: ['192.0.2.1', '2001:db8::1'],
    })
    expect(asked).toHaveLength(2)
  })

  test('that fails in the end is told, and asked for again by itself', async () => {
    const { dns, clock, asked, answer } = byHand()
    const asking = dns.addresses('mx.test')
    await answer('A mx.test', found(100_000, '192.0.2.1'))
    clock.advance(50)
    const complete = completed(await asking)
    await answer('AAAA mx.test', { ...failed, lifetime: 1000 })
    const records = ['192.0.2.1']
    const missing = { reason: 'ESERVFAIL' }
    expect(await complete).toEqual({ kind: 'found', records, missing })
    expect(await dns.addresses('mx.test')).toEqual({ kind: 'found', records, missing })
    clock.advance(1000)
    void dns.addresses('mx.test')
    expect(asked).toEqual(['A mx.test', 'AAAA mx.test', 'AAAA mx.test'])
  })

  test('is waited for while the other one tells nothing', async () => {
    const { dns, clock, answer } = byHand()
    const asking = dns.addresses('mx.test')
    await answer('A mx.test', other('empty'))
    clock.advance(10_000)
    await answer('AAAA mx.test', found(1, '2001:db8::1'))
    expect(await asking).toEqual({ kind: 'found', records: ['2001:db8::1'] })
  })
})
