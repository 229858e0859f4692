import { expect, test } from 'vitest'
import { DeliveryQueue } from '../../../../src/queue/scheduler/delivery-queue.ts'
import { domainQueue } from '../../../support/queue-samples.ts'

const queue = () => new DeliveryQueue(domainQueue('example.test'))

test('a queue that rests gives up nothing that is under way', () => {
  const [connected, emptying, preparing] = [queue(), queue(), queue()]
  connected.connections = 2
  connected.reached = 1
  emptying.emptying = true
  preparing.preparing = true
  for (const each of [connected, emptying, preparing]) each.rest()
  expect([connected.connections, connected.reached]).toEqual([2, 1])
  expect([emptying.emptying, emptying.maySend]).toEqual([true, false])
  expect(preparing.preparing).toBe(true)
})

test('a queue that rests keeps to the pause after its next hop wanted no more connections', () => {
  const busy = queue()
  busy.noFurtherBefore = 1000
  busy.rest()
  busy.connections = 1
  busy.reached = 1
  expect(busy.noFurtherBefore).toBe(1000)
})

test('a queue that rests can take up its work again', () => {
  const again = queue()
  again.rest()
  again.moreInStore = true
  expect(again.wantsConnection({ perQueue: 20, all: 1000 }, 0)).toBe(true)
  again.connections = 1
  expect([again.status, again.ready]).toEqual(['Connecting', 0])
})
