import { readFile, readdir, stat, truncate, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { contentFolder, contentPath } from '../../src/queue/sqlite/content-path.ts'
import { makeFirstQueueFile } from '../support/first-queue-file.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { commitTo, contentOf, domainQueue } from '../support/queue-samples.ts'

const queue = domainQueue('first.test')
const longHeader = `Subject: a\r\nX-Long: ${'folded\r\n '.repeat(40_000)}\r\n`
const parts = new Map([
  [1, { header: 'Subject: small\r\n', body: '\r\nsmall' }],
  [2, { header: 'Subject: large\r\n', body: `\r\n${'large '.repeat(120_000)}` }],
  [3, { header: 'Subject: no body\r\n', body: '' }],
  [4, { header: longHeader, body: '\r\nbehind a header of several pieces' }],
  [5, { header: '', body: 'no header' }],
  [6, { header: longHeader, body: '' }],
])
const contents = new Map(
  Array.from(parts, ([id, { header, body }]) => [id, Buffer.from(header + body)]),
)

test('mail that waits in a queue file of the first version is there after the update', async () => {
  await using folder = await QueueFolder.make()
  makeFirstQueueFile(folder.path, contents)
  // The second start finds a file that was updated before.
  for (const start of [1, 2]) {
    await using store = await folder.open()
    expect(await store.queues(), `start ${start}`).toMatchObject([{ key: queue, copies: 6 }])
    for (const [id, content] of contents) {
      expect((await contentOf(store, id)).equals(content), `message ${id}`).toBe(true)
      expect(String(await store.readHeader(id)) === parts.get(id)?.header).toBe(true)
      // Looked at before it is sent, it stays at hand in its parts.
      expect(await store.damageOf(id)).toBeUndefined()
      expect((await contentOf(store, id)).equals(content), `message ${id}`).toBe(true)
      expect(String(await store.readHeader(id)) === parts.get(id)?.header).toBe(true)
    }
  }
  expect((await readdir(contentFolder(folder.path))).toSorted()).toEqual([
    '2.eml',
    '4.eml',
    '6.eml',
  ])
  await using store = await folder.open()
  const leased = await store.lease(queue, 0, 10)
  expect(leased).toHaveLength(6)
  const end = { remaining: [], dueAt: 0, attempts: 1, lastError: '', delayNotified: false }
  for (const copy of leased) await store.settle({ copy, ...end })
  expect((await commitTo(store, [queue]))[0]?.message.id).toBeGreaterThan(6)
})

test('a damaged file of the first version gives what can be read of it', async () => {
  await using folder = await QueueFolder.make()
  makeFirstQueueFile(folder.path, contents)
  await truncate(folder.path, (await stat(folder.path)).size - 4096)
  await using store = await folder.open()
  const ids = (await store.scan({ limit: 10 })).copies.map(({ message }) => message.id)
  expect(folder.movedAside).toMatchObject([{ rescued: ids.length }])
  expect(ids).toContain(2)
  for (const id of ids) {
    expect((await contentOf(store, id)).equals(contents.get(id) ?? Buffer.alloc(0))).toBe(true)
  }
})

test('damaged content in a file of the first version is put aside as it is', async () => {
  await using folder = await QueueFolder.make()
  makeFirstQueueFile(folder.path, contents)
  await using store = await folder.open()
  const path = contentPath(contentFolder(folder.path), 2)
  const damaged = (await readFile(path)).fill('!', 1000, 1001)
  await writeFile(path, damaged)
  const { copies } = await store.scan({ messageId: 2, limit: 1 })
  const [copy] = copies
  if (copy === undefined) throw new Error('message 2 is gone')
  const kept = await store.setAside({ message: 2, id: copy.id }, 'its content is damaged')
  expect((await readFile(kept)).equals(damaged)).toBe(true)
})
