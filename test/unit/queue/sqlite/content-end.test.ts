import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { contentEnd, keepOrphan } from '../../../../src/queue/sqlite/content-end.ts'

async function places() {
  const folder = await mkdtemp(join(tmpdir(), 'orphan-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return { from: join(folder, '1.eml'), to: join(folder, 'kept.eml') }
}

const header = Buffer.from('Subject: large\r\n')
const body = Buffer.from('\r\nbody\r\n')

test('a finished file becomes the whole message', async () => {
  const { from, to } = await places()
  await writeFile(from, Buffer.concat([body, ...contentEnd(header)]))
  keepOrphan(from, to)
  expect(String(await readFile(to))).toBe(`${String(header)}${String(body)}`)
  expect(existsSync(from)).toBe(false)
})

test.each([
  ['one that was not finished', body],
  ['one whose end tells of more than there is', Buffer.concat(contentEnd(header)).subarray(5)],
])('%s is kept as it is', async (_, content) => {
  const { from, to } = await places()
  await writeFile(from, content)
  keepOrphan(from, to)
  expect((await readFile(to)).equals(content)).toBe(true)
})

test('what cannot be read is moved out of the way', async () => {
  const { from, to } = await places()
  await mkdir(from)
  keepOrphan(from, to)
  expect((await stat(to)).isDirectory()).toBe(true)
})
