import { expect, test } from 'vitest'
import { tendHeapGrowth } from '../../../src/services/heap-growth.ts'
import { FakeClock } from '../../support/fake-clock.ts'

test('the heap grows less while there are many queues, and not otherwise', () => {
  const clock = new FakeClock()
  const flags: string[] = []
  let queues = 100
  {
    using _tending = tendHeapGrowth(
      clock,
      () => queues,
      (flag) => void flags.push(flag),
    )
    clock.advance(60_000)
    expect(flags).toEqual([])
    queues = 100_000
    clock.advance(60_000)
    expect(flags).toEqual(['--heap-growing-percent=20'])
    queues = 100
    clock.advance(60_000)
    expect(flags.slice(1)).toEqual(['--heap-growing-percent=0'])
  }
  expect(clock.timers).toBe(0)
})
