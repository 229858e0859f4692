import { expect, test } from 'vitest'
import { hour, minute } from '../../../src/base/time-span.ts'
import {
  redirectionQueue,
  submissionQueue,
  unreachableQueue,
} from '../../../src/queue/queue-key.ts'
import { placeOf } from '../../../src/queue/stored-message.ts'
import { domainQueue } from '../../support/queue-samples.ts'
import {
  SchedulerBench,
  delivering,
  refusing,
  resultsFor,
  serving,
} from '../../support/scheduler-bench.ts'

const target = redirectionQueue('relay.test')
const dead = refusing('unreachable', '441 4.4.1 no')

/** `queue count` of the queues that hold messages. */
async function queues(bench: SchedulerBench): Promise<string[]> {
  const { queues: views } = await bench.scheduler.listing.queues()
  return views
    .filter(({ MessageCount }) => MessageCount > 0)
    .map(({ NextHopDomain, MessageCount }) => `${NextHopDomain} ${MessageCount}`)
}

test('moves what waits in the delivery queues to one queue, and delivers it from there', async () => {
  await using bench = new SchedulerBench()
  bench.serve = dead
  await bench.start()
  await bench.send('first.test', 3)
  await bench.send('second.test', 2)
  bench.serve = (lane, signal) =>
    lane.key.nextHopDomain === 'relay.test' ? delivering(lane, signal) : dead(lane, signal)
  bench.events.length = 0
  await bench.scheduler.operations.redirect(target)
  await bench.settle()
  expect(await queues(bench)).toEqual([])
  const moved = bench.events.filter((event) => event.kind === 'moved')
  expect(moved.map(({ to }) => to.map(({ queue }) => queue.nextHopDomain))).toEqual(
    Array.from({ length: 5 }, () => ['relay.test']),
  )
  const delivered = bench.events.flatMap((event) =>
    event.kind === 'delivered' ? event.copy.queue : [],
  )
  expect(delivered).toEqual(Array.from({ length: 5 }, () => target))
})

test('shows the queue as one that leads to a server', async () => {
  await using bench = new SchedulerBench()
  bench.serve = dead
  await bench.start()
  await bench.send('first.test')
  await bench.scheduler.operations.redirect(target)
  await bench.settle()
  const { queues: views } = await bench.scheduler.listing.queues()
  expect(views.find(({ MessageCount }) => MessageCount > 0)).toMatchObject({
    Identity: 'EDGE01\\2',
    DeliveryType: 'SmtpRelayToServers',
    NextHopDomain: 'relay.test',
    NextHopConnector: 'Intra-Organization SMTP Send Connector',
    NextHopCategory: 'Internal',
    Status: 'Retry',
  })
})

test('leaves suspended messages and queues, and those without a next hop, where they are', async () => {
  await using bench = new SchedulerBench()
  bench.serve = dead
  await bench.start()
  const [first] = await bench.send('first.test', 2)
  await bench.send('second.test')
  await bench.sendTo(submissionQueue)
  await bench.sendTo(unreachableQueue)
  if (first !== undefined) await bench.scheduler.messages.suspend([placeOf(first)])
  await bench.scheduler.operations.suspend(domainQueue('second.test'))
  await bench.scheduler.operations.redirect(target)
  await bench.settle()
  expect((await queues(bench)).toSorted()).toEqual([
    'Submission 1',
    'Unreachable Domain 1',
    'first.test 1',
    'relay.test 1',
    'second.test 1',
  ])
})

test('what is in transmission ends where it is', async () => {
  await using bench = new SchedulerBench()
  const gate = Promise.withResolvers<undefined>()
  bench.serve = async (lane) => {
    lane.reached()
    const copy = await lane.next()
    await gate.promise
    if (copy !== undefined) await lane.report(copy, resultsFor(copy, 'retry', '451 4.3.0 later'))
    return { kind: 'served' }
  }
  await bench.start()
  await bench.send('first.test', 2)
  bench.serve = dead
  await bench.scheduler.operations.redirect(target)
  gate.resolve(undefined)
  await bench.settle()
  expect((await queues(bench)).toSorted()).toEqual(['first.test 1', 'relay.test 1'])
})

test('begins anew: what an attempt said before is forgotten, and what was put off is due', async () => {
  await using bench = new SchedulerBench()
  bench.serve = serving((copy) => resultsFor(copy, 'retry', '451 4.3.0 later'))
  await bench.start()
  await bench.send('first.test')
  bench.serve = dead
  await bench.scheduler.operations.redirect(target)
  await bench.settle()
  const [copy] = await bench.waiting()
  expect(copy).toMatchObject({ queue: target, attempts: 0, lastError: '' })
  expect(copy?.recipients.map(({ lastError }) => lastError)).toEqual([undefined])
  expect(bench.opened.at(-1)).toBe('relay.test')
})

test('senders that heard of the delay hear of it no second time', async () => {
  await using bench = new SchedulerBench()
  bench.serve = dead
  await bench.start()
  await bench.send('first.test')
  await bench.advance(5 * hour, minute)
  expect(bench.notices).toEqual(['delayed alice@example.com'])
  await bench.scheduler.operations.redirect(target)
  await bench.advance(5 * hour, minute)
  const messageAndNotice = ['relay.test 2']
  expect(await queues(bench)).toEqual(messageAndNotice)
  expect(bench.notices).toEqual(['delayed alice@example.com'])
})

test('a second target takes over, and a resubmission leads back', async () => {
  await using bench = new SchedulerBench()
  bench.serve = dead
  await bench.start()
  await bench.send('first.test', 2)
  await Promise.all([
    bench.scheduler.operations.redirect(target),
    bench.scheduler.operations.redirect(redirectionQueue('other.test')),
  ])
  await bench.settle()
  await bench.scheduler.operations.redirect(redirectionQueue('other.test'))
  await bench.settle()
  expect(await queues(bench)).toEqual(['other.test 2'])
  bench.recategorize = ({ recipients }) =>
    Promise.resolve({ copies: [{ queue: domainQueue('first.test'), recipients }], failed: [] })
  expect(await bench.scheduler.operations.startResubmission(redirectionQueue('other.test'))).toBe(
    true,
  )
  await bench.advance(minute)
  expect(await queues(bench)).toEqual(['first.test 2'])
})
