import { describe, expect, test } from 'vitest'
import { hour, minute } from '../../../src/base/time-span.ts'
import { domainQueue } from '../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  schedulerSettings,
  serving,
  standing,
} from '../../support/scheduler-bench.ts'

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
    expect(bench.opened).toHaveLength(2)
    release()
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
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
