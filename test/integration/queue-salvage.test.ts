import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { contentFolder, contentPath } from '../../src/queue/sqlite/content-path.ts'
import { submissionQueue } from '../../src/queue/queue-key.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { openDatabase, suspectMark } from '../../src/queue/sqlite/schema.ts'
import { salvage } from '../../src/queue/sqlite/salvage.ts'
import type { MovedAside } from '../../src/queue/sqlite/protocol.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, contentOf, domainQueue } from '../support/queue-samples.ts'
import { SmallDisk, mayMount } from '../support/small-disk.ts'

const queue = domainQueue('first.test')
const megabyte = 1024 ** 2

/** A file whose end is gone, with small mail and two messages that have files of their own. */
async function damagedFile(folder: QueueFolder): Promise<void> {
  const store = await folder.open()
  for (let n = 0; n < 2; n++) await commitTo(store, [queue], { content: 'y'.repeat(300_000) })
  for (let n = 0; n < 200; n++) await commitTo(store, [queue], { content: 'x'.repeat(3000) })
  await store[Symbol.asyncDispose]()
  await truncate(folder.path, (await stat(folder.path)).size - 16_384)
}

/** What all contents are made of, as `x3000`. */
async function allContents(store: QueueStore): Promise<Set<string>> {
  const { copies } = await store.scan({ limit: 1000 })
  const contents = copies.map(async ({ message }) => {
    const content = String(await contentOf(store, message.id))
    return `${[...new Set(content)].join('')}${content.length}`
  })
  return new Set(await Promise.all(contents))
}

/** As a start leaves it that was killed: the new file is there, and so much of its mail. */
type CutShort = (path: string, aside: string) => Promise<void>

const beginnings: readonly [string, CutShort][] = [
  [
    'before anything was moved',
    async (path, aside) => {
      await cp(aside, path)
      await rm(aside)
      await cp(contentFolder(aside), contentFolder(path), { recursive: true })
      await rm(contentFolder(aside), { recursive: true })
    },
  ],
  [
    'when only the contents were moved',
    async (path, aside) => {
      await cp(aside, path)
      await rm(aside)
    },
  ],
  ['before there was a new file', () => Promise.resolve()],
  ['when the new file was empty', (path) => writeFile(path, '')],
  [
    'when some mail had come over',
    async (path, aside) => {
      await cp(contentFolder(aside), contentFolder(path), { recursive: true })
      const { database } = openDatabase(path, 'none')
      database.exec(`INSERT INTO message (id, fileBytes, meta) VALUES (1, 0, '{}')`)
      database.close()
      await writeFile(`${path}-wal`, 'a log that belongs to the new file')
    },
  ],
]

