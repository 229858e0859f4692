import { describe, expect, test } from 'vitest'
import type { SharedCounts } from '../../../src/base/shared-counts.ts'
import { minute } from '../../../src/base/time-span.ts'
import { ConnectionLimits } from '../../../src/receive/limits/connection-limits.ts'
import { MessageRates } from '../../../src/receive/limits/message-rates.ts'
import { SessionDeadlines } from '../../../src/receive/session/session-deadlines.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { testConnector } from '../../support/receiving-server.ts'

const from = (address: string, isOwnServer = false) => ({ address, isOwnServer })

describe('ConnectionLimits', () => {
  const open = (
    limits: ConnectionLimits,
    settings: Readonly<Record<string, unknown>>,
    count: number,
  ) => {
    const connector = testConnector(settings)
    return Array.from({ length: count }, (_, at) => {
      const admission = limits.admit(connector, from(`192.0.2.${at % 2}`), Infinity)
      return admission.kind === 'admitted' ? admission.release : admission.limit
    })
  }
  const refusals = (results: readonly unknown[]) =>
    results.filter((each) => typeof each === 'string')

  test('hold connections per connector', () => {
    const settings = { MaxInboundConnection: 3, MaxInboundConnectionPercentagePerSource: 100 }
    expect(refusals(open(new ConnectionLimits(new FakeClock()), settings, 5))).toEqual([
      'MaxInboundConnection',
      'MaxInboundConnection',
    ])
  })

  test('hold connections per source', () => {
    const settings = {
      MaxInboundConnectionPerSource: 2,
      MaxInboundConnectionPercentagePerSource: 100,
    }
    expect(refusals(open(new ConnectionLimits(new FakeClock()), settings, 6))).toEqual([
      'MaxInboundConnectionPerSource',
      'MaxInboundConnectionPerSource',
    ])
  })

  test('leave a source a share of what is still free, and always one', () => {
    const limits = new ConnectionLimits(new FakeClock())
    const settings = {
      MaxInboundConnection: 100,
      MaxInboundConnectionPerSource: 'unlimited',
      MaxInboundConnectionPercentagePerSource: 2,
    }
    const connector = testConnector(settings)
    const admit = (source: string) => limits.admit(connector, from(source), Infinity)
    expect(admit('192.0.2.1').kind).toBe('admitted')
    // 99 are free, 2 per cent of them is one.
    expect(admit('192.0.2.1')).toMatchObject({ limit: 'MaxInboundConnectionPercentagePerSource' })
    expect(admit('192.0.2.2').kind).toBe('admitted')
  })

  test('give a place back once', () => {
    const limits = new ConnectionLimits(new FakeClock())
    const connector = testConnector({ MaxInboundConnectionPerSource: 1 })
    const first = limits.admit(connector, from('192.0.2.1'), Infinity)
    if (first.kind === 'admitted') {
      first.release()
      first.release()
    }
    expect(limits.admit(connector, from('192.0.2.1'), Infinity).kind).toBe('admitted')
    expect(limits.admit(connector, from('192.0.2.1'), Infinity).kind).toBe('refused')
  })

  test('do not count the services of this server by source, where no stranger may come', () => {
    const settings = { MaxInboundConnection: 3, MaxInboundConnectionPerSource: 1 }
    const servers = { AuthMechanism: 'ExchangeServer', PermissionGroups: 'ExchangeServers' }
    const admitted = (more: Readonly<Record<string, unknown>>) => {
      const limits = new ConnectionLimits(new FakeClock())
      const connector = testConnector({ ...settings, ...more })
      return [1, 2, 3, 4].filter(
        () => limits.admit(connector, from('192.0.2.1', true), 2).kind === 'admitted',
      ).length
    }
    expect(admitted(servers)).toBe(3)
    expect(admitted({ ...servers, PermissionGroups: 'ExchangeServers, AnonymousUsers' })).toBe(1)
    expect(admitted({})).toBe(1)
  })

  test('count new connections a minute over all connectors', () => {
    const clock = new FakeClock()
    const limits = new ConnectionLimits(clock)
    const admit = (name: string) =>
      limits.admit(testConnector({ Name: name }), from('192.0.2.1'), 2).kind
    expect(['a', 'b', 'a'].map(admit)).toEqual(['admitted', 'admitted', 'refused'])
    clock.advance(minute)
    expect(admit('a')).toBe('admitted')
  })

  test('leave the last new connections of a minute to sources that opened few', () => {
    const limits = new ConnectionLimits(new FakeClock())
    const connector = testConnector({
      MaxInboundConnectionPerSource: 'unlimited',
      MaxInboundConnectionPercentagePerSource: 100,
    })
    const admitted = (source: string, count: number) =>
      Array.from({ length: count }, () => {
        const admission = limits.admit(connector, from(source), 1200)
        if (admission.kind === 'admitted') admission.release()
        return admission.kind === 'admitted'
      }).filter(Boolean).length
    expect(admitted('192.0.2.1', 5000)).toBe(900)
    expect(admitted('192.0.2.2', 20)).toBe(12)
    expect(admitted('2001:db8::1', 12)).toBe(12)
    expect(admitted('2001:db8::2', 12)).toBe(0)
    expect(admitted('192.0.2.1', 100)).toBe(0)
    const others = Array.from({ length: 30 }, (_, at) => admitted(`198.51.100.${at}`, 12))
    expect(others.reduce((sum, count) => sum + count)).toBe(1200 - 900 - 24)
  })
})

