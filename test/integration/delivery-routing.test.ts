import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { DnsAnswer, Resolver } from '../../src/dns/resolver.ts'
import { type QueueKey, redirectionQueue } from '../../src/queue/queue-key.ts'
import { type Dialer, directDialer } from '../../src/deliver/smtp/dialer.ts'
import { redirectionTarget } from '../../src/services/redirection-target.ts'
import { deliveryBench, dnsQueue, MemoryLane, testCopy } from '../support/delivery-bench.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { FakeResolver, type FakeZones } from '../support/fake-resolver.ts'

const never = new AbortController().signal

async function serve(
  domain: string,
  bench: Parameters<typeof deliveryBench>[0],
  recipients = [`user@${domain}`],
) {
  const { delivery, protocolLog } = deliveryBench(bench)
  const lane = new MemoryLane(dnsQueue(domain), [testCopy(recipients, { queue: dnsQueue(domain) })])
  const result = await delivery.serve(lane, never)
  await delivery[Symbol.asyncDispose]()
  return { lane, result, protocolLog }
}

const twoHosts: FakeZones = {
  'good.test': { mx: ['10 mx1.good.test', '20 mx2.good.test'] },
  'mx1.good.test': { a: ['127.0.0.3'] },
  'mx2.good.test': { a: ['127.0.0.1'] },
}

