import { mkdir, open, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test, vi } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import {
  type ContentDisk,
  type ContentFile,
  systemContentDisk,
} from '../../src/queue/sqlite/content-disk.ts'
import { contentFolder, contentPath } from '../../src/queue/sqlite/content-path.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import {
  asStored,
  commitTo,
  contentOf,
  domainQueue,
  noHeader,
  sampleMessage,
  writeAll,
} from '../support/queue-samples.ts'
import { until } from '../support/until.ts'

const queue = domainQueue('first.test')
const end = { remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }

/** Commits until the store refuses; returns what it took. */
async function fill(store: QueueStore): Promise<readonly Copy[]> {
  const taken: Copy[] = []
  for (;;) {
    try {
      taken.push(...(await commitTo(store, [queue], { content: 'x'.repeat(50_000) })))
    } catch (error) {
      expect(error).toMatchObject({ code: 'DISK_FULL' })
      return taken
    }
  }
}

/** A file of the real disk that does something of its own in places. */
function createdWith(file: ContentFile, changes: Partial<ContentFile>): ContentFile {
  return {
    write: (parts, position) => file.write(parts, position),
    read: (buffer, position) => file.read(buffer, position),
    flush: () => file.flush(),
    close: () => file.close(),
    ...changes,
  }
}

/** A disk with room for this much in a file. */
function diskOf(bytes: number): ContentDisk {
  const full = Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
  const create: ContentDisk['create'] = async (path) => {
    const file = await systemContentDisk.create(path)
    return createdWith(file, {
      write: (parts, position) =>
        position > bytes ? Promise.reject(full) : file.write(parts, position),
    })
  }
  return { ...systemContentDisk, create }
}

test('a full disk refuses mail, settles what is there, and takes mail again when there is room', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ maxFileBytes: 1_000_000 })
  const taken = await fill(store)
  expect(taken.length).toBeGreaterThan(5)
  for (const copy of taken) await store.settle({ copy, ...end })
  expect((await fill(store)).length).toBeGreaterThan(5)
})

test('content that finds the disk full is told to its writer, and nothing remains of it', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ disk: diskOf(1_000_000), maxUnwrittenBytes: 300_000 })
  const pending = store.begin()
  const writing = writeAll(pending, Buffer.alloc(3_000_000), 50_000)
  await expect(writing).rejects.toMatchObject({ code: 'DISK_FULL' })
  pending.abort()
  await expect(store.scan({ limit: 1 })).resolves.toMatchObject({ copies: [] })
  await vi.waitFor(async () => expect(await readdir(contentFolder(folder.path))).toEqual([]))
  await commitTo(store, [queue], { content: 'x'.repeat(500_000) })
})

test('a content that cannot be flushed is not taken', async () => {
  await using folder = await QueueFolder.make()
  const flush = () => Promise.reject(new Error('EIO: i/o error, fdatasync'))
  const disk: ContentDisk = {
    ...systemContentDisk,
    create: async (path) => createdWith(await systemContentDisk.create(path), { flush }),
  }
  await using store = await folder.open({ disk })
  const taking = commitTo(store, [queue], { content: 'x'.repeat(500_000) })
  await expect(taking).rejects.toMatchObject({ code: 'FAILED' })
  await expect(store.scan({ limit: 1 })).resolves.toMatchObject({ copies: [] })
  await commitTo(store, [queue])
})

test('with little free disk large content is refused before it is written', async () => {
  await using folder = await QueueFolder.make()
  const disk = { ...systemContentDisk, freeBytes: () => Promise.resolve(1000) }
  await using store = await folder.open({ disk, minFreeBytes: 1001 })
  const taking = commitTo(store, [queue], { content: 'x'.repeat(500_000) })
  await expect(taking).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('make room') as string,
  })
  expect(await readdir(contentFolder(folder.path))).toEqual([])
})

