import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadAgent } from '../../../../src/agents/host/load-agent.ts'
import { tempFolder } from '../../../support/temp-folder.ts'

async function load(source: string, factory = 'default') {
  const module = join(await tempFolder(), 'agent.mjs')
  await writeFile(module, source)
  const { handlers } = await loadAgent(module, factory, {
    name: 'Tester',
    settings: { Word: 'lottery' },
  })
  return handlers
}

test.each([
  ['an object', 'export const agent = { onEndOfData() { return 1 } }', 'default'],
  ['the default export', 'export default { onEndOfData() { return 1 } }', 'default'],
  ['the export that is named', 'export const other = { onEndOfData() { return 1 } }', 'other'],
  [
    'what a class makes',
    'class A { onEndOfData() { return 1 } } export const agent = new A()',
    'default',
  ],
  [
    'what a function makes',
    'export const agent = async () => ({ onEndOfData() { return 1 } })',
    'default',
  ],
])('an agent is %s', async (_, source, factory) => {
  const handlers = await load(source, factory)
  expect([...handlers.keys()]).toEqual(['OnEndOfData'])
  expect(handlers.get('OnEndOfData')?.({})).toBe(1)
})

test('a function is told what the configuration says, and handlers keep their object', async () => {
  const handlers = await load(
    `export const agent = ({ name, settings }) => ({
      word: settings.Word,
      onHeloCommand() { return name + ': ' + this.word },
    })`,
  )
  expect(handlers.get('OnHeloCommand')?.({})).toBe('Tester: lottery')
})

test.each([
  ['export const other = {}', 'no export called agent or default'],
  ['export const agent = 3', 'neither an object with handlers nor a function'],
  ['export const agent = {}', 'no handler for any event'],
  ['export const agent = { onEndOfData: 3 }', 'onEndOfData is no function'],
  ['export const agent = { onEndofData() {} }', 'its handler onEndofData is for no event'],
  ["throw new Error('no licence')", 'no licence'],
  ["import { x } from './not-there.mjs'", 'not-there.mjs'],
])('%s is told to who wrote it', async (source, problem) => {
  await expect(load(source)).rejects.toThrow(problem)
})