describe('MessageRates', () => {
  const one = { address: '192.0.2.1', userName: 'ana' }
  const other = { address: '192.0.2.2', userName: 'ANA' }
  const nameless = { address: '192.0.2.1', userName: undefined }
  test.each([
    ['IPAddress', [one, other, one], [true, true, false]],
    ['User', [one, other, nameless], [true, false, true]],
    ['All', [one, other], [true, false]],
    ['None', [one, one], [true, true]],
  ])('by %s', (MessageRateSource, sources, expected) => {
    const rates = new MessageRates(new FakeClock())
    const connector = testConnector({ MessageRateLimit: 1, MessageRateSource })
    expect(sources.map((source) => rates.count(connector, source).allowed)).toEqual(expected)
  })

  test('begin anew each minute', () => {
    const clock = new FakeClock()
    const rates = new MessageRates(clock)
    const connector = testConnector({ MessageRateLimit: 1 })
    const count = () => rates.count(connector, one).allowed
    expect([count(), count()]).toEqual([true, false])
    clock.advance(minute)
    expect(count()).toBe(true)
  })

  test('do not count what was given up before its content', () => {
    const rates = new MessageRates(new FakeClock())
    const connector = testConnector({ MessageRateLimit: 2, MessageRateSource: 'All' })
    for (let tries = 0; tries < 10; tries++) rates.count(connector, one).takeBack()
    const [first, second, third] = [1, 2, 3].map(() => rates.count(connector, one))
    expect([first, second, third].map((each) => each?.allowed)).toEqual([true, true, false])
    first?.takeBack()
    expect(rates.count(connector, one).allowed).toBe(true)
    expect(rates.count(connector, one).allowed).toBe(false)
  })

  test('take nothing back from another minute', () => {
    const clock = new FakeClock()
    const rates = new MessageRates(clock)
    const connector = testConnector({ MessageRateLimit: 1 })
    const before = rates.count(connector, one)
    clock.advance(minute)
    expect(rates.count(connector, one).allowed).toBe(true)
    before.takeBack()
    expect(rates.count(connector, one).allowed).toBe(false)
  })
})

