import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite-queue-store.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { commitTo, domainQueue } from '../support/queue-samples.ts'
import { SmallDisk, mayMount } from '../support/small-disk.ts'

const megabyte = 1024 ** 2
const queue = domainQueue('first.test')
const end = { remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }

function openOn(disk: SmallDisk): Promise<QueueStore> {
  return openSqliteQueueStore({
    path: join(disk.folder, 'queue', 'mail.que'),
    clock: systemClock,
    onFatal: (error) => expect.unreachable(error.message),
    minFreeBytes: megabyte,
    reserveBytes: 2 * megabyte,
  })
}

async function commitMany(store: QueueStore, count: number): Promise<Copy[]> {
  const copies: Copy[] = []
  for (let i = 0; i < count; i++)
    copies.push(...(await commitTo(store, [queue], { content: 'x'.repeat(5000) })))
  return copies
}

async function settleAll(store: QueueStore, copies: readonly Copy[]): Promise<void> {
  for (const copy of copies) await store.settle({ copy, ...end })
}

async function put(store: QueueStore, copies: readonly Copy[]): Promise<void> {
  const lastError = `450 4.2.1 ${'later '.repeat(100)}`
  const remaining = [{ address: 'a@first.test', lastError }]
  for (const copy of copies) await store.settle({ ...end, copy, remaining, lastError })
}

/** In a quiet moment the log is moved into the file. */
async function logIsMoved(disk: SmallDisk): Promise<void> {
  const size = async () => (await stat(join(disk.folder, 'queue', 'mail.que'))).size
  await expect.poll(size, { timeout: 5000 }).toBeGreaterThan(3 * megabyte)
}

describe.runIf(mayMount)('a disk without a free byte', () => {
  test('every result of a delivery is written, whether copies go or wait on', async () => {
    const disk = await SmallDisk.mount(24 * megabyte)
    await using store = await openOn(disk)
    const copies = await commitMany(store, 600)
    await logIsMoved(disk)
    await disk.fill()
    expect(await disk.freeBytes()).toBe(0)
    await put(store, copies.slice(0, 200))
    await settleAll(store, copies.slice(200))
    expect(store.hasRoomForResults.current).toBe(true)
    expect(await store.queues()).toMatchObject([{ copies: 200 }])
  })

  test('full from one moment to the next, it takes results until it is told that it will not', async () => {
    const disk = await SmallDisk.mount(24 * megabyte)
    await using store = await openOn(disk)
    const copies = await commitMany(store, 600)
    await disk.fill()
    let written = 0
    for (const copy of copies) {
      if (!store.hasRoomForResults.current) break
      await put(store, [copy])
      written++
    }
    expect(written).toBeGreaterThan(20)
    // And those that were on their way when it was told.
    await put(store, copies.slice(written, written + 10))
    await disk.clear()
    await expect.poll(() => store.hasRoomForResults.current, { timeout: 5000 }).toBe(true)
    await settleAll(store, copies.slice(written + 10))
  })

  test('a start needs nothing, and all that waits can be delivered and settled', async () => {
    const disk = await SmallDisk.mount(24 * megabyte)
    const before = await openOn(disk)
    await commitMany(before, 600)
    await before[Symbol.asyncDispose]()
    await disk.fill()
    for (let start = 0; start < 3; start++) {
      await using store = await openOn(disk)
      expect(await disk.freeBytes()).toBe(0)
      expect(store.hasRoomForResults.current).toBe(true)
      await settleAll(store, await store.lease(queue, Infinity, 200))
    }
    await using store = await openOn(disk)
    expect(await store.queues()).toMatchObject([])
    await disk.clear()
    await expect.poll(() => commitTo(store, [queue]).then(() => 'taken', String)).toBe('taken')
  })

  test('without a reserve nothing may be sent, until there is room', async () => {
    const disk = await SmallDisk.mount(24 * megabyte)
    const before = await openOn(disk)
    await commitMany(before, 10)
    await before[Symbol.asyncDispose]()
    await rm(join(disk.folder, 'queue', 'mail.que-reserve'))
    await disk.fill()
    await using store = await openOn(disk)
    expect(store.hasRoomForResults.current).toBe(false)
    await disk.clear()
    await expect.poll(() => store.hasRoomForResults.current, { timeout: 5000 }).toBe(true)
    await settleAll(store, await store.lease(queue, Infinity, 10))
  })
})