test('content whose file is gone is told, and the message stays', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  const copies = await commitTo(store, [queue], { content: 'x'.repeat(500_000) })
  const id = copies[0]?.message.id ?? 0
  await rm(contentPath(contentFolder(folder.path), id))
  await expect(store.readBody(id, 0)).rejects.toMatchObject({ code: 'DAMAGED' })
  expect((await store.scan({ limit: 1 })).copies).toEqual(copies.map(asStored))
})

test('a start deletes content that no message owns, and no other file', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open()
  const [copy] = await commitTo(before, [queue], { content: 'x'.repeat(500_000) })
  await before[Symbol.asyncDispose]()
  const content = contentFolder(folder.path)
  for (const name of ['987654.eml', 'notes.txt']) await writeFile(join(content, name), 'x')
  await using store = await folder.open()
  const kept = [`${copy?.message.id ?? 0}.eml`, 'notes.txt']
  await vi.waitFor(async () => expect((await readdir(content)).toSorted()).toEqual(kept))
  expect((await contentOf(store, copy?.message.id ?? 0)).length).toBe(500_000)
})

test('a batch with one message too many keeps the others', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ maxFileBytes: 1_000_000 })
  const results = await Promise.allSettled([
    commitTo(store, [queue]),
    ...Array.from({ length: 20 }, () => commitTo(store, [queue], { content: 'x'.repeat(100_000) })),
    commitTo(store, [queue]),
  ])
  expect(results[0].status).toBe('fulfilled')
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThan(5)
  const kept = results.filter(({ status }) => status === 'fulfilled').length
  expect((await store.scan({ limit: 100 })).copies).toHaveLength(kept)
  expect(await store.queues()).toMatchObject([{ copies: kept }])
})

test('with little free disk mail is refused before the disk is full', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ minFreeBytes: Number.MAX_SAFE_INTEGER })
  await expect(commitTo(store, [queue])).rejects.toMatchObject({
    code: 'DISK_FULL',
    message: expect.stringContaining('make room') as string,
  })
})

test('a second process is told that the file is in use', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  await expect(folder.open()).rejects.toThrow(/another process has it open/)
  await commitTo(store, [queue])
})

test('a file of a newer version is refused and left alone', async () => {
  await using folder = await QueueFolder.make()
  await (await folder.open())[Symbol.asyncDispose]()
  const database = new DatabaseSync(folder.path)
  database.exec('PRAGMA user_version = 999')
  database.close()
  await expect(folder.open()).rejects.toThrow(/newer version/)
  expect(folder.movedAside).toEqual([])
})

test('a database of another program is refused and left alone', async () => {
  await using folder = await QueueFolder.make()
  await mkdir(dirname(folder.path), { recursive: true })
  const database = new DatabaseSync(folder.path)
  database.exec('CREATE TABLE theirs (x)')
  database.close()
  await expect(folder.open()).rejects.toThrow(/another program/)
})

test('what is whole in a file that was cut off is brought into a new one', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open()
  for (let n = 0; n < 200; n++) await commitTo(before, [queue], { content: 'x'.repeat(3000) })
  await before[Symbol.asyncDispose]()
  await truncate(folder.path, (await stat(folder.path)).size - 16_384)
  await using store = await folder.open()
  expect(folder.movedAside).toHaveLength(1)
  expect(folder.movedAside[0]?.rescued).toBeGreaterThan(150)
  expect((await store.scan({ limit: 1000 })).copies).toHaveLength(
    folder.movedAside[0]?.rescued ?? 0,
  )
})

test('a file that was emptied is put aside with its log, and told', async () => {
  await using folder = await QueueFolder.make()
  await mkdir(dirname(folder.path), { recursive: true })
  await writeFile(folder.path, '')
  await writeFile(`${folder.path}-wal`, 'log')
  await using store = await folder.open()
  expect(folder.movedAside).toMatchObject([{ rescued: 0 }])
  expect((await stat(`${folder.movedAside[0]?.path}-wal`)).size).toBe(3)
  await commitTo(store, [queue])
})

test('a queue folder that cannot be made is told with what to do', async () => {
  await using folder = await QueueFolder.make()
  await writeFile(dirname(folder.path), '')
  await expect(folder.open()).rejects.toThrow(/its folder cannot be made .*; see that/)
})

