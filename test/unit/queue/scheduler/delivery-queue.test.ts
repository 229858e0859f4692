import { expect, test } from 'vitest'
import { DeliveryQueue } from '../../../../src/queue/scheduler/delivery-queue.ts'
import { QueueLane } from '../../../../src/queue/scheduler/queue-lane.ts'
import { domainQueue } from '../../../support/queue-samples.ts'

const queue = () => new DeliveryQueue(domainQueue('example.test'))
const limits = { perQueue: 20, all: 1000 }
const failure = { at: 0, error: '421 4.3.2 busy' }

/** A connection of the queue, of which nothing is asked. */
function connected(to: DeliveryQueue): QueueLane {
  return to.connect(
    (insists) =>
      new QueueLane(
        { key: to.key, insists },
        {
          mayKeep: () => true,
          take: () => undefined,
          settle: () => Promise.resolve(),
          putBack: () => undefined,
          reached: () => to.nextHopReached(),
          decided: () => undefined,
        },
      ),
  )
}

test('a queue that rests gives up nothing that is under way', () => {
  const [busy, emptying, preparing] = [queue(), queue(), queue()]
  connected(busy).reached()
  connected(busy)
  emptying.beginEmptying()
  preparing.beginPreparing()
  preparing.storeMayHaveMore()
  for (const each of [busy, emptying, preparing]) each.rest()
  expect([busy.connections, busy.reached]).toEqual([2, 1])
  expect([emptying.emptying, emptying.maySend]).toEqual([true, false])
  expect(preparing.wantsConnection(limits, 0)).toBe(false)
})

test('a queue that rests keeps to the pause after its next hop wanted no more connections', () => {
  const busy = queue()
  busy.nextHopWantsNoMore(failure, 1000)
  busy.rest()
  connected(busy).reached()
  busy.storeMayHaveMore()
  busy.push({
    id: 1,
    message: {
      id: 1,
      envelope: { sender: '', body: '7BIT', smtpUtf8: false },
      messageId: '<1@example.test>',
      subject: '',
      size: 1,
      receivedAt: 0,
      source: 'SMTP:Default',
      sourceAddress: '192.0.2.1',
    },
    queue: busy.key,
    recipients: [{ address: 'bob@example.test' }],
    dueAt: 0,
    attempts: 0,
    lastError: '',
    delayNotified: false,
  })
  expect([999, 1000].map((now) => busy.wantsConnection(limits, now))).toEqual([false, true])
})

test('a queue that rests can take up its work again', () => {
  const again = queue()
  again.rest()
  again.storeMayHaveMore()
  expect(again.wantsConnection(limits, 0)).toBe(true)
  connected(again)
  expect([again.status, again.ready]).toEqual(['Connecting', 0])
})

test('a queue that two walks empty is free again when both have ended', () => {
  const emptied = queue()
  emptied.beginEmptying()
  emptied.beginEmptying()
  emptied.endEmptying()
  expect([emptied.emptying, emptied.maySend]).toEqual([true, false])
  emptied.endEmptying()
  expect([emptied.emptying, emptied.maySend]).toEqual([false, true])
})

test('a suspended queue that waits for its next hop goes on waiting when it is resumed', () => {
  const waiting = queue()
  waiting.nextHopFailed({ ...failure, retryIn: 60 })
  waiting.suspend()
  expect([waiting.status, waiting.inRetry, waiting.maySend]).toEqual(['Suspended', true, false])
  waiting.resume()
  expect([waiting.status, waiting.nextRetryAt, waiting.retryCount]).toEqual(['Retry', 60, 1])
  waiting.endRetry()
  expect([waiting.status, waiting.nextRetryAt, waiting.maySend]).toEqual(['Ready', undefined, true])
})

test('what an administrator insists on holds for one connection', () => {
  const asked = queue()
  asked.insist()
  expect([connected(asked).insists, connected(asked).insists]).toEqual([true, false])
})
