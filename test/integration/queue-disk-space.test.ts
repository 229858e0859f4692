import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { QueueDatabase } from '../../src/queue/sqlite/database.ts'
import { deadDomainQueue, fillDeepQueue } from '../support/deep-queue.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { QueueFolder } from '../support/queue-folder.ts'

const megabyte = 1024 ** 2

test('on a full disk the room that old mail left in the queue file takes new mail', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'queue-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const clock = new FakeClock()
  let free = 100 * megabyte
  const settings = {
    path: join(folder, 'mail.que'),
    maxFileBytes: Infinity,
    minFreeBytes: megabyte,
    numbers: { afterMessage: 0, afterQueue: 0 },
    spareBytes: 64 * megabyte,
    reserveBytes: 0,
    leaseTime: 60_000,
  }
  const database = new QueueDatabase(settings, clock, () => free)
  let id = 0
  const commit = (message: number) => {
    clock.advance(1000)
    const queue = ['DnsConnectorDelivery', 'first.test', 'To Internet'] as const
    const copy = [message, queue, 0, false, '[]'] as const
    const rows = [[message, 0, '{}', 0, 0, 0] as const, [copy], 1] as const
    const change = { kind: 'commit', rows } as const
    return database.change([
      { id: ++id, change, contents: [Buffer.alloc(0), Buffer.alloc(128 * 1024)] },
    ])
  }
  const settle = (message: number) => {
    const change = { kind: 'settle', rows: [message, message, 1, null, null] } as const
    return database.change([{ id: ++id, change, contents: [] }])
  }
  for (let message = 1; message <= 20; message++) commit(message)
  free = 0
  expect(commit(21)).toMatchObject([{ failure: { code: 'DISK_FULL' } }])
  for (let message = 1; message <= 20; message++) settle(message)
  expect(commit(21)).toEqual([{ id }])
  database.close(21, 21)
})

test('the file shrinks after a backlog has drained, but for the room that it keeps', async () => {
  await using folder = await QueueFolder.make()
  await fillDeepQueue({ path: folder.path, messages: 2000, domains: 1, bytes: 5120 })
  const full = (await stat(folder.path)).size
  await using store = await folder.open({ spareBytes: megabyte })
  const end = { remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }
  const copies = await store.lease(deadDomainQueue(0), Infinity, 2000)
  await Promise.all(copies.map((copy) => store.settle({ copy, ...end })))
  const size = async () => (await stat(folder.path)).size
  await expect.poll(size, { timeout: 20_000 }).toBeLessThan(2 * megabyte)
  expect(full).toBeGreaterThan(8 * megabyte)
})
