import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DeathCounts, deathCountsPath } from '../../../../src/queue/poison/death-counts.ts'

let folder: string
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'deaths-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const queuePath = () => join(folder, 'mail.que')
const path = () => deathCountsPath(queuePath())

test('counts outlive the process, and the last one takes the file along', async () => {
  const first = new DeathCounts(queuePath())
  first.add(17)
  first.add(17)
  first.add(18)
  await first.save()
  const second = new DeathCounts(queuePath())
  expect([17, 18, 19].map((id) => second.of(id))).toEqual([2, 1, 0])
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  second.forget(17)
  await second.save()
  expect(new DeathCounts(queuePath()).messageIds).toEqual([18])
  second.forget(18)
  await second.save()
  expect(existsSync(path())).toBe(false)
})

test.each(['', 'null', '{"17":2}', '[[17]]', '[[17,"x"]]', '[["a",1]]'])(
  'a file that holds %j counts nothing',
  (content) => {
    writeFileSync(path(), content)
    expect(new DeathCounts(queuePath()).messageIds).toEqual([])
  },
)

test('so many messages are remembered, those counted last', () => {
  const counts = new DeathCounts(queuePath())
  for (let id = 1; id <= 2000; id++) counts.add(id)
  expect(counts.messageIds).toHaveLength(1000)
  expect([counts.of(1), counts.of(2000)]).toEqual([0, 1])
})