describe('a start that brings the mail of a damaged file over', () => {
  test.each(beginnings)('is done again whole when it was cut short %s', async (_, cutShort) => {
    await using folder = await QueueFolder.make()
    await damagedFile(folder)
    await (await folder.open())[Symbol.asyncDispose]()
    const [first] = folder.movedAside
    if (first === undefined) return expect.unreachable()
    expect(first.rescued).toBeGreaterThan(100)
    // What was done is taken back so far as the death of the process would have left it.
    for (const suffix of ['', '-wal', '-content', '-in-use'])
      await rm(folder.path + suffix, { recursive: true, force: true })
    await writeFile(`${folder.path}-salvage`, basename(first.path))
    await cutShort(folder.path, first.path)

    await using store = await folder.open()
    expect(folder.logTroubles).toEqual([])
    expect(folder.movedAside[1]).toMatchObject({ rescued: first.rescued })
    expect((await store.scan({ limit: 1000 })).copies).toHaveLength(first.rescued)
    expect(await allContents(store)).toEqual(new Set(['x3000', 'y300000']))
    expect(existsSync(`${folder.path}-salvage`)).toBe(false)
    expect(existsSync(suspectMark(folder.path))).toBe(false)
  })

  test('is left alone by another process that starts meanwhile', async () => {
    await using folder = await QueueFolder.make()
    await damagedFile(folder)
    await using store = await folder.open()
    const [first] = folder.movedAside
    if (first === undefined) return expect.unreachable()
    await writeFile(`${folder.path}-salvage`, basename(first.path))
    await expect(folder.open()).rejects.toThrow(/another process has it open/)
    await commitTo(store, [queue])
    expect((await store.scan({ limit: 1000 })).copies).toHaveLength(first.rescued + 1)
    expect(existsSync(first.path)).toBe(true)
  })

  test('is not disturbed by a note that was not finished', async () => {
    await using folder = await QueueFolder.make()
    const before = await folder.open()
    await commitTo(before, [queue])
    await before[Symbol.asyncDispose]()
    await writeFile(`${folder.path}-salvage`, '')
    await using store = await folder.open()
    expect(folder.movedAside).toEqual([])
    expect((await store.scan({ limit: 10 })).copies).toHaveLength(1)
    expect(await readdir(dirname(folder.path))).not.toContain('mail.que-salvage')
  })

  test.each([
    ['all', 'DELETE FROM queue', [submissionQueue, submissionQueue, submissionQueue]],
    [
      'all but Submission',
      `DELETE FROM queue WHERE nextHopDomain LIKE '%.test'`,
      [submissionQueue, submissionQueue, submissionQueue],
    ],
    ['one', 'DELETE FROM queue WHERE number = 3', [queue, submissionQueue, submissionQueue]],
  ])('puts copies whose queue is not known into Submission: %s', async (_, sql, expected) => {
    await using folder = await QueueFolder.make()
    const store = await folder.open()
    for (const each of [queue, submissionQueue, domainQueue('second.test')])
      await commitTo(store, [each])
    await store[Symbol.asyncDispose]()
    const from = new DatabaseSync(folder.path)
    from.exec(sql)
    from.close()
    await using into = await QueueFolder.make()
    await (await into.open())[Symbol.asyncDispose]()
    const { database } = openDatabase(into.path, 'none')
    const numbers = { afterMessage: 0, afterQueue: 0 }
    expect(salvage(folder.path, database, { path: into.path, numbers })).toBe(3)
    database.close()
    await using salvaged = await into.open()
    const { copies } = await salvaged.scan({ limit: 10 })
    expect(copies.map((copy) => copy.queue)).toEqual(expected)
  })
})

test('what cannot be read of the rest does not keep mail from coming over', async () => {
  await using folder = await QueueFolder.make()
  const store = await folder.open()
  const [copy] = await commitTo(store, [queue], { content: 'y'.repeat(300_000) })
  await commitTo(store, [queue])
  await store[Symbol.asyncDispose]()
  const id = copy?.message.id ?? 0
  const content = contentPath(contentFolder(folder.path), id)
  await rm(content)
  await mkdir(content)
  const from = new DatabaseSync(folder.path)
  from.exec(`UPDATE sequence SET reserved = 'damaged'`)
  from.close()
  await using into = await QueueFolder.make()
  await (await into.open())[Symbol.asyncDispose]()
  const { database } = openDatabase(into.path, 'none')
  const numbers = { afterMessage: 0, afterQueue: 0 }
  expect(salvage(folder.path, database, { path: into.path, numbers })).toBe(2)
  database.close()
  await using salvaged = await into.open()
  expect((await salvaged.scan({ limit: 10 })).copies).toHaveLength(2)
  expect(await salvaged.damageOf(id)).toMatch(/is missing/)
  expect((await commitTo(salvaged, [queue]))[0]?.message.id).toBeGreaterThan(2)
})

describe.runIf(mayMount)('on a full disk', () => {
  test('the mail of a damaged file stays where it is until there is room for it', async () => {
    await using folder = await QueueFolder.make()
    await damagedFile(folder)
    const disk = await SmallDisk.mount(8 * megabyte)
    const path = join(disk.folder, 'queue', 'mail.que')
    await cp(dirname(folder.path), dirname(path), { recursive: true })
    const asides: MovedAside[] = []
    const open = () =>
      openSqliteQueueStore({
        ...{ path, clock: systemClock, reserveBytes: 0, minFreeBytes: 0 },
        onFatal: (error) => expect.unreachable(error.message),
        onMovedAside: (aside) => asides.push(aside),
        onLogTrouble: (trouble) => expect.unreachable(trouble),
      })
    await disk.fill(300_000)
    for (let start = 0; start < 2; start++) {
      await expect(open(), `start ${start}`).rejects.toMatchObject({ code: 'DISK_FULL' })
    }
    expect(asides).toEqual([])
    await disk.clear()
    await using store = await open()
    expect(asides[0]?.rescued).toBeGreaterThan(100)
    expect((await store.scan({ limit: 1000 })).copies).toHaveLength(asides[0]?.rescued ?? 0)
    expect(await allContents(store)).toEqual(new Set(['x3000', 'y300000']))
  })
})
