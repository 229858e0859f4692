import { expect, test } from 'vitest'
import { HalfTheTime, halfTheTime } from '../../../src/base/half-the-time.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/** A clock that work moves, and that sleeps at once. */
function workingClock() {
  const clock = new FakeClock()
  const slept: number[] = []
  let time = 0
  const work = (milliseconds: number) => {
    time += milliseconds
  }
  return {
    slept,
    work,
    clock: {
      now: () => clock.now(),
      after: (delay: number, action: () => void) => clock.after(delay, action),
      monotonic: () => time,
      sleep: (delay: number) => {
        slept.push(delay)
        time += delay
        return Promise.resolve()
      },
    },
  }
}

test('a part of the work is followed by a rest of its length', async () => {
  const { clock, slept, work } = workingClock()
  const part = () => {
    work(30)
    return Promise.resolve('done')
  }
  expect(await halfTheTime(clock, part)).toBe('done')
  await halfTheTime(clock, () => Promise.resolve())
  expect(slept).toEqual([30])
})

test('work that is looked at in between rests as soon as it has gone on for a slice', async () => {
  const { clock, slept, work } = workingClock()
  const pace = new HalfTheTime(clock)
  for (let part = 0; part < 12; part++) {
    if (pace.mustRest) await pace.rest()
    work(3)
  }
  await pace.rest()
  // A slice is ten milliseconds: never more than the part that goes beyond it.
  expect(slept).toEqual([12, 12, 12])
})
