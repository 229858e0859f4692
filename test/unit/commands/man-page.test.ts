import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commandTable } from '../../../src/commands/command-table.ts'
import { manPage } from '../../../src/commands/man-page.ts'

test('docs/edge.1 is what the help says now', async () => {
  await expect(manPage()).toMatchFileSnapshot('../../../docs/edge.1')
})

const mandoc = spawnSync('mandoc', ['-Tlint', '-Wwarning'], { input: manPage(), encoding: 'utf8' })

test.skipIf(mandoc.error !== undefined)('the manual page has no fault that mandoc finds', () => {
  // A page of a program has no date of its own.
  expect(mandoc.stdout.split('\n').filter((line) => !/date|^$/.test(line))).toEqual([])
})

const man = spawnSync('man', ['-l', 'docs/edge.1'], {
  encoding: 'utf8',
  env: { ...process.env, MANWIDTH: '80' },
})

test.skipIf(man.error !== undefined || man.status !== 0)('man shows every command', () => {
  for (const { name } of commandTable) expect(man.stdout).toContain(name)
})
