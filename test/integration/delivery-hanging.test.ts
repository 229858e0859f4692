import { describe, expect, test } from 'vitest'
import type { ConnectionResult } from '../../src/queue/delivery-agent.ts'
import { MemoryLane, deliveryBench, dnsQueue, testCopy } from '../support/delivery-bench.ts'
import { FakeMx } from '../support/fake-mx.ts'
import { until } from '../support/until.ts'

const why = 'others wait for it'

/** Delivers to hang.test, whose mail exchangers are at these addresses, all on the port. */
function hangingDelivery(port: number, ...addresses: readonly string[]) {
  const hosts = addresses.map((_, at) => `mx${at}.hang.test`)
  const bench = deliveryBench({
    zones: {
      ...Object.fromEntries(hosts.map((host, at) => [host, { a: [addresses[at] ?? ''] }])),
      ...Object.fromEntries(
        ['hang.test', 'other.test'].map((name) => [
          name,
          { mx: hosts.map((host, at) => `${at} ${host}`) },
        ]),
      ),
    },
    connector: { Port: port, ProtocolLoggingLevel: 'Verbose' },
  })
  const serve = (domain = 'hang.test', copies = [testCopy([`u@${domain}`])]) => {
    const lane = new MemoryLane(dnsQueue(domain), copies)
    const result = bench.delivery.serve(lane, new AbortController().signal)
    return { lane, result }
  }
  return { ...bench, serve, [Symbol.asyncDispose]: () => bench[Symbol.asyncDispose]() }
}

/** Resolves when the lane's connection waits for this. */
async function waitsFor(lane: MemoryLane, text: string): Promise<void> {
  await until(() => lane.watched?.waitsFor() === text)
}

async function errorOf(result: Promise<ConnectionResult>): Promise<string> {
  const end = await result
  return 'error' in end ? end.error : end.kind
}

const stages = [
  ['greeting', 'opening', 'greeting', 'the greeting from HERE'],
  ['EHLO', 'opening', 'hello', 'the reply to EHLO from HERE'],
  ['MAIL', 'envelope', 'mail', 'the reply to MAIL FROM:<sender@edge.test> from HERE'],
  ['RCPT', 'envelope', 'rcpt', 'the reply to RCPT TO:<u@hang.test> from HERE'],
  ['DATA', 'envelope', 'data', 'the reply to DATA from HERE'],
] as const

describe('a peer that hangs', () => {
  test.each(stages)(
    'at %s says what is waited for, and is given up',
    async (verb, phase, stage, text) => {
      await using mx = await FakeMx.start({ answers: { [verb]: 'hang' } })
      await using bench = hangingDelivery(mx.port, '127.0.0.1')
      const { lane, result } = bench.serve()
      const awaited = text.replace('HERE', `127.0.0.1:${mx.port}`)
      await waitsFor(lane, awaited)
      expect(lane.watched?.wait()).toMatchObject({ phase, hasAlternative: false })
      lane.watched?.giveUp(why)
      const silence = `no ${awaited.replace('the ', '')} within 0 s; ${why}`
      const error = `451 4.4.1 Connection timed out at ${stage}: ${silence}`
      expect(await errorOf(result)).toBe(error)
      if (phase === 'opening') expect(lane.returned).toHaveLength(1)
      else expect(lane.results).toEqual([`retry u@hang.test ${error}`])
      expect(bench.protocolLog.records.join('\n')).toContain(silence)
    },
  )

  test('at the final dot is given up for one that may have it', async () => {
    await using mx = await FakeMx.start({ answers: { content: 'hang' } })
    await using bench = hangingDelivery(mx.port, '127.0.0.1')
    const { lane, result } = bench.serve()
    await waitsFor(lane, `the reply to the end of the message from 127.0.0.1:${mx.port}`)
    expect(lane.watched?.wait()?.phase).toBe('final-dot')
    lane.watched?.giveUp(why)
    expect(await errorOf(result)).toMatch(
      /^451 4.4.2 .*may have been delivered: no reply to the end/,
    )
    expect(lane.results[0]).toMatch(/^retry u@hang.test 451 4.4.2/)
  })
})

test('a target that hangs is left for the next one, which delivers', async () => {
  await using second = await FakeMx.start({ address: '127.0.0.2' })
  await using _first = await FakeMx.start({ port: second.port, answers: { greeting: 'hang' } })
  await using bench = hangingDelivery(second.port, '127.0.0.1', '127.0.0.2')
  const { lane, result } = bench.serve()
  await waitsFor(lane, `the greeting from 127.0.0.1:${second.port}`)
  expect(lane.watched?.wait()?.hasAlternative).toBe(true)
  lane.watched?.tryNext(why)
  expect(await result).toEqual({ kind: 'served' })
  expect(second.messages).toHaveLength(1)
})

test('what hung for one queue is not dialled for another, which hears the same', async () => {
  await using mx = await FakeMx.start({ answers: { greeting: 'hang' } })
  await using bench = hangingDelivery(mx.port, '127.0.0.1')
  const first = bench.serve()
  await waitsFor(first.lane, `the greeting from 127.0.0.1:${mx.port}`)
  first.lane.watched?.giveUp(why)
  const error = await errorOf(first.result)
  const second = bench.serve('other.test')
  expect(await errorOf(second.result)).toBe(error)
  expect(second.lane.returned).toHaveLength(1)
  expect(mx.sessions).toHaveLength(1)
})

test('what refused one queue is not dialled for another', async () => {
  await using bench = hangingDelivery(9, '127.0.0.3')
  const first = await errorOf(bench.serve().result)
  expect(first).toContain('connect ECONNREFUSED 127.0.0.3:9')
  expect(await errorOf(bench.serve('other.test').result)).toBe(first)
  const dialled = bench.protocolLog.records.filter((record) => record.includes('attempting'))
  expect(dialled).toHaveLength(1)
})

test('an address that delivers nothing yet has a few connections, and the next queue waits a moment', async () => {
  await using mx = await FakeMx.start({ answers: { greeting: 'hang' } })
  await using bench = hangingDelivery(mx.port, '127.0.0.1')
  const hung = [1, 2, 3, 4].map(() => bench.serve())
  await mx.until(() => mx.sessions.length === 4)
  expect(await bench.serve('other.test').result).toMatchObject({ kind: 'crowded' })
  for (const { lane } of hung) lane.watched?.giveUp(why)
  await Promise.all(hung.map(({ result }) => result))
})

test('a look-up that takes too long is given up', async () => {
  await using bench = deliveryBench({
    internal: {
      mx: () => new Promise(() => undefined),
      addresses: () => new Promise(() => undefined),
    },
  })
  const lane = new MemoryLane(dnsQueue('hang.test'), [testCopy(['u@hang.test'])])
  const result = bench.delivery.serve(lane, new AbortController().signal)
  await waitsFor(lane, 'the DNS to answer for hang.test')
  lane.watched?.giveUp(why)
  expect(await errorOf(result)).toMatch(/^451 4.4.0 DNS query failed.*no answer in time/)
  expect(lane.returned).toHaveLength(1)
})
