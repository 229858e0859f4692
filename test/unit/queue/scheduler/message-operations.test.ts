import { describe, expect, test } from 'vitest'
import { hour, minute } from '../../../../src/base/time-span.ts'
import { type QueueStore, type Settlement, StoreError } from '../../../../src/queue/queue-store.ts'
import type { DeliveryLane } from '../../../../src/queue/delivery-agent.ts'
import { submissionQueue, unreachableQueue } from '../../../../src/queue/queue-key.ts'
import { type Copy, placeOf } from '../../../../src/queue/stored-message.ts'
import { failing } from '../../../support/failing-store.ts'
import { domainQueue } from '../../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  serving,
} from '../../../support/scheduler-bench.ts'

const key = domainQueue('first.test')
const dead = refusing('unreachable', '441 4.4.1 no')

/** A next hop that takes one message and answers it when it is told to. */
function slow() {
  const gate = Promise.withResolvers<'delivered' | 'retry' | 'untried'>()
  const serve: SchedulerBench['serve'] = async (lane: DeliveryLane) => {
    lane.reached()
    const copy = await lane.next()
    const outcome = await gate.promise
    if (copy !== undefined && outcome === 'untried') lane.putBack(copy)
    else if (copy !== undefined && outcome !== 'untried') {
      await lane.report(copy, resultsFor(copy, outcome, '451 4.3.0 later'))
    }
    return { kind: 'served' }
  }
  return { serve, answer: gate.resolve }
}

async function statuses(bench: SchedulerBench): Promise<string[]> {
  const { messages } = await bench.scheduler.listing.messages({ limit: 10 })
  return messages.map(({ Status }) => Status)
}

async function queueStatus(bench: SchedulerBench): Promise<string | undefined> {
  const { queues: views } = await bench.scheduler.listing.queues()
  return views.find(({ NextHopDomain }) => NextHopDomain === 'first.test')?.Status
}

/** A bench with a message in transmission. */
async function transmitting(): Promise<{
  bench: SchedulerBench
  copy: Copy
  answer: ReturnType<typeof slow>['answer']
}> {
  const bench = new SchedulerBench()
  const { serve, answer } = slow()
  bench.serve = serve
  await bench.start()
  const [copy] = await bench.send('first.test')
  if (copy === undefined) throw new Error('one was sent')
  bench.serve = delivering
  return { bench, copy, answer }
}

describe('a suspended message', () => {
  test('is passed over while others of its queue are delivered, until it is resumed', async () => {
    await using bench = new SchedulerBench()
    bench.serve = dead
    await bench.start()
    const [first] = await bench.send('first.test', 3)
    if (first === undefined) throw new Error('three were sent')
    await bench.scheduler.messages.suspend([placeOf(first)])
    expect(await statuses(bench)).toEqual(['Suspended', 'Retry', 'Retry'])
    bench.serve = delivering
    await bench.advance(hour, minute)
    expect(await statuses(bench)).toEqual(['Suspended'])
    await bench.scheduler.messages.resume([placeOf(first)])
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })
  test.each([
    ['of the Submission queue is categorized when it is resumed', submissionQueue, 0],
    ['of the Unreachable queue waits on when it is resumed', unreachableQueue, 1],
  ])('%s', async (_, queue, left) => {
    await using bench = new SchedulerBench()
    await bench.start()
    const copies = await bench.sendTo(queue)
    await bench.scheduler.messages.suspend(copies.map(placeOf))
    let categorized = 0
    bench.recategorize = ({ recipients }) => {
      categorized++
      return Promise.resolve({ copies: [{ queue: key, recipients }], failed: [] })
    }
    await bench.advance(hour, minute)
    expect(categorized).toBe(0)
    await bench.scheduler.messages.resume(copies.map(placeOf))
    await bench.settle()
    expect(await bench.waiting()).toHaveLength(left)
  })
  test('neither expires nor tells of a delay', async () => {
    await using bench = new SchedulerBench()
    bench.serve = dead
    await bench.start()
    await bench.scheduler.messages.suspend((await bench.send('first.test')).map(placeOf))
    await bench.advance(72 * hour, hour)
    expect(await statuses(bench)).toEqual(['Suspended'])
    expect(bench.notices).toEqual([])
  })
  test('stays behind when its queue is retried or categorized anew', async () => {
    await using bench = new SchedulerBench()
    bench.serve = dead
    await bench.start()
    await bench.scheduler.messages.suspend((await bench.send('first.test')).map(placeOf))
    bench.serve = delivering
    await bench.scheduler.operations.retry(key)
    await bench.scheduler.operations.resubmit(key)
    await bench.settle()
    expect(await statuses(bench)).toEqual(['Suspended'])
  })
  test('in transmission is PendingSuspend, and suspended when that brought no delivery', async () => {
    const { bench, copy, answer } = await transmitting()
    await using _ = bench
    expect(await statuses(bench)).toEqual(['Active'])
    await bench.scheduler.messages.suspend([placeOf(copy)])
    expect(await statuses(bench)).toEqual(['PendingSuspend'])
    answer('retry')
    await bench.advance(hour, minute)
    expect(await statuses(bench)).toEqual(['Suspended'])
  })
  test('in transmission may be delivered', async () => {
    const { bench, copy, answer } = await transmitting()
    await using _ = bench
    await bench.scheduler.messages.suspend([placeOf(copy)])
    answer('delivered')
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })
  test('that comes back untried is suspended', async () => {
    const { bench, copy, answer } = await transmitting()
    await using _ = bench
    await bench.scheduler.messages.suspend([placeOf(copy)])
    answer('untried')
    await bench.settle()
    expect(await statuses(bench)).toEqual(['Suspended'])
  })
  test('that is resumed while it is in transmission goes its ordinary way', async () => {
    const { bench, copy, answer } = await transmitting()
    await using _ = bench
    await bench.scheduler.messages.suspend([placeOf(copy)])
    await bench.scheduler.messages.resume([placeOf(copy)])
    expect(await statuses(bench)).toEqual(['Active'])
    answer('retry')
    await bench.advance(hour, minute)
    expect(await bench.waiting()).toEqual([])
  })
})

