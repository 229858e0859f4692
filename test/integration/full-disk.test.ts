import { readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { systemContentDisk } from '../../src/queue/sqlite/content-disk.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { QueueDatabase } from '../../src/queue/sqlite/database.ts'
import type { Change, CopyRow } from '../../src/queue/sqlite/protocol.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { type Copy, placeOf } from '../../src/queue/stored-message.ts'
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

  test('what nobody waits for is put off, what somebody asks for is refused, and all is done later', async () => {
    const disk = await SmallDisk.mount(24 * megabyte)
    const settings = {
      ...{ path: join(disk.folder, 'mail.que'), maxFileBytes: Infinity, reserveBytes: 0 },
      ...{ numbers: { afterMessage: 0, afterQueue: 0 }, spareBytes: 0, minFreeBytes: 0 },
      leaseTime: 60_000,
    }
    // It learns of the full disk only by what fails.
    const database = new QueueDatabase(settings, systemClock, () => Number.MAX_SAFE_INTEGER)
    let id = 0
    const change = (wanted: Change) =>
      database.change([
        { id: ++id, change: wanted, contents: [Buffer.alloc(0), Buffer.alloc(1000)] },
      ])
    const copyTo = (domain: string): CopyRow => [
      ...([++id, ['DnsConnectorDelivery', domain, 'To Internet']] as const),
      ...([Date.now(), false, '[]'] as const),
    ]
    const commit = (message: number, copies: readonly CopyRow[]) =>
      change({ kind: 'commit', rows: [[message, 0, '{}', 0, 0, 0], copies, 1] })
    const gone = Array.from({ length: 1200 }, (_, n) => copyTo(`d${n}.test`))
    commit(1, gone)
    for (const [copy] of gone) change({ kind: 'settle', rows: [1, copy, 1, null, null] })
    const staying = Array.from({ length: 50 }, () => copyTo('first.test'))
    commit(2, staying)
    for (const [copy] of staying)
      database.inquire(0, { kind: 'release', copies: [[copy, 1, queue]] })

    await disk.fill()
    const hasten = { id: 0, hastening: { kind: 'hasten', queue, due: 0 } } as const
    database.planHastening(hasten)
    expect(database.upkeep()).toMatchObject([{ id: 0, failure: { code: 'DISK_FULL' } }])
    expect(database.upkeepFailed).toBe(true)
    expect(database.shrink()).toBe(false)
    expect(commit(3, [copyTo('first.test')])).toMatchObject([{ failure: { code: 'DISK_FULL' } }])
    expect(database.fatal).toBeUndefined()

    await disk.clear()
    database.planHastening(hasten)
    const answers: unknown[] = []
    while (database.busy) answers.push(...database.upkeep())
    expect(answers).toEqual([{ id: 0 }])
    expect(database.upkeepFailed).toBe(false)
    while (database.shrink());
    expect(commit(3, [copyTo('first.test')])).toMatchObject([{ id: expect.any(Number) as number }])
    expect(database.inquire(0, { kind: 'nextDueAt', queue })).toEqual({ id: 0, value: 0 })
    database.close(3, id)
  })

  test('content of which the disk takes a part is told by what the rest of it meets', async () => {
    const disk = await SmallDisk.mount(megabyte)
    const path = join(disk.folder, '1.eml')
    const file = await systemContentDisk.create(path)
    const parts = Array.from({ length: 30 }, (_, n) => Buffer.alloc(50_000, n))
    await expect(file.write(parts, 0)).rejects.toMatchObject({ code: 'ENOSPC' })
    await file.close()
    const taken = await readFile(path)
    expect(taken.length).toBeGreaterThan(megabyte / 2)
    expect(taken.equals(Buffer.concat(parts).subarray(0, taken.length))).toBe(true)
  })

  test('what is damaged in a folder of another disk is kept there as a copy', async () => {
    const disk = await SmallDisk.mount(4 * megabyte, 'queue/mail.que-damaged')
    const path = join(dirname(disk.folder), 'mail.que')
    await using store = await openSqliteQueueStore({
      ...{ path, clock: systemClock, reserveBytes: 0 },
      onFatal: (error) => expect.unreachable(error.message),
    })
    const content = 'x'.repeat(500_000)
    const [copy] = await commitTo(store, [queue], { content })
    if (copy === undefined) return expect.unreachable()
    const kept = await store.setAside(placeOf(copy), 'it is said to be damaged')
    expect((await readFile(kept, 'utf8')) === content).toBe(true)
  })
})
