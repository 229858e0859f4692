import { expect, test } from 'vitest'
import { loadConfigAside } from '../../src/config/load-config-aside.ts'
import { loadConfig } from '../../src/config/load-config.ts'

const file = new URL('../../config/server.yaml', import.meta.url).pathname

test('a configuration read by a process of its own is the same, and frozen', async () => {
  const aside = await loadConfigAside(file)
  expect(aside).toEqual(await loadConfig(file))
  if ('problems' in aside) throw new Error('the shipped configuration has problems')
  expect(Object.isFrozen(aside.config.ReceiveConnectors[0]?.RemoteIPRanges)).toBe(true)
})

test('problems are told with their places', async () => {
  const aside = await loadConfigAside('/nowhere/server.yaml')
  expect(aside).toEqual(await loadConfig('/nowhere/server.yaml'))
})
