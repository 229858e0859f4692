import { expect, test } from 'vitest'
import { day } from '../../../src/base/time-span.ts'
import { ServerContexts } from '../../../src/tls/server-contexts.ts'
import { FakeClock } from '../../support/fake-clock.ts'
import { testKeyPairs } from '../../support/receiving-server.ts'

test('a certificate has one context, which a copy of it read anew shares', async () => {
  const { server, internal } = await testKeyPairs()
  const contexts = new ServerContexts(new FakeClock())
  expect(contexts.of({ ...server })).toBe(contexts.of(server))
  expect(contexts.of(internal)).not.toBe(contexts.of(server))
})

test('ticket keys are renewed once a day', async () => {
  const { server } = await testKeyPairs()
  const clock = new FakeClock()
  const contexts = new ServerContexts(clock)
  const first = contexts.of(server)
  clock.advance(day - 1)
  expect(contexts.of(server)).toBe(first)
  clock.advance(1)
  expect(contexts.of(server)).not.toBe(first)
})
