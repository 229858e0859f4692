import { expect, onTestFinished, test } from 'vitest'
import { day, hour, minute, second } from '../../../../src/base/time-span.ts'
import type { QueueStore } from '../../../../src/queue/queue-store.ts'
import { domainQueue } from '../../../support/queue-samples.ts'
import { SchedulerBench, delivering, refusing } from '../../../support/scheduler-bench.ts'

const refused = '441 4.4.1 Error communicating with the target host'

/** A store with mail for a next hop that could not be reached four times; the last time four minutes after the first. */
async function storeInRetry(): Promise<QueueStore> {
  const bench = new SchedulerBench()
  bench.serve = refusing('unreachable', refused)
  await bench.start()
  await bench.send('dead.test')
  await bench.advance(4 * minute, minute)
  await bench[Symbol.asyncDispose]()
  return bench.store
}

/** A scheduler that starts so long after the first attempt. */
async function startedAfter(store: QueueStore, time: number): Promise<SchedulerBench> {
  const bench = new SchedulerBench(undefined, undefined, { store })
  onTestFinished(() => bench[Symbol.asyncDispose]())
  bench.clock.advance(time)
  await bench.start()
  return bench
}

async function shown(bench: SchedulerBench) {
  const { queues } = await bench.scheduler.listing.queues()
  return queues.find(({ NextHopDomain }) => NextHopDomain === 'dead.test')
}

test('a queue in Retry goes on waiting after a restart, and is shown so at once', async () => {
  const bench = await startedAfter(await storeInRetry(), 4 * minute + 30 * second)
  const firstRetryAt = bench.clock.now() - 4 * minute - 30 * second
  expect(await shown(bench)).toMatchObject({
    Status: 'Retry',
    RetryCount: 5,
    LastError: refused,
    FirstRetryTime: firstRetryAt,
    LastRetryTime: firstRetryAt + 4 * minute,
    NextRetryTime: firstRetryAt + 14 * minute,
  })
  expect((await bench.scheduler.listing.messages({ limit: 1 })).messages[0]).toMatchObject({
    Status: 'Retry',
    LastError: refused,
  })
  await bench.advance(9 * minute, minute)
  expect(bench.opened).toEqual([])
  await bench.advance(minute, second)
  expect(bench.opened).toEqual(['dead.test'])
})

test('an attempt that was due while nothing ran is made at the start, and counted on', async () => {
  const bench = await startedAfter(await storeInRetry(), hour)
  bench.serve = refusing('unreachable', refused)
  await bench.advance(second)
  expect(bench.opened).toEqual(['dead.test'])
  expect(await shown(bench)).toMatchObject({ Status: 'Retry', RetryCount: 6 })
})

test('no queue waits longer than by the schedule, though the clock was ahead when it was written', async () => {
  const store = await storeInRetry()
  const bench = new SchedulerBench(undefined, undefined, { store })
  onTestFinished(() => bench[Symbol.asyncDispose]())
  const now = bench.clock.now()
  store.keepRetry(domainQueue('dead.test'), {
    retryCount: 3,
    lastError: refused,
    firstRetryAt: now + 30 * day,
    lastRetryAt: now + 30 * day,
    nextRetryAt: now + 30 * day + minute,
  })
  await bench.start()
  await bench.advance(second)
  expect(bench.opened).toEqual(['dead.test'])
})

test('mail that comes for a queue in Retry waits with it, and Retry-Queue ends the waiting', async () => {
  const bench = await startedAfter(await storeInRetry(), 5 * minute)
  await bench.send('dead.test')
  expect(bench.opened).toEqual([])
  await bench.scheduler.operations.retry(domainQueue('dead.test'))
  await bench.settle()
  expect(bench.opened[0]).toBe('dead.test')
  expect(await bench.waiting()).toEqual([])
})

test('what a next hop did before it answered is forgotten, also over a restart', async () => {
  const bench = await startedAfter(await storeInRetry(), hour)
  bench.serve = delivering
  await bench.advance(second)
  expect(await bench.waiting()).toEqual([])
  const [figures] = await bench.store.queues({ keys: [domainQueue('dead.test')], withRetry: true })
  expect(figures?.retry).toBeUndefined()
})

test('a queue in Retry for MaxIdleTimeBeforeResubmit is categorized anew, and again after as long', async () => {
  await using bench = new SchedulerBench()
  bench.settings.set({
    ...bench.settings.current,
    MaxIdleTimeBeforeResubmit: 2 * hour,
    MessageExpirationTimeout: 30 * day,
    DelayNotificationTimeout: 29 * day,
  })
  bench.serve = refusing('unreachable', refused)
  let asked = 0
  bench.recategorize = ({ queue, recipients }) => {
    asked++
    const key = asked >= 2 ? domainQueue('dead.test', 'Rescue') : queue
    return { copies: [{ queue: key, recipients }], failed: [] }
  }
  await bench.start()
  await bench.send('dead.test')
  await bench.advance(hour + 50 * minute, minute)
  expect(asked).toBe(0)
  await bench.advance(hour, minute)
  expect(asked).toBe(1)
  expect((await bench.waiting()).map(({ queue }) => queue.nextHopConnector)).toEqual([
    'To Internet',
  ])
  await bench.advance(2 * hour, minute)
  expect((await bench.waiting()).map(({ queue }) => queue.nextHopConnector)).toEqual(['Rescue'])
})
