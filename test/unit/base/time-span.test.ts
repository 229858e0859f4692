import { describe, expect, test } from 'vitest'
import { day, formatTimeSpan, hour, minute, parseTimeSpan } from '../../../src/base/time-span.ts'

describe('reads .NET time spans', () => {
  test.each([
    ['00:10:00', 10 * minute],
    ['0:0:5', 5_000],
    ['2.00:00:00', 2 * day],
    ['1.02:03:04', day + 2 * hour + 3 * minute + 4_000],
    ['00:00:00.250', 250],
    ['00:00:00.2500000', 250],
    [' 23:59:59 ', day - 1_000],
  ])('%s', (text, span) => expect(parseTimeSpan(text)).toBe(span))
})

describe('refuses what is no time span', () => {
  test.each(['', '10', '10m', '00:10', '24:00:00', '00:60:00', '00:00:60', '-00:01:00', '1:1:1:1'])(
    '%j',
    (text) => expect(parseTimeSpan(text)).toBeUndefined(),
  )
})

describe('writes time spans that it can read again', () => {
  test.each([
    [0, '00:00:00'],
    [10 * minute, '00:10:00'],
    [2 * day, '2.00:00:00'],
    [30 * day + 90_061_000, '31.01:01:01'],
    [250, '00:00:00.2500000'],
    [5, '00:00:00.0050000'],
  ])('%d', (span, text) => {
    expect(formatTimeSpan(span)).toBe(text)
    expect(parseTimeSpan(text)).toBe(span)
  })
})
