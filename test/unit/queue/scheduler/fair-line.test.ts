import { expect, test } from 'vitest'
import { DeliveryQueue } from '../../../../src/queue/scheduler/delivery-queue.ts'
import { FairLine, familyOf } from '../../../../src/queue/scheduler/fair-line.ts'
import { testCopy } from '../../../support/delivery-bench.ts'
import { domainQueue } from '../../../support/queue-samples.ts'

interface Mail {
  readonly domain: string
  readonly client?: string
  readonly sender?: string
  readonly source?: string
}

function queue({
  domain,
  client = '192.0.2.1',
  sender = 'bulk@a.test',
  source,
}: Mail): DeliveryQueue {
  const made = new DeliveryQueue(domainQueue(domain))
  made.push(
    testCopy(['user@contoso.test'], {
      envelope: { sender, body: '7BIT', smtpUtf8: false },
      sourceAddress: client,
      ...(source !== undefined && { source }),
    }),
  )
  return made
}

const crowd = (mail: Omit<Mail, 'domain'> = {}) =>
  Array.from({ length: 10_000 }, (_, n) => queue({ domain: `h${n}.hang${n}.test`, ...mail }))

function firstOf(line: FairLine, count: number): (string | undefined)[] {
  return Array.from({ length: count }, () => line.take()?.key.nextHopDomain)
}

test.each<[string, Partial<Mail>]>([
  ['another client', { client: '192.0.2.2', sender: 'any@b.test' }],
  ['another sender', { sender: 'ana@b.test' }],
  ['no notification', { client: '', sender: 'ana@b.test' }],
])(
  'one that comes from %s has a turn among the first, wherever it stands in the crowd',
  (_, mail) => {
    const line = new FairLine()
    const source = mail.client === '' ? { source: 'DSN', client: '', sender: '' } : {}
    const all = crowd(source)
    for (const each of all.slice(0, 5000)) line.push(each)
    line.push(queue({ domain: 'live.test', ...mail }))
    for (const each of all.slice(5000)) line.push(each)
    expect(firstOf(line, 4)).toContain('live.test')
  },
)

test('one family has one turn like another', () => {
  const line = new FairLine()
  for (let n = 0; n < 10_000; n++) line.push(queue({ domain: `h${n}.evil.test` }))
  line.push(queue({ domain: 'live.example' }))
  for (let n = 0; n < 10_000; n++) line.push(queue({ domain: `i${n}.evil.test` }))
  expect(firstOf(line, 4)).toContain('live.example')
})

test('what came last does not wait for those before it, nor those for what comes after', () => {
  const line = new FairLine()
  for (const each of crowd()) line.push(each)
  line.push(queue({ domain: 'last.test' }))
  expect(firstOf(line, 2)).toEqual(['last.test', 'h0.hang0.test'])
})

test('each has its turn once', () => {
  const line = new FairLine()
  const all = [...crowd(), ...crowd({ client: '192.0.2.2' }), ...crowd({ sender: 'x@a.test' })]
  const served = new Set<DeliveryQueue>()
  for (const [at, each] of all.entries()) {
    line.push(each)
    const one = at % 3 === 0 ? line.take() : undefined
    if (one !== undefined) served.add(one)
  }
  expect(line.size).toBe(all.length - served.size)
  for (const one of line.takeAll()) served.add(one)
  expect([served.size, line.size, line.take()]).toEqual([all.length, 0, undefined])
})

test.each([
  ['a.b.contoso.test', 'contoso.test'],
  ['Contoso.Test', 'contoso.test'],
  ['[192.0.2.1]', '[192.0.2.1]'],
  ['test', 'test'],
])('%s is of the family %s', (domain, family) => {
  expect(familyOf(domainQueue(domain))).toBe(family)
})

test('a smart host is a family of its own', () => {
  const key = {
    ...domainQueue('a.relay.test'),
    deliveryType: 'SmartHostConnectorDelivery' as const,
  }
  expect(familyOf(key)).toBe('a.relay.test')
})

test('clients that have been served leave nothing behind, and their turns stay as they were', () => {
  const line = new FairLine()
  const crowded = crowd()
  for (const each of crowded.slice(0, 3)) line.push(each)
  const serve = (n: number) => {
    const one = queue({
      domain: `d${n}.test`,
      client: `198.51.100.${n % 250}`,
      sender: `s${n}@b.test`,
    })
    line.push(one)
    // Who came last has the next turn; the crowd's turn is every second.
    return [line.take(), line.take()].includes(one)
  }
  for (let n = 0; n < 1000; n++) {
    if (n > 0 && line.size < 3) line.push(queue({ domain: `more${n}.test` }))
    expect(serve(n), `client ${n}`).toBe(true)
  }
})
