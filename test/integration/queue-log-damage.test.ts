import { cp, mkdir, open, readFile, readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, domainQueue } from '../support/queue-samples.ts'
import { SmallDisk, mayMount } from '../support/small-disk.ts'
import { tempFolder } from '../support/temp-folder.ts'

const queue = domainQueue('first.test')
const frameBytes = 4096 + 24

interface Opened {
  readonly trouble: string | undefined
  readonly copies: number
  readonly nextId: number
}

/** The files of a store in use, as the death of its process leaves them. */
async function killed(folder: QueueFolder): Promise<string> {
  const path = join(await tempFolder(), 'queue', 'mail.que')
  await mkdir(dirname(path))
  await cp(dirname(folder.path), dirname(path), { recursive: true })
  return path
}

async function opened(path: string): Promise<Opened> {
  let trouble: string | undefined
  await using store = await openSqliteQueueStore({
    ...{ path, clock: systemClock, reserveBytes: 0 },
    onFatal: (error) => expect.unreachable(error.message),
    onLogTrouble: (told) => (trouble = told),
  })
  const { copies } = await store.scan({ limit: 1000 })
  const [next] = await commitTo(store, [queue])
  return { trouble, copies: copies.length, nextId: next?.message.id ?? 0 }
}

async function changeOctet(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+')
  const octet = Buffer.alloc(1)
  await file.read(octet, 0, 1, at)
  await file.write(Buffer.from([(octet[0] ?? 0) ^ 1]), 0, 1, at)
  await file.close()
}

describe('at the next start', () => {
  test('the log of a process that was killed is taken whole, without a word', async () => {
    await using folder = await QueueFolder.make()
    await using store = await folder.open()
    expect(await opened(await killed(folder))).toMatchObject({ trouble: undefined, copies: 0 })
    for (let i = 0; i < 20; i++) await commitTo(store, [queue])
    const found = await opened(await killed(folder))
    expect(found).toMatchObject({ trouble: undefined, copies: 20 })
  })

  test('a file that was closed in order has none, without a word', async () => {
    await using folder = await QueueFolder.make()
    const store = await folder.open()
    await commitTo(store, [queue])
    await store[Symbol.asyncDispose]()
    const found = await opened(await killed(folder))
    expect(found).toMatchObject({ trouble: undefined, copies: 1 })
  })

  test('a log that is gone is told, and no id is given twice', async () => {
    await using folder = await QueueFolder.make()
    await using store = await folder.open()
    for (let i = 0; i < 20; i++) await commitTo(store, [queue])
    const path = await killed(folder)
    await rm(`${path}-wal`)
    const found = await opened(path)
    expect(found.trouble).toMatch(/^it is gone although the file was not closed/)
    expect(found.nextId).toBeGreaterThan(20)
  })

  test('damage in the midst of it is told and kept, with the content of lost mail', async () => {
    await using folder = await QueueFolder.make()
    await using store = await folder.open()
    for (let i = 0; i < 10; i++) await commitTo(store, [queue])
    const lost = { header: 'Subject: lost\r\n', content: `\r\n${'x'.repeat(300_000)}` }
    for (let i = 0; i < 2; i++) await commitTo(store, [queue], lost)
    const begun = store.begin()
    await begun.write(Buffer.alloc(300_000, 'y'))
    await begun.readPiece(0)
    const path = await killed(folder)
    await changeOctet(`${path}-wal`, 32 + 20 * frameBytes + 500)
    const found = await opened(path)
    expect(found.trouble).toMatch(/^it is damaged, and \d+ transactions could not be read/)
    expect(found.copies).toBeLessThan(12)
    const files = await readdir(dirname(path))
    expect(files).toContainEqual(expect.stringMatching(/^mail\.que\.damaged-\S+-wal$/))
    expect(await readdir(`${path}-damaged`)).toEqual(['11.eml', '12.eml', '13.eml'])
    const kept = await readFile(join(`${path}-damaged`, '12.eml'), 'latin1')
    expect(kept === lost.header + lost.content).toBe(true)
    const unfinished = await readFile(join(`${path}-damaged`, '13.eml'))
    expect(unfinished.equals(Buffer.alloc(300_000, 'y'))).toBe(true)
  })

  test.runIf(mayMount)('damage is told, too, when there is no room to keep the log', async () => {
    await using folder = await QueueFolder.make()
    await using store = await folder.open()
    for (let i = 0; i < 10; i++) await commitTo(store, [queue])
    const disk = await SmallDisk.mount(4_000_000)
    const path = join(disk.folder, 'queue', 'mail.que')
    await cp(dirname(folder.path), dirname(path), { recursive: true })
    await changeOctet(`${path}-wal`, 32 + 20 * frameBytes + 500)
    await disk.fill(50_000)
    const troubles: string[] = []
    await using full = await openSqliteQueueStore({
      ...{ path, clock: systemClock, reserveBytes: 0 },
      onFatal: (error) => expect.unreachable(error.message),
      onLogTrouble: (told) => troubles.push(told),
    })
    expect(troubles).toEqual([
      expect.stringMatching(/^it is damaged, .*; it could not be kept: ENOSPC/),
    ])
    expect((await full.scan({ limit: 100 })).copies.length).toBeLessThan(10)
  })

  test('damage at its beginning, which makes it none, is told', async () => {
    await using folder = await QueueFolder.make()
    await using store = await folder.open()
    await commitTo(store, [queue])
    const path = await killed(folder)
    await changeOctet(`${path}-wal`, 20)
    expect((await opened(path)).trouble).toMatch(/^it is damaged, and all that stood in it/)
  })

  test('a write that the end of the process cut short is no damage', async () => {
    await using folder = await QueueFolder.make()
    await using store = await folder.open()
    for (let i = 0; i < 10; i++) await commitTo(store, [queue])
    const path = await killed(folder)
    const file = await open(`${path}-wal`, 'r+')
    await file.truncate((await file.stat()).size - 2 * frameBytes)
    await file.close()
    expect(await opened(path)).toMatchObject({ trouble: undefined, copies: 9 })
  })
})
