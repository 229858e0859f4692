import { describe, expect, test } from 'vitest'
import { minute, second } from '../../../../src/base/time-span.ts'
import { attemptsSince, retryDelay } from '../../../../src/queue/scheduler/retry-schedule.ts'
import { schedulerSettings } from '../../../support/scheduler-bench.ts'

test.each([
  [1, 1],
  [4, 1],
  [5, 10],
  [10, 10],
  [11, 30],
  [5000, 30],
])('after %i failures a queue waits %i minutes', (failures, minutes) => {
  expect(retryDelay(failures, schedulerSettings)).toBe(minutes * minute)
})

test.each([
  ['no glitch retries', { QueueGlitchRetryCount: 0 }, 10],
  ['no transient retries', { TransientFailureRetryCount: 0 }, 1],
  ['neither', { QueueGlitchRetryCount: 0, TransientFailureRetryCount: 0 }, 30],
])('with %s the first wait follows the next rule', (_, changes, minutes) => {
  expect(retryDelay(1, { ...schedulerSettings, ...changes })).toBe(minutes * minute)
})

describe('of attempts in a row', () => {
  /** When the attempts end; the first one fails at once, each takes `length`. */
  function attempts(count: number, length: number): number[] {
    const ends: number[] = [0]
    for (let n = 1; n < count; n++) {
      ends.push((ends.at(-1) ?? 0) + retryDelay(n, schedulerSettings) + length)
    }
    return ends
  }

  test.each([
    [1, 0],
    [8, 0],
    [30, 0],
    [30, 30 * second],
  ])('%i that take %i ms each, all behind a time are found', (count, length) => {
    const ends = attempts(count, length)
    const facts = { firstAt: 0, lastAt: ends.at(-1) ?? 0, count }
    for (const [at, end] of ends.entries()) {
      const since = attemptsSince(end - second, facts, schedulerSettings)
      expect(Math.abs(since - (count - at))).toBeLessThanOrEqual(length === 0 ? 0 : 2)
    }
    expect(attemptsSince(facts.lastAt + 1, facts, schedulerSettings)).toBe(0)
  })

  test('at one moment the last counts', () => {
    const facts = { firstAt: 0, lastAt: 10, count: 3 }
    const settings = { ...schedulerSettings, QueueGlitchRetryInterval: 0 }
    expect(attemptsSince(5, facts, settings)).toBeGreaterThan(0)
  })
})