test('a file that is no database is put aside whole, and a new queue begun', async () => {
  await using folder = await QueueFolder.make()
  await mkdir(dirname(folder.path), { recursive: true })
  await writeFile(folder.path, 'rubbish'.repeat(2000))
  await using store = await folder.open()
  expect(folder.movedAside).toHaveLength(1)
  expect((await stat(folder.movedAside[0]?.path ?? '')).size).toBe(14_000)
  await commitTo(store, [queue])
})

test('damage found in use stops the store, and the next start brings the rest into a new file', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open()
  await commitTo(before, [queue], { content: 'y'.repeat(300_000) })
  for (let n = 0; n < 200; n++) await commitTo(before, [queue], { content: 'x'.repeat(3000) })
  const late = await commitTo(before, [queue], { content: 'y'.repeat(300_000) })
  await before[Symbol.asyncDispose]()
  const file = await open(folder.path, 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.alloc(80_000, 0xa5), 0, 80_000, size - 420_000)
  await file.close()

  const damaged = await folder.open()
  await expect(damaged.scan({ limit: 1000 })).rejects.toMatchObject({ code: 'CORRUPT' })
  expect(await folder.fatal.promise).toMatchObject({ code: 'CORRUPT' })
  await expect(commitTo(damaged, [queue])).rejects.toMatchObject({ code: 'CORRUPT' })
  await damaged[Symbol.asyncDispose]()

  await using after = await folder.open()
  const [aside] = folder.movedAside
  expect(existsSync(aside?.path ?? '')).toBe(true)
  expect(await readdir(contentFolder(aside?.path ?? ''))).toHaveLength(2)
  expect(aside?.rescued).toBeGreaterThan(100)
  expect(aside?.rescued).toBeLessThan(202)
  expect(await after.queues()).toMatchObject([{ key: queue, copies: aside?.rescued }])
  for (const { message } of (await after.scan({ limit: 1000 })).copies) {
    const content = String(await contentOf(after, message.id))
    expect(['x'.repeat(3000), 'y'.repeat(300_000)].includes(content)).toBe(true)
  }
  expect(after.begin().id).toBeGreaterThan(late[0]?.message.id ?? Infinity)
})

test('a restart keeps copies, content, counts and queue numbers, and ids go on growing', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open()
  const copies = await commitTo(before, [queue, domainQueue('second.test')])
  const figures = await before.queues()
  const last = before.begin().id
  await before[Symbol.asyncDispose]()

  await using after = await folder.open()
  expect((await after.scan({ limit: 10 })).copies).toEqual(copies.map(asStored))
  expect(String(await contentOf(after, copies[0]?.message.id ?? 0))).toBe('Hello world.')
  expect(await after.queues()).toMatchObject(
    figures.map(({ key, number, copies }) => ({ key, number, copies })),
  )
  expect(after.begin().id).toBe(last + 1)
  expect(await after.lease(queue, Number.MAX_SAFE_INTEGER, 10)).toHaveLength(1)
})

test('large content travels in pieces while small messages are committed beside it', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ maxUnwrittenBytes: 2_000_000 })
  const content = Buffer.alloc(20_000_000, 'Some content. ')
  const pending = store.begin()
  const progress = { done: false }
  const large = writeAll(pending, content, 64_000)
    .then(() =>
      pending.commit(sampleMessage(), noHeader, [
        { queue, recipients: [{ address: 'b@first.test' }] },
      ]),
    )
    .finally(() => (progress.done = true))
  let small = 0
  while (!progress.done) {
    await commitTo(store, [queue])
    small++
  }
  await large
  expect(small).toBeGreaterThan(2)
  expect((await contentOf(store, pending.id)).equals(content)).toBe(true)
  expect((await store.readBody(pending.id, 0))?.length).toBeLessThanOrEqual(256 * 1024)
})

