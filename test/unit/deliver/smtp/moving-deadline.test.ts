import { expect, test } from 'vitest'
import { MovingDeadline } from '../../../../src/deliver/smtp/moving-deadline.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

function deadline() {
  const clock = new FakeClock()
  const passed: number[] = []
  return {
    clock,
    passed,
    deadline: new MovingDeadline(clock, () => passed.push(clock.monotonic())),
  }
}

test('passes once, when its time has come', () => {
  const { clock, passed, deadline: it } = deadline()
  it.set(100)
  clock.advance(99)
  expect(passed).toEqual([])
  clock.advance(1000)
  expect(passed).toEqual([100])
})

test('set again it passes at the later time, with one timer throughout', () => {
  const { clock, passed, deadline: it } = deadline()
  it.set(100)
  clock.advance(60)
  it.set(100)
  expect(clock.timers).toBe(1)
  clock.advance(200)
  expect(passed).toEqual([160])
  expect(clock.timers).toBe(0)
})

test('set to an earlier time it passes then', () => {
  const { clock, passed, deadline: it } = deadline()
  it.set(1000)
  it.set(10)
  expect(clock.timers).toBe(1)
  clock.advance(2000)
  expect(passed).toEqual([10])
})

test('taken away it does not pass, and works anew when it is set', () => {
  const { clock, passed, deadline: it } = deadline()
  it.set(100)
  it.clear()
  clock.advance(500)
  expect(passed).toEqual([])
  it.set(100)
  clock.advance(100)
  expect(passed).toEqual([600])
})

test('without an end it never passes', () => {
  const { clock, passed, deadline: it } = deadline()
  it.set(Infinity)
  clock.advance(1e9)
  expect(passed).toEqual([])
  expect(clock.timers).toBe(0)
})

test('closed it leaves no timer', () => {
  const { clock, deadline: it } = deadline()
  it.set(100)
  it.close()
  expect(clock.timers).toBe(0)
})
