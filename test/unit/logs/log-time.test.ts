import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logTime } from '../../../src/logs/log-time.ts'

test('times are written as toISOString does, in whatever order they come', () => {
  const times = fc.array(fc.integer({ min: 0, max: 4_102_444_800_000 }), { size: 'large' })
  fc.assert(
    fc.property(times, (all) => {
      for (const time of all) expect(logTime(time)).toBe(new Date(time).toISOString())
    }),
  )
})

test.each([0, 9, 99, 999, 1000, 64_000, 64_999, 128_001])('%i ms after 1970', (time) => {
  expect(logTime(time)).toBe(new Date(time).toISOString())
})