test('writers beyond the bound wait, and slow ones do not hold up the others', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ maxUnwrittenBytes: 100_000 })
  const slow = Array.from({ length: 50 }, () => store.begin())
  for (const pending of slow) await pending.write(Buffer.alloc(5000, 1))
  const copies = await commitTo(store, [queue], { content: 'y'.repeat(80_000) })
  expect((await contentOf(store, copies[0]?.message.id ?? 0)).length).toBe(80_000)
  for (const pending of slow) {
    await pending.commit(sampleMessage(), noHeader, [
      { queue, recipients: [{ address: 'b@first.test' }] },
    ])
    expect((await contentOf(store, pending.id)).equals(Buffer.alloc(5000, 1))).toBe(true)
  }
})

test('the file does not grow when messages come and go', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open({ maxFileBytes: 4_000_000 })
  for (let round = 0; round < 40; round++) {
    const content = 'z'.repeat(round % 2 === 0 ? 400_000 : 4000)
    const batch = await Promise.all([
      commitTo(store, [queue], { content }),
      commitTo(store, [queue]),
    ])
    for (const copy of batch.flat()) await store.settle({ copy, ...end })
  }
  expect(await store.queues()).toMatchObject([{ copies: 0 }])
})

test('a flood of queues that come and go leaves a bounded list', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  for (let round = 0; round < 3; round++) {
    const queues = Array.from({ length: 500 }, (_, n) => domainQueue(`d${round}-${n}.test`))
    const copies = await commitTo(store, queues)
    await Promise.all(copies.map((copy) => store.settle({ copy, ...end })))
  }
  await commitTo(store, [queue])
  // They are taken out behind the work for mail, in its calm moments.
  await until(async () => (await store.queues()).length <= 1001)
  const figures = await store.queues()
  expect(figures.find(({ copies }) => copies > 0)).toMatchObject({ number: 1501, copies: 1 })
})

test('a folder that is gone ends the store, and is told', async () => {
  await using folder = await QueueFolder.make()
  const store = await folder.open()
  await rm(dirname(folder.path), { recursive: true })
  // It looks at its disk a few times a second while there is something to do.
  await until(
    () =>
      commitTo(store, [queue]).then(
        () => false,
        () => true,
      ),
    50,
  )
  expect(await folder.fatal.promise).toMatchObject({
    code: 'FAILED',
    message: expect.stringMatching(/queue database thread failed: ENOENT/) as string,
  })
  await expect(commitTo(store, [queue])).rejects.toMatchObject({ code: 'FAILED' })
  await expect(store.queues()).rejects.toMatchObject({ code: 'FAILED' })
  await store[Symbol.asyncDispose]()
})

test('a file that may not be opened is told with what to see to', async () => {
  await using folder = await QueueFolder.make()
  await mkdir(folder.path, { recursive: true })
  await expect(folder.open()).rejects.toMatchObject({
    code: 'FAILED',
    message: expect.stringMatching(/this user may write to it/) as string,
  })
})

test('content that cannot be read for now is no damage, and is sound when it can be', async () => {
  await using folder = await QueueFolder.make()
  const before = await folder.open()
  const [copy] = await commitTo(before, [queue], { content: 'x'.repeat(500_000) })
  const id = copy?.message.id ?? 0
  await before[Symbol.asyncDispose]()
  await using store = await folder.open()
  const path = contentPath(contentFolder(folder.path), id)
  await rename(path, `${path}.away`)
  await mkdir(path)
  await expect(store.damageOf(id)).rejects.toMatchObject({ code: 'FAILED' })
  await rm(path, { recursive: true })
  await rename(`${path}.away`, path)
  expect(await store.damageOf(id)).toBeUndefined()
})

