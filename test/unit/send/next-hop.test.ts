import { describe, expect, test } from 'vitest'
import { findNextHop, type NextHopOptions } from '../../../src/send/next-hop.ts'
import { dnsQueue, sendConnector } from '../../support/delivery-bench.ts'
import { FakeResolver, type FakeZones } from '../../support/fake-resolver.ts'

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
