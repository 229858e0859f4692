import { describe, expect, test } from 'vitest'
import { day, hour, minute, second } from '../../../../src/base/time-span.ts'
import { placeOf, untried } from '../../../../src/queue/stored-message.ts'
import { removedReply } from '../../../../src/queue/scheduler/verdict.ts'
import { domainQueue, sampleTime } from '../../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  schedulerSettings,
  serving,
  standing,
} from '../../../support/scheduler-bench.ts'

describe('a next hop that cannot be reached', () => {
  test('puts the queue into Retry and comes back by the schedule', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.send('dead.test')
    const view = (await bench.scheduler.listing.queues()).queues.find(
      ({ NextHopDomain }) => NextHopDomain === 'dead.test',
    )
    expect(view).toMatchObject({
      Status: 'Retry',
      LastError: '441 4.4.1 no',
      RetryCount: 1,
      LastRetryTime: bench.clock.now(),
      NextRetryTime: bench.clock.now() + minute,
      MessageCount: 1,
    })
    await bench.advance(4 * minute, minute)
    expect(bench.opened).toHaveLength(5)
    await bench.advance(60 * minute, minute)
    expect(bench.opened).toHaveLength(11)
    await bench.advance(hour, minute)
    expect(bench.opened).toHaveLength(13)
  })
  /** Each session ends with 421 after its first message, of which this was said. */
  async function tired(outcome: 'retry' | 'delivered', reply: string): Promise<SchedulerBench> {
    const bench = new SchedulerBench()
    bench.settings.set({ ...schedulerSettings, MaxPerDomainOutboundConnections: 1 })
    bench.serve = async (lane) => {
      const copy = await lane.next()
      if (copy === undefined) return { kind: 'served' }
      lane.reached()
      await lane.report(copy, resultsFor(copy, outcome, reply))
      return { kind: 'unreachable', error: '421 4.3.2 Enough' }
    }
    await bench.start()
    await bench.send('tired.test', 30)
    return bench
  }

  test('is tried by the schedule, too, when it only says 421 to whatever it is offered', async () => {
    await using bench = await tired('retry', '421 4.3.2 Enough')
    await bench.advance(64 * minute, minute)
    expect(bench.opened).toHaveLength(11)
    bench.serve = delivering
    await bench.advance(30 * minute, minute)
    expect(await bench.waiting()).toEqual([])
  })

  test('is tried soon again, each time, when it takes something before it says 421', async () => {
    await using bench = await tired('delivered', '250 2.6.0 Queued')
    await bench.advance(29 * minute, minute)
    expect(await bench.waiting()).toEqual([])
  })

  test('a manual retry ends the waiting', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.send('back.test')
    bench.serve = delivering
    expect(await bench.scheduler.operations.retry(domainQueue('other.test'))).toBe(false)
    expect(await bench.scheduler.operations.retry(domainQueue('back.test'))).toBe(true)
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })
  test('beside connections at work leaves the queue Active and opens no further', async () => {
    await using bench = new SchedulerBench()
    const { serve, release } = standing()
    let count = 0
    bench.serve = (lane, signal) =>
      ++count === 1 ? serve(lane, signal) : refusing('unreachable', '421 too many')(lane, signal)
    await bench.start()
    await bench.send('strict.test', 50)
    const [, view] = (await bench.scheduler.listing.queues()).queues
    expect(view).toMatchObject({ Status: 'Active', LastError: '421 too many', RetryCount: 0 })
    const { messages } = await bench.scheduler.listing.messages({ limit: 100 })
    expect(messages.at(-1)).toMatchObject({ LastError: '421 too many', RetryCount: 0 })
    expect(bench.opened).toHaveLength(2)
    release()
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })
})