test('of notifications whose content cannot be written none is, and the copy can be settled without', async () => {
  await using folder = await QueueFolder.make()
  let broken = true
  const disk: ContentDisk = {
    ...systemContentDisk,
    create: async (path) => {
      const file = await systemContentDisk.create(path)
      const flush = () => (broken ? Promise.reject(new Error('EIO: i/o error')) : file.flush())
      return createdWith(file, { flush })
    },
  }
  await using store = await folder.open({ disk })
  const [copy] = await commitTo(store, [queue])
  if (copy === undefined) return expect.unreachable()
  const notice = async (size: number) => {
    const pending = store.begin()
    await pending.write(Buffer.alloc(size, 'n'))
    const copies = [{ queue, recipients: [{ address: 'alice@example.com' }] }]
    return { pending, message: sampleMessage(), header: noHeader, copies }
  }
  const notifications = [await notice(100), await notice(500_000)]
  await expect(store.settle({ copy, ...end, notifications })).rejects.toMatchObject({
    code: 'FAILED',
  })
  for (const { pending } of notifications) pending.abort()
  expect((await store.scan({ limit: 10 })).copies).toEqual([asStored(copy)])
  broken = false
  const again = [await notice(100), await notice(500_000)]
  expect(await store.settle({ copy, ...end, notifications: again })).toHaveLength(2)
  expect((await store.scan({ limit: 10 })).copies).toHaveLength(2)
})

test('walks with many kinds of conditions find what they should, again and again', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  const copies = (await commitTo(store, [queue])).map(asStored)
  const numbers = ['=', '<', '<=', '>', '>='] as const
  for (let round = 0; round < 2; round++) {
    for (const operator of numbers) {
      const found = await store.scan({
        tests: [{ field: 'size', operator, value: 12 }],
        limit: 10,
      })
      expect(found.copies, operator).toEqual(operator.includes('=') ? copies : [])
    }
    const like = { field: 'subject', operator: 'fits', pattern: 'h*O' } as const
    expect((await store.scan({ tests: [like], limit: 10 })).copies).toEqual(copies)
  }
})

test('a walk whose conditions nothing fulfils for long stops on the way, and goes on from there', async () => {
  await using folder = await QueueFolder.make()
  await using store = await folder.open()
  const many = Array.from({ length: 500 }, () => queue)
  await commitTo(store, many)
  const wanted = await commitTo(store, [queue], { message: { size: 99 } })
  const found: Copy[] = []
  let calls = 0
  for (let after: string | undefined; ;) {
    const mark = after === undefined ? {} : { after }
    const tests = [{ field: 'size', operator: '=', value: 99 } as const]
    const page = await store.scan({ tests, limit: 10, ...mark })
    found.push(...page.copies)
    calls++
    if (page.next === undefined) break
    after = page.next
  }
  expect(found).toEqual(wanted.map(asStored))
  expect(calls).toBeGreaterThan(1)
})

test('content that cannot be read back before its commit is told to who asks for it', async () => {
  await using folder = await QueueFolder.make()
  const broken = Object.assign(new Error('EIO: i/o error'), { code: 'EIO' })
  const create: ContentDisk['create'] = async (path) =>
    createdWith(await systemContentDisk.create(path), { read: () => Promise.reject(broken) })
  await using store = await folder.open({ disk: { ...systemContentDisk, create } })
  const pending = store.begin()
  await writeAll(pending, Buffer.alloc(600_000), 50_000)
  await expect(Promise.resolve(pending.readPiece(0))).rejects.toMatchObject({ code: 'FAILED' })
  pending.abort()
})

test('what is known of a next hop finds no room on a full disk, takes nothing along, and is written later', async () => {
  await using folder = await QueueFolder.make()
  const state = {
    ...{ retryCount: 1, firstRetryAt: 1, lastRetryAt: 1, nextRetryAt: 2 },
    lastError: `451 4.4.0 ${'x'.repeat(400_000)}`,
  }
  {
    await using store = await folder.open({ maxFileBytes: 1_000_000 })
    const taken = await fill(store)
    store.keepRetry(queue, state)
    // In a calm moment it is tried alone, and fails.
    await systemClock.sleep(2000)
    for (const copy of taken.slice(1)) await store.settle({ copy, ...end })
  }
  await using store = await folder.open()
  const [figures] = await store.queues({ withRetry: true })
  expect(figures).toMatchObject({ copies: 1, retry: { lastError: state.lastError } })
})
