import { expect, test } from 'vitest'
import { DeliveryQueue } from '../../../src/queue/delivery-queue.ts'
import { testCopy } from '../../support/delivery-bench.ts'

/** A queue with so many copies in its window. */
function queueWith(copies: number): DeliveryQueue {
  const sample = testCopy(['a@good.test'])
  const queue = new DeliveryQueue(sample.queue)
  for (let count = 0; count < copies; count++) queue.push(sample)
  return queue
}

test('a connection may take one copy ahead only while there is one for each of them', () => {
  const queue = queueWith(2)
  queue.connections = 2
  expect(queue.mayGiveAhead).toBe(true)
  queue.take()
  expect(queue.mayGiveAhead).toBe(false)
})

test.each(['suspended', 'emptying'] as const)('a queue that is %s gives nothing ahead', (state) => {
  const queue = queueWith(2)
  queue.connections = 1
  queue[state] = true
  expect(queue.mayGiveAhead).toBe(false)
})