describe('delivery by MX', () => {
  test('goes to the second host in the same attempt when the first is dead', async () => {
    await using fake = await FakeMx.start()
    const bench = { zones: twoHosts, connector: { Port: fake.port } }
    const { lane, result, protocolLog } = await serve('good.test', bench)
    expect(result).toEqual({ kind: 'served' })
    expect(protocolLog.records.slice(0, 4)).toEqual([
      '*,,attempting to connect to mx1.good.test (127.0.0.3)',
      `*,,Failed to connect. connect ECONNREFUSED 127.0.0.3:${fake.port}`,
      '*,,attempting to connect to mx2.good.test (127.0.0.1)',
      '+,,',
    ])
    expect(lane.results).toEqual(['delivered user@good.test 250 2.6.0 Queued'])
    expect(lane.reports[0]?.results[0]?.remoteHost).toBe('mx2.good.test (127.0.0.1)')
    expect(fake.messages).toHaveLength(1)
  })

  test('goes to the second host when the first says 421', async () => {
    await using fake = await FakeMx.start()
    await using busy = await FakeMx.start({
      address: '127.0.0.3',
      port: fake.port,
      answers: { greeting: '421 4.3.2 Busy' },
    })
    const bench = { zones: twoHosts, connector: { Port: fake.port } }
    const { lane } = await serve('good.test', bench)
    expect(busy.sessions).toHaveLength(1)
    expect(lane.results).toEqual(['delivered user@good.test 250 2.6.0 Queued'])
  })

  test('takes the address of the domain itself when there is no MX', async () => {
    await using fake = await FakeMx.start()
    const zones = { 'bare.test': { a: ['127.0.0.1'] } }
    const { lane } = await serve('bare.test', { zones, connector: { Port: fake.port } })
    expect(lane.results).toEqual(['delivered user@bare.test 250 2.6.0 Queued'])
  })

  test('takes an address literal as it is', async () => {
    await using fake = await FakeMx.start()
    const { lane } = await serve('[127.0.0.1]', { connector: { Port: fake.port } })
    expect(lane.results).toEqual(['delivered user@[127.0.0.1] 250 2.6.0 Queued'])
  })

  test.each([
    ['a name that does not exist', 'none.test', {}, '5.4.4 SMTPSEND.DNS.NonExistentDomain'],
    ['a null MX', 'null.test', { 'null.test': { mx: ['0 .'] } }, '5.1.10 SMTPSEND.DNS.NullMx'],
    [
      'an MX that is our name',
      'self.test',
      { 'self.test': { mx: ['10 edge.test'] } },
      '5.4.6 SMTPSEND.DNS.MxLoopback',
    ],
    [
      'an MX whose address is our listener',
      'loop.test',
      { 'loop.test': { mx: ['10 mx.loop.test'] }, 'mx.loop.test': { a: ['127.0.0.9'] } },
      '5.4.6 SMTPSEND.DNS.MxLoopback',
    ],
    [
      'an MX without address',
      'empty.test',
      { 'empty.test': { mx: ['10 gone.test'] } },
      '5.4.4 SMTPSEND.DNS.NoAddress',
    ],
  ])('is impossible for %s', async (_, domain, zones: FakeZones, expected) => {
    const isOwnListener = (address: string, port: number) => address === '127.0.0.9' && port === 25
    const { lane, result } = await serve(domain, { zones, isOwnListener })
    expect(result).toMatchObject({ kind: 'impossible' })
    expect(JSON.stringify(result)).toContain(`550 ${expected}`)
    expect(lane.returned).toHaveLength(1)
    expect(lane.reports).toHaveLength(0)
  })

  test('retries what the DNS cannot answer, and everything under DowngradeDnsFailures', async () => {
    const zones = { 'servfail.test': { fails: true } }
    expect((await serve('servfail.test', { zones })).result).toEqual({
      kind: 'unreachable',
      error: '451 4.4.0 DNS query failed. The error was: ESERVFAIL for MX servfail.test',
    })
    const connector = { ErrorPolicies: 'DowngradeDnsFailures' }
    expect((await serve('none.test', { connector })).result).toEqual({
      kind: 'unreachable',
      error:
        '451 4.4.0 DNS query failed. The error was: SMTPSEND.DNS.NonExistentDomain; nonexistent domain',
    })
  })

  test('delivers once the DNS answers again', async () => {
    await using fake = await FakeMx.start()
    const zones: FakeZones = { 'good.test': { fails: true }, 'mx.test': { a: ['127.0.0.1'] } }
    await using bench = deliveryBench({ zones, connector: { Port: fake.port } })
    const { delivery } = bench
    const lane = new MemoryLane(dnsQueue('good.test'), [testCopy(['a@good.test'])])
    expect(await delivery.serve(lane, never)).toMatchObject({ kind: 'unreachable' })
    zones['good.test'] = { mx: ['10 mx.test'] }
    lane.waiting.push(...lane.returned.splice(0))
    expect(await delivery.serve(lane, never)).toEqual({ kind: 'served' })
    expect(fake.messages).toHaveLength(1)
  })

  test('does not go to a backup MX that is us, but to the better host', async () => {
    await using fake = await FakeMx.start()
    const zones = {
      'good.test': { mx: ['10 mx.test', '20 edge.test', '30 worse.test'] },
      'mx.test': { a: ['127.0.0.3'] },
      'worse.test': { a: ['127.0.0.1'] },
    }
    const { result } = await serve('good.test', { zones, connector: { Port: fake.port } })
    expect(result).toMatchObject({ kind: 'unreachable' })
    expect(fake.sessions).toHaveLength(0)
  })

  test('tells the first trouble and the last endpoint when no host is of use', async () => {
    await using refuses = await FakeMx.start({ answers: { greeting: '554 5.7.1 Go away' } })
    const zones = {
      ...twoHosts,
      'mx1.good.test': { a: ['127.0.0.1'] },
      'mx2.good.test': { a: ['127.0.0.3'] },
    }
    const bench = { zones, connector: { Port: refuses.port, ProtocolLoggingLevel: 'Verbose' } }
    const { lane, result, protocolLog } = await serve('good.test', bench)
    expect(result).toEqual({
      kind: 'unreachable',
      error: `451 4.4.0 Primary target IP address responded with: "554 5.7.1 Go away." Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 127.0.0.3:${refuses.port}`,
      remoteHost: 'mx1.good.test (127.0.0.1)',
    })
    expect(lane.returned).toHaveLength(1)
    expect(protocolLog.records.join()).toContain(
      'Failed to connect. connect ECONNREFUSED 127.0.0.3',
    )
  })

  test('tells a dead host as Exchange does', async () => {
    const zones = { 'dead.test': { a: ['127.0.0.3'] } }
    const { result } = await serve('dead.test', { zones, connector: { Port: 9 } })
    expect(result).toEqual({
      kind: 'unreachable',
      error:
        '441 4.4.1 Error encountered while communicating with primary target IP address: "Failed to connect. connect ECONNREFUSED 127.0.0.3:9." Attempted failover to alternate host, but that did not succeed. Either there are no alternate hosts, or delivery failed to all alternate hosts. The last endpoint attempted was 127.0.0.3:9',
      remoteHost: 'dead.test (127.0.0.3)',
    })
  })
})

