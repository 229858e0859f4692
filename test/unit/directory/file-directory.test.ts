import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { FileDirectory } from '../../../src/directory/file-directory.ts'
import { loadRecipientFile } from '../../../src/directory/loaded-file.ts'
import { tempFolder } from '../../support/temp-folder.ts'
import { until } from '../../support/until.ts'

const csv = (...names: readonly string[]) =>
  `RecipientType,Name,EmailAddresses\n${names.map((name) => `UserMailbox,${name},${name}@contoso.test\n`).join('')}`

async function opened(text: string | undefined) {
  const file = join(await tempFolder(), 'recipients.csv')
  if (text !== undefined) await writeFile(file, text)
  const lines: string[] = []
  const tell = (level: string) => (message: string) =>
    void lines.push(`${level} ${message.replaceAll(file, 'FILE')}`)
  let changes = 0
  let loads = 0
  const directory = new FileDirectory({
    file,
    clock: systemClock,
    log: { info: tell('info'), warn: tell('warn'), error: tell('error') },
    load: async (path) => {
      loads++
      return await loadRecipientFile(path)
    },
    onChange: () => changes++,
    quietTime: 10,
    settleTime: 20,
  })
  onTestFinished(() => directory[Symbol.asyncDispose]())
  await directory.ready()
  return {
    ...{ file, directory, lines, changes: () => changes, loads: () => loads },
    told: (part: string) => until(() => lines.some((line) => line.includes(part))),
  }
}

test('a changed file takes effect, written in place or replaced', async () => {
  const { file, directory, lines, told, changes } = await opened(csv('ann'))
  expect(directory.find('ann@contoso.test')).toMatchObject({ kind: 'found' })
  await writeFile(file, csv('ann', 'ben'))
  await told('2 recipients are in effect')
  expect(directory.find('BEN@contoso.test')).toMatchObject({ kind: 'found' })
  await writeFile(`${file}~`, csv('cleo', 'dora', 'emil'))
  await rename(`${file}~`, file)
  await told('3 recipients are in effect')
  expect(directory.find('ann@contoso.test')).toEqual({ kind: 'unknown' })
  expect(lines.filter((line) => !line.startsWith('info'))).toEqual([])
  expect(changes()).toBe(3)
})

test.each([
  ['broken', `${csv('ann', 'ben')}UserMailbox,cleo,nothing\n`, 'FILE:4: EmailAddresses must have'],
  ['empty', '', 'FILE: holds no recipients'],
  ['without a recipient', csv(), 'FILE: holds no recipients'],
  ['half a line', csv('ann', 'ben').slice(0, -3), 'FILE: its last line has no end'],
  ['half an address', csv('ann', 'ben').slice(0, -14), 'FILE:3: EmailAddresses'],
])('a file that is %s is told and changes nothing', async (_, text, message) => {
  const { file, directory, lines, told } = await opened(csv('ann', 'ben'))
  await writeFile(file, text)
  await told('is not taken over; the recipients that were in effect stay')
  expect(lines.find((line) => line.startsWith('error'))).toContain(message)
  expect(directory.find('ben@contoso.test')).toMatchObject({ kind: 'found' })
})

test('a file that is gone changes nothing, and is read when it is back', async () => {
  const { file, directory, told } = await opened(csv('ann'))
  await rm(file)
  await told('FILE: there is no such file')
  await told('is not taken over')
  expect(directory.find('ann@contoso.test')).toMatchObject({ kind: 'found' })
  await writeFile(file, csv('ben', 'cleo'))
  await told('2 recipients are in effect')
  expect(directory.find('ann@contoso.test')).toEqual({ kind: 'unknown' })
})

test('a file cut off between two lines takes effect and is told', async () => {
  const { file, directory, told } = await opened(csv('ann', 'ben', 'cleo'))
  await writeFile(file, csv('ann'))
  await told('warn FILE is what it was without its last 2 recipients')
  expect(directory.find('ben@contoso.test')).toEqual({ kind: 'unknown' })
})

test('a file that was never whole leaves its recipients in doubt', async () => {
  const { file, directory, told } = await opened(undefined)
  expect(directory.hasRecipients).toBe(true)
  expect(directory.find('ann@contoso.test')).toEqual({
    kind: 'unavailable',
    reason: `${file} could not be read`,
  })
  await told('its recipients are answered 451 until it can be read')
  await writeFile(file, csv('ann'))
  await told('1 recipients are in effect')
  expect(directory.find('ann@contoso.test')).toMatchObject({ kind: 'found' })
})

test('what happens beside the file neither reads it anew nor holds its judgement up', async () => {
  const { file, told, loads } = await opened(csv('ann', 'ben'))
  const busy = setInterval(() => void writeFile(`${file}.log`, String(Math.random())), 5)
  onTestFinished(() => clearInterval(busy))
  await writeFile(file, csv())
  await told('is not taken over; the recipients that were in effect stay')
  clearInterval(busy)
  // At the start, when it changed (perhaps seen half written), and once it had settled.
  expect(loads()).toBeLessThanOrEqual(4)
})
