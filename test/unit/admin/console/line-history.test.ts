import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { HistoryFile, tellsSecret } from '../../../../src/admin/console/line-history.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

test.each([
  ["$p = ConvertTo-SecureString 'x' -AsPlainText -Force", true],
  ['ConvertTo-SecureString x -a', true],
  ["New-LocalUser bob -Password 'x'", true],
  ['$password = "x"', true],
  ['New-SendConnector x -AuthenticationCredential (Get-Credential)', false],
  ['New-LocalUser bob -Password (Get-Credential bob).Password', true],
  ['Get-Queue', false],
])('%s: kept off the disk: %s', (line, secret) => {
  expect(tellsSecret(line)).toBe(secret)
})

test('lines of sessions come back in their order, for the owner alone', async () => {
  const folder = await tempFolder()
  const path = join(folder, 'state', 'history')
  await new HistoryFile(path).add('Get-Queue')
  await new HistoryFile(path).add('Get-Queue |\nfl')
  await new HistoryFile(path).add('ConvertTo-SecureString |\nfl')
  expect(await new HistoryFile(path).load()).toEqual(['Get-Queue', 'Get-Queue |', 'fl'])
  expect((await stat(path)).mode & 0o777).toBe(0o600)
})

test('a long file is cut to its last lines', async () => {
  const folder = await tempFolder()
  const path = join(folder, 'history')
  await writeFile(path, Array.from({ length: 2001 }, (_, at) => `line ${at}\n`).join(''))
  const lines = await new HistoryFile(path).load()
  expect([lines.length, lines.at(0), lines.at(-1)]).toEqual([1000, 'line 1001', 'line 2000'])
  expect(await readFile(path, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''))
})

test('a file that cannot be written costs nothing else', async () => {
  const history = new HistoryFile('/dev/null/history')
  await history.add('Get-Queue')
  expect(await history.load()).toEqual([])
})
