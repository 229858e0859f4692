import { describe, expect, test } from 'vitest'
import { median, percentile, ratioOfRounds } from '../../../bench/statistics.ts'

describe('the median', () => {
  test.each([
    { values: [3, 1, 2], middle: 2 },
    { values: [4, 1, 3, 2], middle: 2.5 },
    { values: [7], middle: 7 },
    { values: [], middle: NaN },
  ])('of $values is $middle', ({ values, middle }) => {
    expect(median(values)).toBe(middle)
  })

  test('leaves the values as they are', () => {
    const values = [3, 1, 2]
    median(values)
    expect(values).toEqual([3, 1, 2])
  })
})

describe('a percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at)

  test.each([
    { share: 0.5, value: 50 },
    { share: 0.99, value: 99 },
    { share: 1, value: 100 },
    { share: 0, value: 1 },
  ])('at $share of 1 to 100 is $value', ({ share, value }) => {
    expect(percentile(hundred, share)).toBe(value)
  })

  test('of nothing is no number', () => {
    expect(percentile([], 0.5)).toBeNaN()
  })
})

describe('the ratio of rounds', () => {
  test('is the median of each round with its neighbour', () => {
    // The machine was twice as slow in the second round, for both.
    expect(ratioOfRounds([500, 250, 540], [100, 50, 90])).toBe(5)
  })

  test('takes no round that one side did not play', () => {
    expect(ratioOfRounds([500, 900], [100])).toBe(5)
  })
})