describe('why a message waits', () => {
  const remoteHost = 'mx.dead.test (192.0.2.9)'
  const refused = '441 4.4.1 refused'

  async function dead(): Promise<SchedulerBench> {
    const bench = new SchedulerBench()
    bench.serve = () => Promise.resolve({ kind: 'unreachable', error: refused, remoteHost })
    await bench.start()
    await bench.send('dead.test')
    return bench
  }

  const shown = async (bench: SchedulerBench) =>
    (await bench.scheduler.listing.messages({ limit: 10 })).messages.map(
      ({ LastError, RetryCount }) => [LastError, RetryCount],
    )

  const told = (bench: SchedulerBench, kind: 'deferred' | 'expired') =>
    bench.events.flatMap((event) =>
      event.kind === kind && event.copy.queue.nextHopDomain === 'dead.test' ? [event] : [],
    )

  test('is shown with the message, with the attempts that fell into its time', async () => {
    await using bench = await dead()
    await bench.advance(4 * minute, minute)
    await bench.advance(second)
    await bench.send('dead.test')
    expect(await shown(bench)).toEqual([
      [refused, 5],
      [refused, 0],
    ])
    await bench.advance(30 * minute, minute)
    expect(await shown(bench)).toEqual([
      [refused, 8],
      [refused, 3],
    ])
  })

  test('is told at the first attempt and at the delay, once each', async () => {
    await using bench = await dead()
    const [first] = told(bench, 'deferred')
    expect(first?.results).toMatchObject([{ outcome: 'retry', reply: refused }])
    expect(first).toMatchObject({ until: bench.clock.now() + minute })
    await bench.advance(3 * hour, 10 * minute)
    expect(told(bench, 'deferred')).toHaveLength(1)
    await bench.advance(2 * hour, 10 * minute)
    expect(told(bench, 'deferred').map(({ results }) => results.map(({ reply }) => reply))).toEqual(
      [[refused], [refused]],
    )
    expect(bench.notices).toEqual(['delayed alice@example.com'])
  })

  test('goes with it when its time runs out', async () => {
    await using bench = await dead()
    await bench.advance(2 * day + 2 * minute, 10 * minute)
    const [result] = told(bench, 'expired').flatMap(({ results }) => results)
    expect(result?.recipient).toMatchObject({ lastError: refused })
    expect(result?.recipient.attempts).toMatchObject([{ reply: refused, remoteHost }])
    expect(result?.recipient.attempts?.[0]?.count).toBeGreaterThan(90)
  })

  test('is told in the words of each time, the newest first', async () => {
    await using bench = await dead()
    await bench.advance(2 * minute, minute)
    bench.serve = refusing('unreachable', '451 4.4.0 DNS query failed')
    await bench.advance(2 * minute, minute)
    await bench.advance(5 * hour, 10 * minute)
    const [waiting] = await bench.waiting()
    expect(waiting?.recipients[0]?.attempts).toMatchObject([
      { reply: '451 4.4.0 DNS query failed' },
      { reply: refused, remoteHost, count: 3, lastAt: sampleTime + 2 * minute },
    ])
  })

  test('goes with it when an administrator removes it', async () => {
    await using bench = await dead()
    const [copy] = await bench.waiting()
    if (copy === undefined) throw new Error('nothing waits')
    await bench.scheduler.messages.remove([placeOf(copy)], 'removeWithNotice')
    const removal = bench.events.find((event) => event.kind === 'failed')
    expect(removal).toMatchObject({
      results: [{ reply: removedReply, recipient: { attempts: [{ reply: refused, remoteHost }] } }],
    })
  })

  test('goes with it to another queue', async () => {
    await using bench = await dead()
    bench.recategorize = ({ recipients }) =>
      Promise.resolve({
        copies: [{ queue: domainQueue('other.test'), recipients: recipients.map(untried) }],
        failed: [],
      })
    await bench.scheduler.operations.resubmit(domainQueue('dead.test'))
    await bench.settle()
    const [copy] = await bench.waiting()
    expect(copy?.queue.nextHopDomain).toBe('other.test')
    expect(copy?.recipients).toMatchObject([{ attempts: [{ reply: refused, remoteHost }] }])
    expect(copy?.recipients[0]?.lastError).toBeUndefined()
  })

  test('is told of as many messages as are in memory, whatever waits', async () => {
    await using bench = await dead()
    await bench.send('dead.test', 1000)
    bench.events.length = 0
    await bench.advance(20 * minute, minute)
    expect(told(bench, 'deferred').length).toBeLessThan(10)
  })
})

test('a connection that ends without trying anything is not repeated at once', async () => {
  await using bench = new SchedulerBench()
  bench.serve = () => Promise.resolve({ kind: 'served' })
  await bench.start()
  await bench.send('odd.test')
  expect(bench.opened).toHaveLength(1)
  bench.serve = delivering
  await bench.advance(minute)
  expect(await bench.waiting()).toEqual([])
})

test('everything fails when the next hop is impossible, what is not due included', async () => {
  await using bench = new SchedulerBench()
  bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.2 later'))
  await bench.start()
  await bench.send('gone.test', 5)
  bench.serve = refusing('impossible', '550 5.4.4 nonexistent domain')
  await bench.send('gone.test', 300, { envelope: { sender: '', body: '7BIT', smtpUtf8: false } })
  expect(await bench.waiting()).toHaveLength(0)
  expect(bench.kinds().filter((kind) => kind === 'failed')).toHaveLength(310)
})
