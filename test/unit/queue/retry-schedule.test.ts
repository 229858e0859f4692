import { expect, test } from 'vitest'
import { minute } from '../../../src/base/time-span.ts'
import { retryDelay } from '../../../src/queue/retry-schedule.ts'
import { schedulerSettings } from '../../support/scheduler-bench.ts'

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
