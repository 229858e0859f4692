import { describe, expect, test } from 'vitest'
import type { AddressAnswer, Resolver } from '../../../../src/dns/resolver.ts'
import type { Targets } from '../../../../src/deliver/smtp/known-targets.ts'
import {
  allTargets,
  findNextHop,
  type NextHop,
  type NextHopOptions,
} from '../../../../src/deliver/smtp/next-hop.ts'
import { dnsQueue, sendConnector } from '../../../support/delivery-bench.ts'
import { FakeClock } from '../../../support/fake-clock.ts'
import { FakeResolver, type FakeZones } from '../../../support/fake-resolver.ts'

/** `host address` of each target, or the error. */
async function find(
  domain: string,
  zones: FakeZones,
  {
    settings = {},
    ...options
  }: Partial<NextHopOptions> & { settings?: Record<string, unknown> } = {},
) {
  const found = await findNextHop(dnsQueue(domain), sendConnector(settings), {
    resolver: new FakeResolver(zones),
    random: () => 0.999,
    clock: new FakeClock(),
    isOwnName: (host) => host === 'edge.test',
    isOwnListener: () => false,
    ...options,
  })
  if (found.kind !== 'targets') return found.error
  return found.targets.map(({ host, address }) => `${host} ${address}`)
}

describe('the targets of a domain', () => {
  const zones: FakeZones = {
    'good.test': { mx: ['20 b.test', '10 a.test', '30 c.test'] },
    'a.test': { a: ['192.0.2.1', '192.0.2.2', '2001:db8::1'] },
    'b.test': { a: ['192.0.2.3'] },
    'c.test': { a: ['192.0.2.4'] },
  }

  test('are all addresses of all hosts, families apart', async () => {
    const shuffling = { random: () => 0 }
    expect(await find('good.test', zones, shuffling)).toEqual([
      'a.test 192.0.2.2',
      'a.test 192.0.2.1',
      'a.test 2001:db8::1',
      'b.test 192.0.2.3',
      'c.test 192.0.2.4',
    ])
  })

  test('end before the host that has a listener of ours', async () => {
    const isOwnListener = (address: string) => address === '192.0.2.3'
    expect(await find('good.test', zones, { isOwnListener })).toHaveLength(3)
  })

  test('wait when the only better host could not be looked up: that we are next is no loop yet', async () => {
    const isOwnListener = (address: string) => address === '192.0.2.3'
    const ours = { 'good.test': { mx: ['10 a.test', '20 b.test'] }, 'b.test': { a: ['192.0.2.3'] } }
    expect(await find('good.test', { ...ours, 'a.test': { fails: true } }, { isOwnListener })).toBe(
      '451 4.4.0 DNS query failed. The error was: ESERVFAIL for A a.test',
    )
    expect(await find('good.test', ours, { isOwnListener })).toContain('SMTPSEND.DNS.MxLoopback')
  })

  test('pass over hosts without address', async () => {
    const others = { ...zones, 'a.test': {} }
    expect(await find('good.test', others)).toEqual(['b.test 192.0.2.3', 'c.test 192.0.2.4'])
  })

  test('wait when a host could not be looked up and no other is of use', async () => {
    const failing = {
      'good.test': { mx: ['10 a.test', '20 none.test'] },
      'a.test': { fails: true },
    }
    expect(await find('good.test', failing)).toBe(
      '451 4.4.0 DNS query failed. The error was: ESERVFAIL for A a.test',
    )
  })

  test('take an MX that is an address by mistake', async () => {
    const mistaken = { 'good.test': { mx: ['10 192.0.2.5'] } }
    expect(await find('good.test', mistaken)).toEqual(['192.0.2.5 192.0.2.5'])
  })

  test('are the address of a literal', async () => {
    expect(await find('[IPv6:2001:db8::9]', {})).toEqual(['2001:db8::9 2001:db8::9'])
  })

  test('are twenty at most', async () => {
    const many = { 'a.test': { a: Array.from({ length: 100 }, (_, at) => `192.0.2.${at}`) } }
    expect(await find('a.test', many)).toHaveLength(20)
  })
})

