import { expect, test } from 'vitest'
import { calmLog } from '../../../src/base/calm-log.ts'
import { minute } from '../../../src/base/time-span.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function recorded() {
  const lines: unknown[] = []
  const record = (details: object, message: string) => lines.push({ ...details, message })
  const clock = new FakeClock()
  const log = calmLog({ debug: record, info: record, warn: record, error: record }, clock)
  return { lines, clock, log }
}

test('tells a trouble that strikes every message once a minute, and how often it came', () => {
  const { lines, clock, log } = recorded()
  for (let id = 1; id <= 1000; id++) log.error({ id }, `no room; next try in ${id} ms`)
  expect(lines).toEqual([{ id: 1, message: 'no room; next try in 1 ms' }])
  clock.advance(minute)
  log.error({ id: 1001 }, 'no room; next try in 9 ms')
  expect(lines).toEqual([
    { id: 1, message: 'no room; next try in 1 ms' },
    { id: 1001, repeated: 999, message: 'no room; next try in 9 ms' },
  ])
})

test('tells each trouble for itself, and all that is no trouble', () => {
  const { lines, log } = recorded()
  log.error({}, 'one')
  log.warn({}, 'another')
  for (const message of ['a', 'a']) log.info({}, message)
  expect(lines).toEqual(['one', 'another', 'a', 'a'].map((message) => ({ message })))
})
