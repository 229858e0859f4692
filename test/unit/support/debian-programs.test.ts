import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hindranceTo } from '../../support/debian-programs.ts'
import { tempFolder } from '../../support/temp-folder.ts'

test('programs that are missing are named with the packages to install', () => {
  const nowhere = { path: '/nonexistent', isRoot: true }
  expect(hindranceTo(['postfix', 'smtp-sink', 'strace'], nowhere)).toBe(
    'not found: postfix, smtp-sink, strace; on Debian: apt-get install postfix strace',
  )
})

test('a Postfix needs root, where it is installed', async () => {
  const path = await tempFolder()
  await writeFile(join(path, 'postfix'), '', { mode: 0o755 })
  expect(hindranceTo(['postfix'], { path, isRoot: false })).toMatch(/for root/)
  expect(hindranceTo(['postfix'], { path, isRoot: true })).toBeUndefined()
})