describe('a removed message', () => {
  test('is gone, and its sender hears of it when that is wanted', async () => {
    await using bench = new SchedulerBench()
    bench.serve = dead
    await bench.start()
    const [first, second] = await bench.send('first.test', 2)
    if (first === undefined || second === undefined) throw new Error('two were sent')
    await bench.scheduler.messages.remove([placeOf(first)], 'remove')
    expect(bench.notices).toEqual([])
    await bench.scheduler.messages.suspend([placeOf(second)])
    await bench.scheduler.messages.remove([placeOf(second)], 'removeWithNotice')
    expect(bench.notices).toEqual(['failed alice@example.com'])
    await bench.settle()
    const left = (await bench.waiting()).filter(({ queue }) => queue.nextHopDomain === 'first.test')
    expect(left).toEqual([])
    const failed = bench.events.filter(({ kind }) => kind === 'failed')
    expect(failed).toMatchObject(
      [first, second].map(({ id }) => ({
        copy: { id },
        results: [
          {
            outcome: 'failed',
            reply: '550 4.3.2 QUEUE.Admin; message deleted by administrative action',
          },
        ],
      })),
    )
  })
  test.each(['retry', 'untried'] as const)(
    'in transmission is PendingRemove, and gone when that ends with: %s',
    async (outcome) => {
      const { bench, copy, answer } = await transmitting()
      await using _ = bench
      await bench.scheduler.messages.remove([placeOf(copy)], 'remove')
      expect(await statuses(bench)).toEqual(['PendingRemove'])
      answer(outcome)
      await bench.settle()
      expect(await bench.waiting()).toEqual([])
      expect(bench.kinds()).toContain('failed')
    },
  )
  test('in transmission that is delivered first counts as delivered', async () => {
    const { bench, copy, answer } = await transmitting()
    await using _ = bench
    await bench.scheduler.messages.remove([placeOf(copy)], 'removeWithNotice')
    answer('delivered')
    await bench.settle()
    expect(bench.kinds()).not.toContain('failed')
    expect(bench.notices).toEqual([])
  })
  test('stays when its sender cannot be told', async () => {
    await using bench = new SchedulerBench()
    bench.serve = dead
    await bench.start()
    const copies = await bench.send('first.test')
    bench.noticeFault = () => new Error('no room')
    await bench.scheduler.messages.remove(copies.map(placeOf), 'removeWithNotice')
    expect(await bench.waiting()).toHaveLength(1)
  })
})

/** `store` whose first settlement waits. */
function heldUp(store: QueueStore, until: Promise<undefined>): QueueStore {
  const settle = store.settle.bind(store)
  let gate: Promise<undefined> | undefined = until
  return Object.assign(store, {
    settle: async (settlement: Settlement) => {
      const held = gate
      gate = undefined
      await held
      return await settle(settlement)
    },
  })
}

