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

/** Runs the committing process and kills it once it has said `lines` lines. */
async function runAndKill(path: string, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  for await (const chunk of child.stdout) {
    said += String(chunk)
    if (said.split('\n').length > lines) child.kill('SIGKILL')
  }
  if (child.signalCode === null && child.exitCode === null) await once(child, 'exit')
  expect(child.signalCode).toBe('SIGKILL')
  return said.split('\n').slice(0, -1)
}

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

test('after a kill every answered commit is there, whole, and nothing else of the rest', async () => {
  await using folder = await QueueFolder.make()
  const said: string[] = []
  for (const lines of [40, 333, 700]) said.push(...(await runAndKill(folder.path, lines)))
  const ids = (word: string) =>
    said.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.split(' ')[1]))

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
