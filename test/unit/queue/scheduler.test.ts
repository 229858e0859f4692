import { describe, expect, test } from 'vitest'
import { day, hour, minute } from '../../../src/base/time-span.ts'
import { domainQueue } from '../../support/queue-samples.ts'
import { SchedulerBench, refusing, resultsFor, serving } from '../../support/scheduler-bench.ts'

describe('delivering', () => {
  test('fresh copies are delivered and leave the queue', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.send('first.test', 3)
    expect(await bench.waiting()).toEqual([])
    expect(bench.kinds().filter((kind) => kind === 'delivered')).toHaveLength(3)
  })
  test('copies of an earlier run are taken up at start', async () => {
    await using bench = new SchedulerBench()
    await bench.send('first.test', 300)
    await bench.start()
    expect(await bench.waiting()).toEqual([])
  })
  test('copies that arrive during a connection use it', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.send('first.test', 10)
    expect(bench.opened).toEqual(['first.test'])
  })
})

describe('a next hop that cannot be reached', () => {
  test('puts the queue into Retry and comes back by the schedule', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.send('dead.test')
    const view = (await bench.scheduler.listing.queues()).find(
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
})

describe('outcomes', () => {
  test('a recipient told 4yz waits for MessageRetryInterval', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.2 later'))
    await bench.start()
    await bench.send('first.test')
    expect(await bench.waiting()).toMatchObject([
      { attempts: 1, lastError: '451 4.3.2 later', dueAt: bench.clock.now() + 15 * minute },
    ])
    await bench.advance(15 * minute)
    expect(await bench.waiting()).toMatchObject([{ attempts: 2 }])
  })
  test('a failed recipient leaves with a notification, which is delivered', async () => {
    await using bench = new SchedulerBench()
    bench.serve = serving((copy) =>
      resultsFor(copy, copy.message.source === 'DSN' ? 'delivered' : 'failed', '550 5.1.1 unknown'),
    )
    await bench.start()
    await bench.send('first.test')
    expect(bench.notices).toEqual(['failed alice@example.com'])
    expect(bench.kinds()).toEqual(['queued', 'failed', 'notified', 'queued', 'delivered'])
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
  test('a message that waits past its expiry fails, although its queue is in Retry', async () => {
    await using bench = new SchedulerBench()
    bench.serve = refusing('unreachable', '441 4.4.1 no')
    await bench.start()
    await bench.send('dead.test')
    await bench.advance(2 * day - minute, 10 * minute)
    expect(bench.kinds()).not.toContain('expired')
    await bench.advance(3 * minute, minute)
    expect(bench.events).toContainEqual(
      expect.objectContaining({
        kind: 'expired',
        results: [expect.objectContaining({ reply: '550 4.4.7 QUEUE.Expired; message expired' })],
      }),
    )
    expect(bench.notices).toEqual(['delayed alice@example.com', 'failed alice@example.com'])
  })
})

test('an idle queue disappears from the list', async () => {
  await using bench = new SchedulerBench()
  await bench.start()
  await bench.send('first.test')
  const names = async () =>
    (await bench.scheduler.listing.queues()).map(({ NextHopDomain }) => NextHopDomain)
  expect(await names()).toEqual(['Submission', 'first.test'])
  await bench.advance(3 * minute)
  expect(await names()).toEqual(['Submission'])
})

test('messages are listed with their queue', async () => {
  await using bench = new SchedulerBench()
  bench.serve = refusing('unreachable', '441 4.4.1 no')
  await bench.start()
  const [copy] = await bench.send('dead.test')
  const page = await bench.scheduler.listing.messages({
    queue: domainQueue('dead.test'),
    limit: 10,
  })
  expect(page.messages).toMatchObject([
    { Identity: `EDGE01\\1\\${copy?.message.id ?? ''}`, Status: 'Retry', Queue: 'EDGE01\\1' },
  ])
})
