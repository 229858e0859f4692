import { expect, test } from 'vitest'
import { placeOf, suspended } from '../../src/queue/stored-message.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue } from '../support/queue-samples.ts'

test('suspended messages and queues are so after a restart', async () => {
  await using folder = await QueueFolder.make()
  const queue = domainQueue('first.test')
  const empty = domainQueue('empty.test')
  {
    await using store = await folder.open()
    const copies = [...(await commitTo(store, [queue])), ...(await commitTo(store, [queue]))]
    await store.suspend(copies.slice(0, 1).map(placeOf))
    await store.suspendQueue(queue, true)
    await store.suspendQueue(empty, true)
  }
  await using store = await folder.open()
  expect(await store.queues()).toMatchObject([
    { key: queue, copies: 2, suspended: true, number: 1 },
    { key: empty, copies: 0, suspended: true, number: 2 },
  ])
  expect(await store.lease(queue, Infinity, 10)).toHaveLength(1)
  const { copies } = await store.scan({ queue, limit: 10 })
  expect(copies.map(({ dueAt }) => dueAt === suspended)).toEqual([false, true])
})
