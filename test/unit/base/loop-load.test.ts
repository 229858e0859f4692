import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { loopLoad } from '../../../src/base/loop-load.ts'

test('tells how busy the event loop was since the call before', async () => {
  const load = loopLoad()
  const end = performance.now() + 100
  await delay(0)
  while (performance.now() < end);
  await delay(0)
  expect(load()).toBeGreaterThan(0.5)
  await delay(300)
  expect(load()).toBeLessThan(0.5)
})
