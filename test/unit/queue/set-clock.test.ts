import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { day, hour, minute, second } from '../../../src/base/time-span.ts'
import { longestWait } from '../../../src/queue/scheduler/retry-schedule.ts'
import { commitTo, domainQueue, sampleTime } from '../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  schedulerSettings,
  serving,
} from '../../support/scheduler-bench.ts'

const down = refusing('unreachable', '441 4.4.1 Connection refused')
const deferring = serving((copy) => resultsFor(copy, 'retry', '450 4.2.1 later'))
const longest = longestWait(schedulerSettings)

describe('a clock that is set back by a day', () => {
  test('leaves nothing waiting that was accepted while it was ahead', async () => {
    await using bench = new SchedulerBench()
    bench.clock.jump(day)
    await bench.start()
    bench.serve = down
    await bench.send('first.test')
    bench.clock.jump(-day)
    bench.serve = delivering
    await bench.advance(2 * minute, second)
    expect(await bench.waiting()).toEqual([])
  })

  test('leaves nobody waiting longer for an own retry', async () => {
    await using bench = new SchedulerBench()
    bench.serve = deferring
    await bench.start()
    await bench.send('first.test')
    bench.clock.jump(-day)
    bench.serve = delivering
    await bench.advance(16 * minute, 10 * second)
    expect(await bench.waiting()).toEqual([])
  })

  test('while the server was down, leaves no due time beyond the longest wait', async () => {
    await using bench = new SchedulerBench()
    const copies = await commitTo(bench.store, [domainQueue('first.test')], {
      dueAt: sampleTime + day,
      message: { receivedAt: sampleTime },
    })
    bench.store.release(copies)
    await bench.start()
    await bench.advance(second)
    expect(await bench.waiting()).toEqual([])
  })
})

describe('a clock that goes forward by days', () => {
  test('gives no mail up before it has stood for a quarter of an hour', async () => {
    await using bench = new SchedulerBench()
    bench.serve = deferring
    await bench.start()
    await bench.send('first.test')
    bench.clock.jump(10 * day)
    await bench.advance(14 * minute, 10 * second)
    expect(await bench.waiting()).toHaveLength(1)
    bench.clock.jump(-10 * day)
    await bench.advance(hour, 10 * second)
    expect(bench.notices).toEqual([])
    bench.clock.jump(10 * day)
    await bench.advance(17 * minute, 10 * second)
    expect(bench.notices).toEqual(['failed alice@example.com'])
  })
})

test('whatever the clock does, all mail goes out within the longest wait once its next hop serves', async () => {
  const jumps = fc.constantFrom(-day, -hour, -20 * minute, -second, second, hour, 30 * day)
  const step = fc.oneof(
    fc.record({ kind: fc.constant('jump' as const), by: jumps }),
    fc.record({
      kind: fc.constant('wait' as const),
      by: fc.constantFrom(second, minute, 9 * minute),
    }),
    fc.record({ kind: fc.constant('send' as const), by: fc.constant(0) }),
    fc.record({ kind: fc.constant('hop' as const), by: fc.constantFrom(0, 1, 2) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      await using bench = new SchedulerBench()
      // Only whether it is tried counts here.
      bench.settings.set({
        ...schedulerSettings,
        MessageExpirationTimeout: 3650 * day,
        DelayNotificationTimeout: 3650 * day,
      })
      bench.serve = down
      await bench.start()
      for (const { kind, by } of steps) {
        if (kind === 'jump') bench.clock.jump(by)
        else if (kind === 'wait') await bench.advance(by, 10 * second)
        else if (kind === 'send') await bench.send('first.test')
        else bench.serve = [down, deferring, delivering][by] ?? down
      }
      bench.serve = delivering
      await bench.advance(longest + minute, 10 * second)
      expect(await bench.waiting()).toEqual([])
    }),
    { numRuns: 100 },
  )
})

describe('Retry-Queue', () => {
  test.each([
    ['in Retry', down],
    ['whose mail waits for its own retry', deferring],
  ])('tries what waits in a queue %s', async (_, before) => {
    await using bench = new SchedulerBench()
    bench.serve = before
    await bench.start()
    await bench.send('first.test', 2)
    bench.serve = delivering
    expect(await bench.scheduler.operations.retry(domainQueue('first.test'))).toBe(true)
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })

  test('says when nothing waits, or when the queue is suspended', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    const { operations } = bench.scheduler
    expect(await operations.retry(domainQueue('first.test'))).toBe(false)
    await operations.suspend(domainQueue('first.test'))
    await bench.send('first.test')
    expect(await operations.retry(domainQueue('first.test'))).toBe(false)
  })
})
