import { expect, test } from 'vitest'
import { RegisteredQueue } from '../../../../src/queue/sqlite/registered-queue.ts'
import { domainQueue } from '../../../support/queue-samples.ts'

const leased = (queue: RegisteredQueue, now: number) =>
  [1, 2, 3, 4].filter((id) => queue.isLeased(id, now))

test('a copy is leased until it is released or its time is over', () => {
  const queue = new RegisteredQueue(1, domainQueue('example.test'))
  expect([queue.leases, leased(queue, 0)]).toEqual([0, []])
  const first = { token: 1, until: 100 }
  queue.lease(1, first)
  queue.lease(2, first)
  queue.lease(2, first)
  expect([queue.leases, leased(queue, 99), leased(queue, 100)]).toEqual([2, [1, 2], []])
  queue.release(1)
  queue.release(3)
  expect([queue.leases, leased(queue, 0)]).toEqual([1, [2]])
  queue.release(2)
  queue.lease(4, first)
  expect([queue.leases, leased(queue, 0)]).toEqual([1, [4]])
})

test('a lease whose time is over holds until somebody else takes the copy', () => {
  const queue = new RegisteredQueue(1, domainQueue('example.test'))
  queue.lease(1, { token: 1, until: 100 })
  expect([queue.isHeldBy(1, 1), queue.isHeldBy(1, 2), queue.isHeldBy(2, 1)]).toEqual([
    true,
    false,
    false,
  ])
  queue.lease(1, { token: 2, until: 300 })
  expect([queue.isHeldBy(1, 1), queue.isHeldBy(1, 2)]).toEqual([false, true])
})

test('of leases that are renewed the first to end is found', () => {
  const queue = new RegisteredQueue(1, domainQueue('example.test'))
  expect(queue.hasExpired(1000)).toBe(false)
  queue.lease(1, { token: 1, until: 100 })
  queue.lease(2, { token: 2, until: 200 })
  queue.lease(1, { token: 1, until: 300 })
  expect([100, 199, 200].map((now) => queue.hasExpired(now))).toEqual([false, false, true])
})