describe('addresses that no mail goes to', () => {
  const own = ['127.0.0.1', '::1', '203.0.113.5', '2001:db8::5']
  const isOwnListener = (address: string) => own.includes(address)
  const zonesOf = (...addresses: readonly string[]): FakeZones => ({
    'good.test': { mx: ['10 a.test', '20 b.test'] },
    'a.test': { a: addresses },
    'b.test': { a: ['192.0.2.3'] },
  })
  const loop =
    '550 5.4.6 SMTPSEND.DNS.MxLoopback; DNS records for this domain are configured in a loop'

  test.each([
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:0:0:1',
    '::ffff:203.0.113.5',
    '2001:DB8:0::5',
    '64:ff9b::203.0.113.5',
  ])('%s is ourselves', async (address) => {
    expect(await find('good.test', zonesOf(address), { isOwnListener })).toBe(loop)
    expect(await find(`[IPv6:${address}]`, {}, { isOwnListener })).toBe(loop)
  })

  test.each([
    ['224.0.0.251', 'multicast, RFC 5771'],
    ['255.255.255.255', 'broadcast, RFC 919 7'],
    ['0.0.0.0', 'this network, RFC 1122 3.2.1.3'],
    ['::', 'unspecified, RFC 4291 2.5.2'],
    ['ff02::1', 'multicast, RFC 4291 2.7'],
    ['64:ff9b::a00:1', '10.0.0.1 by NAT64: private use, RFC 6052 3.1'],
  ])('%s is passed over, and told where there is no other', async (address, why) => {
    expect(await find('good.test', zonesOf(address))).toEqual(['b.test 192.0.2.3'])
    expect(await find('a.test', zonesOf(address))).toBe(
      `550 5.4.4 SMTPSEND.DNS.NoAddress; no mail goes to such an address: a.test has ${address} (${why})`,
    )
    const settings = { DNSRoutingEnabled: false, SmartHosts: 'a.test' }
    expect(await find('any.test', zonesOf(address), { settings })).toBe(
      `451 4.4.0 DNS query failed. The error was: no address for smart host a.test; no mail goes to such an address: a.test has ${address} (${why})`,
    )
  })

  test.each(['127.0.0.9', '10.0.0.1', '169.254.7.7', 'fd00::1', '::1'])(
    '%s of another machine of the house is a target as any',
    async (address) => {
      expect(await find('a.test', zonesOf(address))).toEqual([`a.test ${address}`])
    },
  )

  test('ourselves as an address for a name drops what is not better, and nothing else', async () => {
    const zones: FakeZones = {
      'good.test': { mx: ['10 a.test', '20 127.0.0.1', '30 b.test'] },
      'a.test': { a: ['192.0.2.1'] },
      'b.test': { a: ['192.0.2.3'] },
    }
    expect(await find('good.test', zones, { isOwnListener })).toEqual(['a.test 192.0.2.1'])
  })

  test('one address in two spellings is tried once', async () => {
    const twice = zonesOf('192.0.2.1', '::ffff:192.0.2.1', '::ffff:c000:201')
    expect(await find('a.test', twice)).toEqual(['a.test 192.0.2.1'])
  })
})

describe('the targets of smart hosts', () => {
  const settings = { DNSRoutingEnabled: false, SmartHosts: '192.0.2.1,[192.0.2.2],relay.test' }
  const zones: FakeZones = { 'relay.test': { a: ['192.0.2.3'] } }

  test.each([
    [0, ['192.0.2.1 192.0.2.1', '192.0.2.2 192.0.2.2', 'relay.test 192.0.2.3']],
    [0.5, ['192.0.2.2 192.0.2.2', 'relay.test 192.0.2.3', '192.0.2.1 192.0.2.1']],
  ])('start anywhere and keep their order', async (chance, expected) => {
    expect(await find('any.test', zones, { settings, random: () => chance })).toEqual(expected)
  })

  test('are found by address when the MX fails or is null', async () => {
    const byName = { DNSRoutingEnabled: false, SmartHosts: 'relay.test' }
    const nullMx: FakeZones = { 'relay.test': { mx: ['0 .'], a: ['192.0.2.3'] } }
    expect(await find('any.test', nullMx, { settings: byName })).toEqual(['relay.test 192.0.2.3'])
  })

  test('leave out the one that is our own listener', async () => {
    const isOwnListener = (address: string) => address === '192.0.2.1'
    expect(await find('any.test', zones, { settings, isOwnListener })).toEqual([
      'relay.test 192.0.2.3',
      '192.0.2.2 192.0.2.2',
    ])
  })
})