describe('Limits shared with other processes', () => {
  /** Two processes that know of each other at once. */
  function pair() {
    const told = [new Map<string, number>(), new Map<string, number>()] as const
    const side = (mine: Map<string, number>, theirs: Map<string, number>): SharedCounts => ({
      ofOthers: (key) => theirs.get(key) ?? 0,
      tell: (key, own) => void mine.set(key, own),
    })
    return [side(told[0], told[1]), side(told[1], told[0])] as const
  }

  test.each([
    [
      'MaxInboundConnection',
      { MaxInboundConnection: 3, MaxInboundConnectionPercentagePerSource: 100 },
    ],
    ['MaxInboundConnectionPerSource', { MaxInboundConnectionPerSource: 3 }],
    [
      'MaxInboundConnectionPercentagePerSource',
      { MaxInboundConnection: 30, MaxInboundConnectionPercentagePerSource: 11 },
    ],
  ])('%s counts the connections of all', (limit, settings) => {
    const connector = testConnector(settings)
    const processes = pair().map((shared) => new ConnectionLimits(new FakeClock(), shared))
    const admit = (which: number) =>
      processes[which]?.admit(connector, from('192.0.2.1'), Infinity) ?? { kind: 'refused' }
    const first = admit(0)
    expect([admit(1).kind, admit(0).kind]).toEqual(['admitted', 'admitted'])
    expect(admit(1)).toMatchObject({ kind: 'refused', limit })
    expect(admit(0)).toMatchObject({ kind: 'refused', limit })
    if (first.kind === 'admitted') first.release()
    expect([admit(1).kind, admit(0).kind]).toEqual(['admitted', 'refused'])
  })

  test('MaxConnectionRatePerMinute counts the connections of all, and each minute anew', () => {
    const clock = new FakeClock()
    const processes = pair().map((shared) => new ConnectionLimits(clock, shared))
    const admit = (which: number) =>
      processes[which]?.admit(testConnector({}), from('192.0.2.1'), 3).kind
    expect([0, 1, 0, 1, 0].map(admit)).toEqual([
      ...['admitted', 'admitted', 'admitted'],
      ...['refused', 'refused'],
    ])
    clock.advance(minute)
    expect([1, 1, 1, 0].map(admit)).toEqual(['admitted', 'admitted', 'admitted', 'refused'])
  })

  test('MessageRateLimit counts the messages of all', () => {
    const clock = new FakeClock()
    const processes = pair().map((shared) => new MessageRates(clock, shared))
    const connector = testConnector({ MessageRateLimit: 2 })
    const source = { address: '192.0.2.1', userName: undefined }
    const count = (which: number) => processes[which]?.count(connector, source).allowed
    expect([0, 1, 0, 1].map(count)).toEqual([true, true, false, false])
    clock.advance(minute)
    expect([1, 1, 0].map(count)).toEqual([true, true, false])
  })
})

describe('SessionDeadlines', () => {
  const limits = { ConnectionTimeout: 10 * minute, ConnectionInactivityTimeout: 5 * minute }
  function run(act: (clock: FakeClock, deadlines: SessionDeadlines) => void): string[] {
    const clock = new FakeClock()
    const expired: string[] = []
    const deadlines = new SessionDeadlines(clock, limits, (which) =>
      expired.push(`${which} ${clock.monotonic() / minute}`),
    )
    act(clock, deadlines)
    return expired
  }

  test('tell each idle stretch, and the age once', () => {
    const expired = run((clock) => clock.advance(30 * minute))
    expect(expired).toEqual(['ConnectionInactivityTimeout 5', 'ConnectionTimeout 10'])
  })

  test('count idle time from the last input', () => {
    const expired = run((clock, deadlines) => {
      clock.advance(4 * minute)
      deadlines.touch()
      clock.advance(5.5 * minute)
    })
    expect(expired).toEqual(['ConnectionInactivityTimeout 9'])
  })

  test('leave no timer behind when cancelled', () => {
    const clock = new FakeClock()
    new SessionDeadlines(clock, limits, () => undefined).cancel()
    expect(clock.timers).toBe(0)
  })
})
