import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { contentFolder } from '../../src/queue/sqlite/content-path.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { numberedBody, numberedHeader, pieceBytes } from '../support/numbered-content.ts'
import { QueueFolder } from '../support/queue-folder.ts'
import { contentOf } from '../support/queue-samples.ts'

const script = fileURLToPath(new URL('../support/commit-until-killed.ts', import.meta.url))

/** Runs the committing process and kills it once `isTime` says so of the lines it has said. */
async function runAndKill(
  path: string,
  isTime: (lines: readonly string[]) => boolean,
): Promise<string[]> {
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (isTime(said.split('\n').slice(0, -1))) child.kill('SIGKILL')
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return said.split('\n').slice(0, -1)
}

const after = (count: number) => (lines: readonly string[]) => lines.length >= count

/** Right behind the n-th line with that word. */
const at = (word: string, count: number) => (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith(`${word} `)).length >= count

async function storedMessages(store: QueueStore): Promise<Set<number>> {
  const ids = new Set<number>()
  let after: string | undefined
  do {
    const page = await store.scan({ limit: 500, ...(after !== undefined && { after }) })
    for (const { message } of page.copies) ids.add(message.id)
    after = page.next
  } while (after !== undefined)
  return ids
}

const idsIn = (said: readonly string[], word: string) =>
  said.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1]))

/** The recipients of each message, with the domain of the queue that they wait in. */
async function whereabouts(store: QueueStore): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>()
  const { copies } = await store.scan({ limit: 10_000 })
  for (const { message, queue, recipients } of copies) {
    const names = recipients.map(({ address }) => `${address} ${queue.nextHopDomain}`)
    found.set(message.id, [...(found.get(message.id) ?? []), ...names].toSorted())
  }
  return found
}

test('a kill while a header is fixed and its body is not, or while recipients move, leaves whole messages', async () => {
  await using folder = await QueueFolder.make()
  const said: string[] = []
  for (const [word, count] of [
    ['committing', 1],
    ['committing', 25],
    ['committing', 90],
    ['moving', 1],
    ['moving', 15],
    ['moving', 40],
  ] as const)
    said.push(...(await runAndKill(folder.path, at(word, count))))
  await using store = await folder.open()
  expect(folder.logTroubles).toEqual([])
  const found = await whereabouts(store)
  for (const [id, recipients] of found) {
    const whole = Buffer.concat([numberedHeader(id), numberedBody(id)])
    expect((await contentOf(store, id)).equals(whole), `message ${id}`).toBe(true)
    expect(await store.damageOf(id)).toBeUndefined()
    const names = recipients.map((recipient) => recipient.split(' ')[0])
    expect(names, `message ${id}`).toEqual(['bob@first.test', 'carol@first.test'])
  }
  const settling = new Set(idsIn(said, 'settling'))
  for (const id of idsIn(said, 'kept')) expect(found.has(id) || settling.has(id)).toBe(true)
  const moved = idsIn(said, 'moved')
  expect(moved.length).toBeGreaterThan(10)
  for (const id of moved) expect(found.get(id)).toContain('carol@first.test moved.test')
})

test('after a kill every answered commit is there, whole, and nothing else of the rest', async () => {
  await using folder = await QueueFolder.make()
  const said: string[] = []
  for (const lines of [40, 333, 700]) said.push(...(await runAndKill(folder.path, after(lines))))
  const ids = (word: string) => idsIn(said, word)

  const store = await folder.open()
  const stored = await storedMessages(store)
  expect([...ids('trouble'), ...folder.logTroubles]).toEqual([])
  const ending = new Set(ids('settling'))
  const lost = ids('kept').filter((id) => !stored.has(id) && !ending.has(id))
  expect(lost).toEqual([])
  expect(ids('settled').filter((id) => stored.has(id))).toEqual([])
  for (const id of ids('begun')) {
    if (!stored.has(id)) {
      await expect(contentOf(store, id)).rejects.toMatchObject({ code: 'GONE' })
      continue
    }
    const content = await contentOf(store, id)
    const whole = Buffer.concat([numberedHeader(id), numberedBody(id)])
    if (!content.equals(whole)) expect.fail(`message ${id} has ${content.length} octets`)
  }
  const begun = ids('begun')
  expect(new Set(begun).size).toBe(begun.length)
  expect(store.begin().id).toBeGreaterThan(Math.max(...begun.filter((id) => stored.has(id))))

  // The database thread deletes what no message owns in small steps between requests.
  for (let step = 0; step < 300; step++) await store.queues()
  await store[Symbol.asyncDispose]()
  const withFile = [...stored].filter((id) => numberedBody(id).length >= pieceBytes)
  const files = await readdir(contentFolder(folder.path))
  expect(files.toSorted()).toEqual(withFile.map((id) => `${id}.eml`).toSorted())
})