describe('what the DNS is slow with', () => {
  /** Hosts answer when they are told to. */
  function slowDns(mx: readonly string[]) {
    const zones = new FakeResolver({ 'good.test': { mx } })
    const hosts = new Map<string, PromiseWithResolvers<AddressAnswer>>()
    const hostOf = (host: string) => {
      const known = hosts.get(host) ?? Promise.withResolvers<AddressAnswer>()
      hosts.set(host, known)
      return known
    }
    const resolver: Resolver = {
      mx: (domain) => zones.mx(domain),
      addresses: (host) => hostOf(host).promise,
    }
    const clock = new FakeClock()
    const search = (settings = {}) => {
      const found = findNextHop(dnsQueue('good.test'), sendConnector(settings), {
        ...{ resolver, clock, random: () => 0.999 },
        ...{ isOwnName: () => false, isOwnListener: (address) => address === '127.0.0.1' },
      })
      return { found, after: (time: number) => passed(clock, time).then(() => found) }
    }
    const tell = (host: string, answer: AddressAnswer | string) =>
      hostOf(host).resolve(
        typeof answer === 'string' ? { kind: 'found', records: [answer] } : answer,
      )
    return { search, tell }
  }

  async function passed(clock: FakeClock, time: number) {
    await new Promise(setImmediate)
    clock.advance(time)
  }

  const shown = (hop: NextHop | Targets | undefined) =>
    hop !== undefined && 'targets' in hop
      ? [hop.targets.map(({ host, address }) => `${host} ${address}`), hop.dnsFaults]
      : hop
  const laterOf = async (hop: NextHop) =>
    hop.kind === 'targets' ? shown(await hop.later?.()) : expect.fail()

  const silence = { kind: 'failed', reason: 'ETIMEOUT for A b.test' } as const

  test('a worse host is not waited for, and comes later', async () => {
    const { search, tell } = slowDns(['10 a.test', '20 b.test'])
    const { after } = search()
    tell('a.test', '192.0.2.1')
    const begun = await after(50)
    expect(shown(begun)).toEqual([['a.test 192.0.2.1'], ['no answer yet for b.test']])
    tell('b.test', '192.0.2.2')
    expect(await laterOf(begun)).toEqual([['b.test 192.0.2.2'], []])
    expect(shown(await allTargets(begun))).toEqual([['a.test 192.0.2.1', 'b.test 192.0.2.2'], []])
  })

  test('a better host is waited for for a second', async () => {
    const { search, tell } = slowDns(['10 b.test', '20 a.test'])
    const { after } = search()
    tell('a.test', '192.0.2.1')
    const begun = await after(1000)
    expect(shown(begun)).toEqual([['a.test 192.0.2.1'], ['no answer yet for b.test']])
    tell('b.test', silence)
    expect(await laterOf(begun)).toEqual([[], [silence.reason]])
  })

  test('a late family comes after all that is known, and its fault is told', async () => {
    const { search, tell } = slowDns(['10 a.test', '20 b.test'])
    const late = Promise.withResolvers<AddressAnswer>()
    const missing = { reason: 'no answer yet for AAAA a.test', late: late.promise }
    const { found } = search()
    tell('a.test', { kind: 'found', records: ['192.0.2.1'], missing })
    tell('b.test', '192.0.2.2')
    const begun = await found
    expect(shown(begun)).toEqual([['a.test 192.0.2.1', 'b.test 192.0.2.2'], [missing.reason]])
    late.resolve({ kind: 'found', records: ['2001:db8::1', '::1'] })
    expect(await laterOf(begun)).toEqual([['a.test 2001:db8::1', 'a.test ::1'], []])
  })

  test('a family that failed is told from the first', async () => {
    const { search, tell } = slowDns(['10 a.test'])
    const missing = { reason: 'ETIMEOUT for A a.test' }
    const { found } = search()
    tell('a.test', { kind: 'found', records: ['::1'], missing })
    expect(shown(await found)).toEqual([['a.test ::1'], [missing.reason]])
    expect(await found).not.toHaveProperty('later')
  })

  test.each(['0.0.0.0', '127.0.0.1'])(
    '%s at one family is no reason to give up the other',
    async (address) => {
      const { search, tell } = slowDns(['10 a.test'])
      const failed = { kind: 'failed', reason: 'ETIMEOUT for AAAA a.test' } as const
      const missing = { reason: 'no answer yet', late: Promise.resolve(failed) }
      const { found } = search()
      tell('a.test', { kind: 'found', records: [address], missing })
      const hop = await found
      const why = address === '0.0.0.0' ? failed.reason : 'SMTPSEND.DNS.MxLoopback'
      expect('error' in hop ? hop.error : '').toContain(why)
    },
  )

  test('one smart host does not wait for another', async () => {
    const { search, tell } = slowDns([])
    const settings = { DNSRoutingEnabled: false, SmartHosts: '192.0.2.1,slow.test,192.0.2.2' }
    const begun = await search(settings).after(1000)
    expect(shown(begun)).toEqual([
      ['192.0.2.2 192.0.2.2', '192.0.2.1 192.0.2.1'],
      ['no answer yet for slow.test'],
    ])
    tell('slow.test', '192.0.2.3')
    expect(await laterOf(begun)).toEqual([['slow.test 192.0.2.3'], []])
    if (begun.kind === 'targets')
      expect((await begun.later?.())?.targets[0]).toMatchObject({ smartHost: 'slow.test' })
  })
})