test('a removal that comes while a result is being written is done behind it', async () => {
  const gate = Promise.withResolvers<undefined>()
  await using bench = new SchedulerBench((store) => heldUp(store, gate.promise))
  bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
  await bench.start()
  const copies = await bench.send('first.test')
  await bench.scheduler.messages.remove(copies.map(placeOf), 'removeWithNotice')
  expect(await statuses(bench)).toEqual(['PendingRemove'])
  gate.resolve(undefined)
  await bench.settle()
  const left = (await bench.waiting()).filter(({ queue }) => queue.nextHopDomain === 'first.test')
  expect(left).toEqual([])
  expect(bench.notices).toEqual(['failed alice@example.com'])
})

test('a removal behind a result that cannot be done is told', async () => {
  const gate = Promise.withResolvers<undefined>()
  const faults: Error[] = []
  await using bench = new SchedulerBench((store) =>
    failing(heldUp(store, gate.promise), 'leaseThese', faults),
  )
  bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
  await bench.start()
  const copies = await bench.send('first.test')
  await bench.scheduler.messages.remove(copies.map(placeOf), 'remove')
  faults.push(new StoreError('FAILED', 'the disk said no'))
  gate.resolve(undefined)
  await bench.settle()
  expect(bench.logged).toEqual(['could not remove a message'])
  bench.serve = delivering
  await bench.advance(hour, minute)
  expect(bench.kinds()).toContain('delivered')
})

describe('a suspended queue', () => {
  test('takes messages, sends none, and goes on when it is resumed', async () => {
    await using bench = new SchedulerBench()
    await bench.start()
    await bench.scheduler.operations.suspend(key)
    await bench.send('first.test', 3)
    await bench.advance(hour, minute)
    expect(bench.opened).toEqual([])
    expect(await queueStatus(bench)).toBe('Suspended')
    expect(await statuses(bench)).toEqual(['Ready', 'Ready', 'Ready'])
    await bench.scheduler.operations.resume(key)
    await bench.settle()
    expect(await bench.waiting()).toEqual([])
  })
  test('lets a running transmission end, and begins no other', async () => {
    await using bench = new SchedulerBench()
    const { serve, answer } = slow()
    bench.serve = async (lane, signal) => {
      await serve(lane, signal)
      return delivering(lane, signal)
    }
    await bench.start()
    await bench.send('first.test', 3)
    await bench.scheduler.operations.suspend(key)
    answer('delivered')
    await bench.advance(hour, minute)
    expect(await bench.waiting()).toHaveLength(2)
  })
  test('is so from the start when the store says so, also while it is empty', async () => {
    await using bench = new SchedulerBench()
    await bench.store.suspendQueue(key, true)
    await bench.start()
    await bench.send('first.test')
    expect(bench.opened).toEqual([])
    expect(await queueStatus(bench)).toBe('Suspended')
  })
  test('is left alone by a retry and by a change of the configuration', async () => {
    await using bench = new SchedulerBench()
    let categorized = 0
    bench.recategorize = () => {
      categorized++
      return Promise.resolve(undefined)
    }
    bench.serve = dead
    await bench.start()
    await bench.send('first.test')
    await bench.sendTo(unreachableQueue)
    for (const queue of [key, unreachableQueue]) await bench.scheduler.operations.suspend(queue)
    expect(await bench.scheduler.operations.retry(key)).toBe(false)
    await bench.scheduler.operations.reroute(() => false)
    expect(categorized).toBe(0)
    await bench.scheduler.operations.resume(unreachableQueue)
    await bench.settle()
    expect(categorized).toBe(1)
  })
  test('in Retry goes on waiting for its next hop when it is resumed', async () => {
    await using bench = new SchedulerBench()
    bench.serve = dead
    await bench.start()
    await bench.send('first.test')
    await bench.scheduler.operations.suspend(key)
    await bench.scheduler.operations.resume(key)
    await bench.settle()
    expect(await queueStatus(bench)).toBe('Retry')
    expect(bench.opened).toHaveLength(1)
    await bench.advance(2 * minute, minute)
    expect(bench.opened.length).toBeGreaterThan(1)
  })
})

test('the rates of a queue are messages per second over the last minute', async () => {
  await using bench = new SchedulerBench()
  bench.serve = dead
  await bench.start()
  await bench.advance(minute)
  await bench.send('first.test', 30)
  await bench.advance(30_000)
  const {
    queues: [, view],
  } = await bench.scheduler.listing.queues()
  expect(view).toMatchObject({ IncomingRate: 0.5, OutgoingRate: 0 })
})
