import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { followLogs } from '../../../src/logs/follow-log.ts'
import { tempFolder } from '../../support/temp-folder.ts'

/** Follows the folder `in` and `out`; at each rest one step is taken, and the last one ends it. */
async function linesOf(folder: string, steps: readonly (() => Promise<unknown>)[]) {
  const ending = new AbortController()
  const left = [...steps]
  const clock = {
    sleep: async () => {
      const step = left.shift()
      if (step === undefined) ending.abort()
      else await step()
    },
  }
  const logs = ['in', 'out'].map((name) => ({ folder: join(folder, name), prefix: 'LOG' }))
  const found: string[] = []
  for await (const lines of followLogs(logs, { clock, signal: ending.signal })) {
    found.push(...lines.map(({ path, line }) => `${path.slice(folder.length + 1)} ${line}`))
  }
  return found
}

test('only what is written from now on is shown, whole lines, over new and deleted files', async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, 'in'))
  const first = join(folder, 'in', 'LOG2026113012-1.LOG')
  const second = join(folder, 'in', 'LOG2026113013-1.LOG')
  await writeFile(first, '#Fields: a\r\nold\r\n')
  await writeFile(join(folder, 'in', 'OTHER2026113012-1.LOG'), '')
  const found = await linesOf(folder, [
    () => appendFile(first, 'one\r\ntw'),
    () => appendFile(first, 'o\r\n'),
    () => appendFile(join(folder, 'in', 'OTHER2026113012-1.LOG'), 'other\r\n'),
    // The hour changes, and a log is there for the first time.
    () => writeFile(second, '#Fields: a\r\nthree\r\n'),
    async () => {
      await mkdir(join(folder, 'out'))
      await writeFile(join(folder, 'out', 'LOG2026113013-1.LOG'), 'four\r\n')
    },
    () => rm(first),
    () => appendFile(second, 'five\r\n'),
  ])
  expect(found).toEqual([
    'in/LOG2026113012-1.LOG one',
    'in/LOG2026113012-1.LOG two',
    'in/LOG2026113013-1.LOG three',
    'out/LOG2026113013-1.LOG four',
    'in/LOG2026113013-1.LOG five',
  ])
})

test('much at once comes in pieces, and a line without end is passed over', async () => {
  const folder = await tempFolder()
  await mkdir(join(folder, 'in'))
  const path = join(folder, 'in', 'LOG2026113012-1.LOG')
  await writeFile(path, '')
  const many = Array.from({ length: 30_000 }, (_, at) => `line ${at}`)
  const found = await linesOf(folder, [
    () => appendFile(path, `${many.join('\r\n')}\r\n`),
    () => appendFile(path, `${'x'.repeat(600_000)}\r\nlast\r\n`),
  ])
  expect(found.slice(0, 30_000)).toEqual(many.map((line) => `in/LOG2026113012-1.LOG ${line}`))
  expect(found.at(-1)).toBe('in/LOG2026113012-1.LOG last')
})
