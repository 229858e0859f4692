import { expect, test } from 'vitest'
import { SessionIds, sessionTime } from '../../../src/logs/session-ids.ts'
import { FakeClock } from '../../support/fake-clock.ts'

test('gives the time in .NET ticks as 16 upper-case hex digits', () => {
  const ids = new SessionIds(new FakeClock('2025-03-04T09:00:00.112Z'), () => 0)
  expect(ids.next()).toBe('08DD5AFAF1C67F00')
})

test('grows within one millisecond and when the clock is set back', () => {
  const clock = new FakeClock()
  const ids = new SessionIds(clock, () => 0.5)
  const given = [ids.next(), ids.next()]
  clock.advance(-3_600_000)
  given.push(ids.next())
  clock.advance(7_200_000)
  given.push(ids.next())
  expect(given).toEqual([...new Set(given)].sort())
  expect(given).toHaveLength(4)
})

test('differs between processes that open sessions at once', () => {
  const clock = new FakeClock()
  expect(new SessionIds(clock, () => 0.1).next()).not.toBe(new SessionIds(clock, () => 0.2).next())
})

test.each([
  ['2025-03-04T09:00:00.112Z', 0],
  ['2026-12-31T23:59:59.999Z', 0.9999],
  ['2099-01-01T00:00:00.000Z', 0],
])('an id tells that its session began at %s', (time, chance) => {
  expect(sessionTime(new SessionIds(new FakeClock(time), () => chance).next())).toBe(time)
})

test.each(['', '1', 'no session id is'])('%j is no id of a session', (text) => {
  expect(sessionTime(text)).toBe('')
})

test('never gives an id of another process of the service', () => {
  const clock = new FakeClock()
  const given = Array.from({ length: 64 }, (_, process) => {
    const ids = new SessionIds(clock, () => process / 64, process)
    return Array.from({ length: 300 }, () => ids.next())
  }).flat()
  expect(new Set(given).size).toBe(given.length)
})
