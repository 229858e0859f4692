import { mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DropFolder } from '../../../src/deliver/drop/drop-folder.ts'
import { dropPlace } from '../../../src/deliver/drop/foreign-connector.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { tempFolder } from '../../support/temp-folder.ts'

async function* pieces(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text))
}

const file = (name: string, ...texts: readonly string[]) => ({
  name,
  size: texts.join('').length,
  content: pieces(...texts),
})

async function scene(isOurs = false) {
  const path = join(await tempFolder(), 'drop', 'Fax')
  if (!isOurs) await mkdir(path, { recursive: true })
  const clock = new FakeClock()
  return { path, clock, folder: new DropFolder({ path, isOurs }, clock) }
}

test('a file is there whole, for its owner alone, and nothing beside it', async () => {
  const { path, folder } = await scene()
  await folder.put(file('a.eml', 'one', 'two'), Infinity)
  expect(await readdir(path)).toEqual(['a.eml'])
  expect(await readFile(join(path, 'a.eml'), 'utf8')).toBe('onetwo')
  expect((await stat(join(path, 'a.eml'))).mode & 0o777).toBe(0o600)
})

test('of one that breaks off nothing is left', async () => {
  const { path, folder } = await scene()
  const content = (async function* () {
    yield* pieces('begun')
    throw new Error('the content is gone')
  })()
  await expect(folder.put({ name: 'a.eml', size: 5, content }, Infinity)).rejects.toThrow(
    'the content is gone',
  )
  expect(await readdir(path)).toEqual([])
})

test('what an earlier try left is written over, and no link is followed', async () => {
  const { path, folder } = await scene()
  const target = join(path, 'target')
  await writeFile(target, 'mine')
  await symlink(target, join(path, 'a.eml.tmp'))
  await folder.put(file('a.eml', 'new'), Infinity)
  expect(await readFile(target, 'utf8')).toBe('mine')
  expect(await readFile(join(path, 'a.eml'), 'utf8')).toBe('new')
})

describe('a folder that is not there', () => {
  test('is made below our own', async () => {
    const { path, folder } = await scene(true)
    await folder.put(file('a.eml', 'x'), 1000)
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect(await readdir(path)).toEqual(['a.eml'])
  })

  test('is a fault elsewhere, told with its path', async () => {
    const { path, folder } = await scene()
    await rm(path, { recursive: true })
    await expect(folder.put(file('a.eml', 'x'), Infinity)).rejects.toThrow(
      `451 4.4.0 The Drop folder ${path} does not exist (ENOENT)`,
    )
  })
})

test('the quota holds until files are taken away', async () => {
  const { path, folder, clock } = await scene()
  await folder.put(file('a.eml', '12345'), 8)
  await expect(folder.put(file('b.eml', '12345'), 8)).rejects.toThrow(
    `452 4.3.1 The Drop folder ${path} holds 5 of the 8 bytes of its DropDirectoryQuota`,
  )
  await rm(join(path, 'a.eml'))
  clock.advance(1000)
  await folder.put(file('b.eml', '12345'), 8)
  expect(await readdir(path)).toEqual(['b.eml'])
})

test.each([
  ['Fax', '', '', '/data/drop/Fax', true],
  ['Fax', 'fax/out', '', '/data/drop/fax/out', true],
  ['Fax', '', '/var/spool/drop', '/var/spool/drop/Fax', false],
  ['Fax', 'f', '/var/spool/drop', '/var/spool/drop/f', false],
  ['Fax', '/srv/fax', '', '/srv/fax', false],
  ['Fax', '', '/data/drop', '/data/drop/Fax', true],
])('%s with DropDirectory "%s" and root "%s" is %s', (Name, DropDirectory, root, path, isOurs) => {
  expect(dropPlace({ Name, DropDirectory }, { dataFolder: '/data', root })).toEqual({
    path,
    isOurs,
  })
})
