import { expect, test } from 'vitest'
import { RegisteredQueue } from '../../../../src/queue/sqlite/registered-queue.ts'
import { domainQueue } from '../../../support/queue-samples.ts'

test('a copy is leased until it is released', () => {
  const queue = new RegisteredQueue(1, domainQueue('example.test'))
  expect([queue.leases, queue.isLeased(1)]).toEqual([0, false])
  queue.lease(1)
  queue.lease(2)
  queue.lease(2)
  expect([queue.leases, queue.isLeased(1), queue.isLeased(2), queue.isLeased(3)]).toEqual([
    2,
    true,
    true,
    false,
  ])
  queue.release(1)
  queue.release(3)
  expect([queue.leases, queue.isLeased(1), queue.isLeased(2)]).toEqual([1, false, true])
  queue.release(2)
  queue.lease(4)
  expect([queue.leases, queue.isLeased(2), queue.isLeased(4)]).toEqual([1, false, true])
})
