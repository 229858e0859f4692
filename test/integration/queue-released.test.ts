import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { contentFolder } from '../../src/queue/sqlite/content-path.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { type Copy, placeOf, suspended } from '../../src/queue/stored-message.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { contentOf } from '../support/queue-samples.ts'
import {
  type ReleasedMessage,
  releasedMessages,
  suspendedDomain,
  unpackReleasedQueue,
} from '../support/released-queue.ts'
import { SchedulerBench, resultsFor } from '../support/scheduler-bench.ts'

const script = fileURLToPath(new URL('../support/open-queue.ts', import.meta.url))
const copies = releasedMessages.flatMap(({ id, domains }) =>
  domains.map((domain) => `${id} bob@${domain}`),
)
const nameOf = ({ message, recipients }: Copy) =>
  `${message.id} ${recipients.map(({ address }) => address).join()}`

async function expectWhole(store: QueueStore, released: ReleasedMessage): Promise<void> {
  const { id, header, body } = released
  expect((await store.readHeader(id)).toString('latin1') === header, `header of ${id}`).toBe(true)
  const content = (await contentOf(store, id)).toString('latin1')
  expect(content === header + body, `message ${id}`).toBe(true)
}

/** Resumes what an administrator suspended, and sends all; returns the octets of each copy by its name. */
async function sendAll(store: QueueStore): Promise<Map<string, string>> {
  const sent = new Map<string, string>()
  await using bench = new SchedulerBench(() => store)
  bench.serve = async (lane) => {
    lane.reached()
    for (;;) {
      const copy = await lane.next()
      if (copy === undefined) return { kind: 'served' }
      expect(sent.has(nameOf(copy)), nameOf(copy)).toBe(false)
      const content = await contentOf(store, copy.message.id)
      sent.set(nameOf(copy), content.toString('latin1'))
      await lane.report(copy, resultsFor(copy, 'delivered', '250 ok'))
    }
  }
  await bench.start()
  const waiting = await bench.waiting()
  const held = waiting.filter(({ dueAt }) => dueAt === suspended)
  await bench.scheduler.messages.resume(held.map(placeOf))
  for (const { key, suspended: isHeld } of await store.queues()) {
    if (isHeld) await bench.scheduler.operations.resume(key)
  }
  await expect.poll(() => bench.waiting(), { timeout: 10_000 }).toEqual([])
  expect(bench.logged).toEqual([])
  return sent
}

/** Opens the queue file in a process of its own, and kills that after so many milliseconds. */
async function openAndKill(path: string, after: number): Promise<string> {
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  let said = ''
  const opening = Promise.withResolvers<undefined>()
  child.stdout.on('data', (chunk: Buffer) => {
    said += String(chunk)
    opening.resolve(undefined)
  })
  await opening.promise
  await delay(after)
  child.kill('SIGKILL')
  await exited
  return said
}

async function expectAllSent(folder: QueueFolder): Promise<void> {
  await using store = await folder.open()
  expect([...folder.movedAside, ...folder.logTroubles]).toEqual([])
  for (const released of releasedMessages) await expectWhole(store, released)
  const sent = await sendAll(store)
  expect([...sent.keys()].toSorted()).toEqual(copies.toSorted())
  for (const { id, header, body, domains } of releasedMessages) {
    for (const domain of domains) {
      expect(sent.get(`${id} bob@${domain}`) === header + body, `copy of ${id}`).toBe(true)
    }
  }
}

test('a queue file of the released version is taken up with all that was known of its mail', async () => {
  await using folder = await QueueFolder.make()
  await unpackReleasedQueue(folder.path)
  await using store = await folder.open()
  const found = (await store.scan({ limit: 100 })).copies
  expect(found.map(nameOf)).toEqual(copies)
  const held = found.filter(({ dueAt }) => dueAt === suspended).map(({ message }) => message.id)
  expect(held).toEqual([2, 12, 22])
  expect(found.filter(({ attempts }) => attempts > 0).map(nameOf)).toEqual(['11 bob@first.test'])
  const queues = await store.queues({ withRetry: true })
  const isHeld = queues.filter((queue) => queue.suspended).map(({ key }) => key.nextHopConnector)
  expect(isHeld).toEqual([`To ${suspendedDomain}`])
  expect(queues.filter(({ retry }) => retry !== undefined)).toEqual([])
  for (const { id } of releasedMessages) expect(await store.damageOf(id)).toBeUndefined()
})

test('all of its mail is sent octet for octet, and its content files go', async () => {
  await using folder = await QueueFolder.make()
  await unpackReleasedQueue(folder.path)
  await expectAllSent(folder)
  await using _store = await folder.open()
  await expect.poll(() => readdir(contentFolder(folder.path))).toEqual([])
})

test('all of it is sent, too, by a version that was killed many times while opening the file', async () => {
  await using folder = await QueueFolder.make()
  await unpackReleasedQueue(folder.path)
  const said: string[] = []
  for (let after = 0; after < 100; after += 8) said.push(await openAndKill(folder.path, after))
  expect(said.join('')).not.toMatch(/trouble|aside/)
  expect(said.some((lines) => !lines.includes('open\n'))).toBe(true)
  await expectAllSent(folder)
})

test('damage to its content is found before it is sent', async () => {
  await using folder = await QueueFolder.make()
  await unpackReleasedQueue(folder.path)
  await (await folder.open())[Symbol.asyncDispose]()
  {
    using database = new DatabaseSync(folder.path)
    database.exec(`UPDATE message SET content = CAST(replace(CAST(content AS TEXT), 'alice@', 'malice@') AS BLOB)
      WHERE id = 1`)
  }
  await using store = await folder.open()
  expect(await store.damageOf(1)).toBe('its content does not fit its checksum')
  expect(await store.damageOf(3)).toBeUndefined()
})
