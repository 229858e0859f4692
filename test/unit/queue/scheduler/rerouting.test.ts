import { expect, test } from 'vitest'
import { minute, second } from '../../../../src/base/time-span.ts'
import type { QueueKey } from '../../../../src/queue/queue-key.ts'
import { StoreError } from '../../../../src/queue/queue-store.ts'
import type { Recategorizer } from '../../../../src/queue/recategorized.ts'
import { placeOf } from '../../../../src/queue/stored-message.ts'
import { failing } from '../../../support/failing-store.ts'
import { domainQueue } from '../../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  serving,
} from '../../../support/scheduler-bench.ts'

const worse = domainQueue('first.test', 'Worse')
const better = domainQueue('first.test', 'Better')
const shared: QueueKey = {
  deliveryType: 'SmartHostConnectorDelivery',
  nextHopDomain: '[192.0.2.1]',
  nextHopConnector: 'Relay',
}

/** Everything goes this way. */
const allTo =
  (queue: QueueKey): Recategorizer =>
  ({ recipients }) =>
    Promise.resolve({ copies: [{ queue, recipients }], failed: [] })

/** Only the next hop of this connector can be reached. */
function reaching(connector: string): SchedulerBench['serve'] {
  return (lane, signal) =>
    lane.key.nextHopConnector === connector
      ? delivering(lane, signal)
      : refusing('unreachable', '441 4.4.1 Connection refused')(lane, signal)
}

test('mail of a queue in Retry goes by a better connector at once', async () => {
  await using bench = new SchedulerBench()
  bench.serve = reaching('Better')
  await bench.start()
  await bench.sendTo(worse, 300)
  expect(await bench.waiting()).toHaveLength(300)
  bench.recategorize = allTo(better)
  await bench.scheduler.operations.reroute(() => true)
  await bench.settle()
  expect(await bench.waiting()).toEqual([])
})

test('mail that waits for its own retry goes along, and what an administrator suspended stays', async () => {
  await using bench = new SchedulerBench()
  bench.serve = serving((copy) => resultsFor(copy, 'retry', '450 4.2.1 later'))
  await bench.start()
  const [suspended] = await bench.sendTo(worse, 2)
  if (suspended === undefined) return expect.unreachable()
  await bench.scheduler.messages.suspend([placeOf(suspended)])
  bench.serve = reaching('Better')
  bench.recategorize = allTo(better)
  await bench.scheduler.operations.reroute(() => true)
  await bench.settle()
  expect(await bench.waiting()).toMatchObject([{ id: suspended.id, queue: worse }])
})

test('of a queue for many domains only that moves whose way has changed; the rest is not touched', async () => {
  await using bench = new SchedulerBench()
  bench.serve = reaching('Better')
  await bench.start()
  const copies = await bench.sendTo(shared, 400)
  bench.recategorize = ({ recipients, message }) => {
    const queue = message.id % 4 === 1 ? better : shared
    return Promise.resolve({ copies: [{ queue, recipients }], failed: [] })
  }
  const before = (await bench.waiting()).filter(({ message }) => message.id % 4 !== 1)
  bench.events.length = 0
  await bench.scheduler.operations.reroute(() => true)
  await bench.settle()
  expect(await bench.waiting()).toEqual(before)
  expect(bench.kinds().filter((kind) => kind === 'moved')).toHaveLength(copies.length / 2)
})

test('a queue that has the best way is not read', async () => {
  await using bench = new SchedulerBench()
  bench.serve = reaching('Better')
  await bench.start()
  await bench.sendTo(worse, 3)
  let looked = 0
  bench.recategorize = (copy) => {
    looked++
    return allTo(better)(copy)
  }
  await bench.scheduler.operations.reroute(
    () => true,
    () => true,
  )
  expect(looked).toBe(0)
})

test('what is in transmission follows within seconds of its return', async () => {
  await using bench = new SchedulerBench()
  const sending = Promise.withResolvers<undefined>()
  bench.serve = async (lane, signal) => {
    if (lane.key.nextHopConnector === 'Better') return delivering(lane, signal)
    lane.reached()
    const copy = await lane.next()
    await sending.promise
    if (copy !== undefined) await lane.report(copy, resultsFor(copy, 'retry', '450 4.2.1 later'))
    return { kind: 'served' }
  }
  await bench.start()
  await bench.sendTo(worse)
  bench.recategorize = allTo(better)
  await bench.scheduler.operations.reroute(() => true)
  await bench.advance(2 * minute, second)
  expect(await bench.waiting()).toMatchObject([{ queue: worse }])
  sending.resolve(undefined)
  await bench.settle()
  await bench.advance(10 * second, second)
  expect(await bench.waiting()).toEqual([])
})

test('what comes back from a transmission is moved though the store fails first', async () => {
  const faults: Error[] = []
  await using bench = new SchedulerBench((store) => failing(store, 'leaseThese', faults))
  const gate = Promise.withResolvers<undefined>()
  bench.serve = async (lane, signal) => {
    if (lane.key.nextHopConnector === 'Better') return await delivering(lane, signal)
    lane.reached()
    const copy = await lane.next()
    await gate.promise
    if (copy !== undefined) await lane.report(copy, resultsFor(copy, 'retry', '450 4.2.1 later'))
    return { kind: 'served' }
  }
  await bench.start()
  await bench.sendTo(worse)
  bench.recategorize = allTo(better)
  await bench.scheduler.operations.reroute(() => true)
  faults.push(new StoreError('FAILED', 'the disk said no'))
  gate.resolve(undefined)
  await bench.advance(minute, second)
  expect(bench.logged).toEqual(['could not route anew what came back from a transmission'])
  expect(await bench.waiting()).toHaveLength(0)
  expect(bench.opened).toEqual(['first.test', 'first.test'])
})

test('what cannot be categorized anew is told, and goes the way that it would have gone', async () => {
  await using bench = new SchedulerBench()
  bench.serve = serving((copy) => resultsFor(copy, 'retry', '450 4.2.1 later'))
  await bench.start()
  await bench.sendTo(worse, 2)
  bench.serve = reaching('Worse')
  bench.recategorize = () => Promise.reject(new Error('no answer'))
  await bench.scheduler.operations.reroute(() => true)
  expect(bench.logged).toEqual(Array(2).fill('could not categorize a message anew'))
  await bench.advance(20 * minute, minute)
  expect(await bench.waiting()).toHaveLength(0)
})

test('what belongs where it is again by the time it is moved stays there and is sent', async () => {
  await using bench = new SchedulerBench()
  bench.serve = refusing('unreachable', '441 4.4.1 no')
  await bench.start()
  await bench.sendTo(worse)
  let asked = 0
  bench.recategorize = (copy) => allTo(asked++ === 0 ? better : worse)(copy)
  await bench.scheduler.operations.reroute(() => true)
  expect(await bench.waiting()).toMatchObject([{ queue: worse }])
  bench.serve = reaching('Worse')
  await bench.advance(5 * minute, minute)
  expect(asked).toBe(2)
  expect(await bench.waiting()).toHaveLength(0)
})
