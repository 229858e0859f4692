import { expect, test } from 'vitest'
import {
  endOfStamp,
  logFileName,
  parseLogFileName,
  periodStamp,
} from '../../../src/logs/log-file-name.ts'

test.each([
  ['hour', '2026010223'],
  ['day', '20260102'],
] as const)('names a file by UTC %s and instance and reads the name back', (period, stamp) => {
  expect(periodStamp(period, Date.parse('2026-01-02T23:59:59.999Z'))).toBe(stamp)
  const name = logFileName('RECV', stamp, 12)
  expect(name).toBe(`RECV${stamp}-12.LOG`)
  expect(parseLogFileName('RECV', name)).toEqual({ name, stamp, instance: 12 })
})

test.each([
  'SEND2026010223-1.LOG',
  'RECV2026010223.LOG',
  'RECV202601-1.LOG',
  'RECV2026010223-1.LOG.gz',
])('does not take %s for its own', (name) => expect(parseLogFileName('RECV', name)).toBeUndefined())

test.each([
  ['2026010223', '2026-01-03T00:00:00.000Z'],
  ['20260102', '2026-01-03T00:00:00.000Z'],
])('a file of %s is complete at %s', (stamp, end) => {
  expect(new Date(endOfStamp(stamp)).toISOString()).toBe(end)
})
