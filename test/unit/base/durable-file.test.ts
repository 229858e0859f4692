import { chmod, readFile, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createDurably, replaceDurably } from '../../../src/base/durable-file.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('of many that create one file at once exactly one succeeds, and nothing else remains', async () => {
  const folder = await tempFolder()
  const path = join(folder, 'key.pem')
  const contents = Array.from({ length: 8 }, (_, index) => `content ${index}`.repeat(1000))
  const made = await Promise.all(
    contents.map((content) => createDurably(path, content, { mode: 0o600 })),
  )
  expect(made.filter(Boolean)).toHaveLength(1)
  expect(await readFile(path, 'utf8')).toBe(contents[made.indexOf(true)])
  expect(await readdir(folder)).toEqual(['key.pem'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('leaves no temporary file when the target cannot be made', async () => {
  const folder = await tempFolder()
  await expect(createDurably(join(folder, 'missing', 'x'), 'x', { mode: 0o600 })).rejects.toThrow(
    'ENOENT',
  )
  expect(await readdir(folder)).toEqual([])
})

test('replaces a file with its rights, and takes away what a killed process left', async () => {
  const folder = await tempFolder()
  const path = join(folder, 'server.yaml')
  await writeFile(path, 'old')
  await chmod(path, 0o640)
  await writeFile(`${path}.new`, 'half a fi')
  await replaceDurably(path, 'new')
  expect(await readFile(path, 'utf8')).toBe('new')
  expect((await stat(path)).mode & 0o777).toBe(0o640)
  expect(await readdir(folder)).toEqual(['server.yaml'])
})
