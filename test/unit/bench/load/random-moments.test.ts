import { describe, expect, test } from 'vitest'
import { randomMoments } from '../../../../bench/load/random-moments.ts'

describe('random moments', () => {
  const moments = randomMoments({ rate: 100, count: 10_000, from: 5 })

  test('come at the rate asked for', () => {
    expect((moments.at(-1) ?? NaN) / 1000).toBeCloseTo(100, -1)
  })

  test('are in order, uneven, and the same each time', () => {
    expect(moments).toEqual(moments.toSorted((a, b) => a - b))
    const gaps = moments.slice(1).map((at, before) => at - (moments[before] ?? NaN))
    expect(Math.max(...gaps)).toBeGreaterThan(50)
    expect(randomMoments({ rate: 100, count: 10_000, from: 5 })).toEqual(moments)
  })
})
