import { cp } from 'node:fs/promises'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue, sampleTime } from '../support/queue-samples.ts'

const queue = domainQueue('first.test')
const retry = {
  retryCount: 4,
  lastError: '421 4.3.2 not now',
  remoteHost: 'mx.first.test (192.0.2.7)',
  firstRetryAt: sampleTime,
  lastRetryAt: sampleTime + 1,
  nextRetryAt: sampleTime + 60_000,
}

async function kept(store: QueueStore) {
  return (await store.queues({ withRetry: true })).map((figures) => figures.retry)
}

/** Opens what a process that died now would leave. */
async function asKilled(folder: QueueFolder, look: (store: QueueStore) => Promise<void>) {
  await using copy = await QueueFolder.make()
  await cp(dirname(folder.path), dirname(copy.path), { recursive: true })
  await using store = await copy.open()
  await look(store)
}

test('what is known of a next hop outlives an orderly end, until it delivers', async () => {
  await using folder = await QueueFolder.make()
  {
    await using store = await folder.open()
    await commitTo(store, [queue, domainQueue('second.test')])
    store.keepRetry(queue, retry)
  }
  {
    await using store = await folder.open()
    expect(await kept(store)).toEqual([retry, undefined])
    store.keepRetry(queue, undefined)
  }
  await using store = await folder.open()
  expect(await kept(store)).toEqual([undefined, undefined])
})

test('it is written with the next change, or by itself soon after', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  await commitTo(store, [queue])
  store.keepRetry(queue, retry)
  await commitTo(store, [queue])
  await asKilled(folder, async (found) => expect(await kept(found)).toEqual([retry]))
  store.keepRetry(queue, undefined)
  const written = async () => {
    let states: unknown
    await asKilled(folder, async (found) => void (states = await kept(found)))
    return states
  }
  await expect.poll(written, { timeout: 10_000 }).toEqual([undefined])
})

test('what is damaged of it is found out anew', async () => {
  await using folder = await QueueFolder.make()
  {
    await using store = await folder.open()
    await commitTo(store, [queue])
    store.keepRetry(queue, retry)
  }
  for (const damaged of ['{"retryCount":', '{"retryCount":"4"}', '[]', 'null']) {
    const database = new DatabaseSync(folder.path)
    database.prepare('UPDATE queue SET retry = ?').run(damaged)
    database.close()
    await using store = await folder.open()
    expect(await kept(store)).toEqual([undefined])
  }
})

test('many queues whose next hops fail at once are all written', async () => {
  await using folder = await QueueFolder.make()
  const queues = Array.from({ length: 500 }, (_, n) => domainQueue(`d${n}.test`))
  {
    await using store = await folder.open()
    await commitTo(store, queues)
    for (const each of queues) store.keepRetry(each, { ...retry, lastError: each.nextHopDomain })
  }
  await using store = await folder.open()
  const errors = (await kept(store)).map((state) => state?.lastError)
  expect(errors.toSorted()).toEqual(queues.map(({ nextHopDomain }) => nextHopDomain).toSorted())
})
