import { expect, test } from 'vitest'
import { LiveValue, mapLive } from '../../../src/base/live.ts'

test('tells subscribers of each change until they end it', () => {
  const live = new LiveValue(1)
  const seen: number[] = []
  const end = live.subscribe((value) => seen.push(value))
  live.set(2)
  end()
  end()
  live.set(3)
  expect(seen).toEqual([2])
  expect(live.current).toBe(3)
})

test('a mapped value follows its source', () => {
  const live = new LiveValue({ size: 1, other: 'a' })
  const size = mapLive(live, (value) => value.size)
  const seen: number[] = []
  const end = size.subscribe((value) => seen.push(value))
  live.set({ size: 2, other: 'b' })
  expect(size.current).toBe(2)
  end()
  live.set({ size: 3, other: 'b' })
  expect(seen).toEqual([2])
})