describe('delivery to a host that the DNS knows only half of', () => {
  const zones = { 'half.test': { a: ['127.0.0.3'] } }
  const half = (late: Promise<DnsAnswer<string>>) => {
    const dns = new FakeResolver(zones)
    const missing = { reason: 'no answer yet for AAAA half.test', late }
    const resolver: Resolver = {
      mx: (domain) => dns.mx(domain),
      addresses: () => Promise.resolve({ kind: 'found', records: ['127.0.0.3'], missing }),
    }
    return resolver
  }

  test('goes to the other half when that has come and the first is of no use', async () => {
    await using fake = await FakeMx.start({ address: '::1' })
    const { lane } = await serve('half.test', {
      internal: half(Promise.resolve({ kind: 'found', records: ['::1'] })),
      connector: { Port: fake.port },
    })
    expect(lane.results).toEqual(['delivered user@half.test 250 2.6.0 Queued'])
  })

  test('tells the fault of the DNS when none is of use', async () => {
    const reason = 'ETIMEOUT for AAAA half.test'
    const { result } = await serve('half.test', {
      internal: half(Promise.resolve({ kind: 'failed', reason })),
      connector: { Port: 9 },
    })
    expect(JSON.stringify(result)).toContain(
      `attempted was 127.0.0.3:9. DNS query failed for other addresses: ${reason}`,
    )
  })
})

describe('delivery to smart hosts', () => {
  const smart = { DNSRoutingEnabled: false }

  test('goes past one that is down or unknown', async () => {
    await using fake = await FakeMx.start()
    const zones = { 'relay.test': { a: ['127.0.0.1'] } }
    const connector = {
      ...smart,
      SmartHosts: '127.0.0.3,unknown.test,relay.test',
      Port: fake.port,
    }
    const { lane } = await serve('anything.test', { zones, connector, random: () => 0 })
    expect(lane.results).toEqual(['delivered user@anything.test 250 2.6.0 Queued'])
  })

  test('follows the MX of a smart host name', async () => {
    await using fake = await FakeMx.start()
    const zones = {
      'relay.test': { mx: ['10 mx.relay.test'], a: ['127.0.0.3'] },
      'mx.relay.test': { a: ['127.0.0.1'] },
    }
    const connector = { ...smart, SmartHosts: 'relay.test', Port: fake.port }
    const { lane } = await serve('anything.test', { zones, connector })
    expect(lane.results).toEqual(['delivered user@anything.test 250 2.6.0 Queued'])
  })

  test('keeps mail when a smart host has no address: our setting is wrong, not the mail', async () => {
    const connector = { ...smart, SmartHosts: 'unknown.test' }
    expect((await serve('anything.test', { connector })).result).toEqual({
      kind: 'unreachable',
      error: '451 4.4.0 DNS query failed. The error was: no address for smart host unknown.test',
    })
  })

  test('is a loop when the smart host is our own listener', async () => {
    const connector = { ...smart, SmartHosts: '127.0.0.1', Port: 2525 }
    const isOwnListener = (_: string, port: number) => port === 2525
    const { result } = await serve('anything.test', { connector, isOwnListener })
    expect(result).toMatchObject({ kind: 'impossible' })
  })
})

describe('redirected messages', () => {
  const queue = redirectionQueue('relay.test')
  const zones = { 'relay.test': { a: ['127.0.0.1'] } }

  test('go to port 25 of the server that the queue names, by no configured connector', async () => {
    await using fake = await FakeMx.start()
    const direct = directDialer(systemClock)
    const ports: number[] = []
    const dial: Dialer['dial'] = (target, options) => {
      ports.push(target.port)
      return direct.dial({ ...target, port: fake.port }, options)
    }
    await using bench = deliveryBench({ zones, dialerFor: () => ({ dial }) })
    const lane = new MemoryLane(queue, [testCopy(['bob@far.test'], { queue })])
    expect(await bench.delivery.serve(lane, never)).toEqual({ kind: 'served' })
    expect(lane.results).toEqual(['delivered bob@far.test 250 2.6.0 Queued'])
    expect(ports).toEqual([25])
  })

  test.each([
    ['a name without an address', 'nowhere.test', {}, 'no address for smart host nowhere.test'],
    ['this server', 'relay.test', { isOwnListener: () => true }, '5.4.6'],
  ])('cannot go to %s', async (_, host, options, why) => {
    await using bench = deliveryBench({ zones, ...options })
    const nextHopOf = (key: QueueKey) => bench.delivery.nextHopOf(key)
    await expect(redirectionTarget(host, nextHopOf)).rejects.toThrow(why)
    await expect(redirectionTarget(host, nextHopOf)).rejects.toThrow(
      `Messages cannot be redirected to '${host}': `,
    )
  })

  test('wait in a queue that shows an address in brackets', async () => {
    await using bench = deliveryBench({ zones })
    const nextHopOf = (key: QueueKey) => bench.delivery.nextHopOf(key)
    expect(await redirectionTarget('relay.test', nextHopOf)).toEqual(queue)
    expect(await redirectionTarget('192.0.2.9', nextHopOf)).toEqual(redirectionQueue('[192.0.2.9]'))
  })
})
