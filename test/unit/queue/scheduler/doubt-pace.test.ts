import { expect, test } from 'vitest'
import { DoubtPace } from '../../../../src/queue/scheduler/doubt-pace.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

/** Attempts that began within so many seconds, as many as were allowed. */
function attempts(seconds: number, load: () => number): number {
  const clock = new FakeClock()
  let begun = 0
  const beginAll = () => {
    while (pace.mayBegin()) begun++
  }
  const pace = new DoubtPace({ clock, load, onTurn: beginAll })
  beginAll()
  clock.advance(seconds * 1000 - 1)
  return begun
}

test('attempts become more while there is time for them', () => {
  expect(attempts(1, () => 0)).toBeGreaterThan(1000)
  expect(attempts(10, () => 0)).toBeGreaterThan(50_000)
})

test('attempts become few when the process is busy, and never cease', () => {
  const tenSeconds = attempts(10, () => 1)
  expect(tenSeconds).toBeLessThan(1200)
  expect(tenSeconds).toBeGreaterThanOrEqual(1000)
})

test('attempts take what is left over', () => {
  // Each costs half a millisecond, and other work takes half of the time.
  let before = 0
  let now = 0
  const clock = new FakeClock()
  const beginAll = () => {
    while (pace.mayBegin()) now++
  }
  const load = () => {
    const used = 0.5 + ((now - before) * 0.0005) / 0.1
    before = now
    return Math.min(1, used)
  }
  const pace = new DoubtPace({ clock, load, onTurn: beginAll })
  beginAll()
  clock.advance(60_000)
  expect(now / 60).toBeGreaterThan(200)
  expect(now / 60).toBeLessThan(500)
})
