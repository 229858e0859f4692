import { expect, test } from 'vitest'
import {
  type BenchOptions,
  deliveryBench,
  dnsQueue,
  MemoryLane,
  testCopy,
} from '../support/delivery-bench.ts'
import { FakeMx } from '../support/fake-mx.ts'
import type { FakeZones } from '../support/fake-resolver.ts'

const never = new AbortController().signal
const zones: FakeZones = {
  'good.test': { mx: ['10 mx1.good.test', '20 mx2.good.test'] },
  'mx1.good.test': { a: ['127.0.0.3'] },
  'mx2.good.test': { a: ['127.0.0.1'] },
}
const looked =
  '> DNS server returned NoError. [Domain:Result] = good.test:Success; [Host:Addresses] = mx1.good.test:127.0.0.3;mx2.good.test:127.0.0.1;'
const begun = '+ DnsConnectorDelivery Test'

/** What the connectivity log has once the copies were delivered and every session is closed. */
async function sessionsOf(options: BenchOptions, count = 1) {
  const bench = deliveryBench({ zones, ...options })
  const copies = Array.from({ length: count }, () => testCopy(['a@good.test', 'b@good.test']))
  await bench.delivery.serve(new MemoryLane(dnsQueue('good.test'), copies), never)
  await bench.delivery[Symbol.asyncDispose]()
  return bench.connectivityLog
}

test('a kept session has three records beside the DNS, however many messages go over it', async () => {
  await using fake = await FakeMx.start()
  const connector = { DNSRoutingEnabled: false, SmartHosts: ['127.0.0.1'], Port: fake.port }
  const { records, sessions } = await sessionsOf({ connector }, 3)
  expect(records).toEqual([
    [begun, '> Established connection to 127.0.0.1', '- 100/2 100/2 100/2 ()'],
  ])
  expect(sessions[0]?.destination).toBe('good.test')
})

/** An answer for the first time, and one from then on. */
function secondTime(then: string, first: string) {
  let asked = 0
  return () => (asked++ === 0 ? first : then)
}

test('a dead host has a session of its own, and the next host the next', async () => {
  await using fake = await FakeMx.start()
  const { records } = await sessionsOf({ connector: { Port: fake.port } })
  expect(records).toEqual([
    [
      begun,
      looked,
      `> Failed connection to 127.0.0.3:${fake.port} (ConnectionRefused:0000274D)[TargetHost:mx1.good.test]`,
      `-  (Retry : 441 4.4.1 Failed to connect: connect ECONNREFUSED 127.0.0.3:${fake.port})`,
    ],
    [begun, '> Established connection to 127.0.0.1', '- 100/2 ()'],
  ])
})

test('a host that says 421 is told with its words', async () => {
  await using fake = await FakeMx.start({ answers: { greeting: '421 4.3.2 Busy' } })
  const connector = { DNSRoutingEnabled: false, SmartHosts: ['127.0.0.1'], Port: fake.port }
  const { records } = await sessionsOf({ connector })
  expect(records).toEqual([
    [begun, '> Established connection to 127.0.0.1', '-  (Retry : 421 4.3.2 Busy)'],
  ])
})

test('a next hop without address ends before a connection', async () => {
  const { records } = await sessionsOf({ zones: {} })
  expect(records).toEqual([
    [
      begun,
      '> DNS server returned InfoDomainNonexistent. [Domain:Result] = good.test:InfoDomainNonexistent;',
      '-  (Fail : 550 5.4.4 SMTPSEND.DNS.NonExistentDomain; nonexistent domain)',
    ],
  ])
})

test('TLS that fails is told, and the session in clear after it', async () => {
  await using fake = await FakeMx.start({ tls: { key: '', cert: '' } })
  const connector = { DNSRoutingEnabled: false, SmartHosts: ['127.0.0.1'], Port: fake.port }
  const { records } = await sessionsOf({ connector })
  expect(records).toEqual([
    [
      begun,
      '> Established connection to 127.0.0.1',
      expect.stringMatching(/^> TLS negotiation failed: /),
      expect.stringMatching(/^- {2}\(Retry : 451 4\.4\.2 Connection dropped at tls: TLS /),
    ],
    [
      begun,
      '> Established connection to 127.0.0.1',
      '> TLS failed, sending in clear',
      '- 100/2 ()',
    ],
  ])
})

test.each([
  ['MAIL', { MAIL: secondTime('421 4.7.0 Enough', '250 OK') }, 'Retry : 421 4.7.0 Enough'],
  [
    'the final dot',
    { content: secondTime('drop', '250 OK') },
    'Retry : 451 4.4.2 Connection dropped after the end of the message, it may have been delivered:',
  ],
])('a session that ends at %s says what it had carried, and why it ended', async (...row) => {
  const [, answers, outcome] = row
  await using fake = await FakeMx.start({ answers })
  const connector = { DNSRoutingEnabled: false, SmartHosts: ['127.0.0.1'], Port: fake.port }
  const { records } = await sessionsOf({ connector }, 2)
  expect(records[0]?.at(-1)).toContain(`- 100/2 (${outcome}`)
})

test('has the id of the protocol log', async () => {
  await using fake = await FakeMx.start()
  const ids: (string | undefined)[] = []
  const protocolLog = {
    session: ({ id = '' }: { readonly id?: string }) => {
      ids.push(id)
      return { id, record: () => undefined }
    },
  }
  const { sessions } = await sessionsOf({ protocolLog, connector: { Port: fake.port } })
  expect(ids).toEqual(sessions.map(({ id }) => id))
  expect(ids).toHaveLength(2)
})
