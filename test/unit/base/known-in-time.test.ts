import { expect, test } from 'vitest'
import { knownInTime } from '../../../src/base/known-in-time.ts'
import { FakeClock } from '../../support/fake-clock.ts'

/** Questions whose answers come by hand; a useful one is not empty. */
function questions(count: number) {
  const clock = new FakeClock()
  const open = Array.from({ length: count }, () => Promise.withResolvers<string>())
  const options = { isUseful: (text: string) => text !== '', clock }
  const known = knownInTime(
    open.map(({ promise }) => promise),
    { ...options, patienceAhead: 1000, patienceBehind: 50 },
  )
  const settled = { current: false }
  void known.then(() => {
    settled.current = true
  })
  const passed = async (time: number) => {
    await new Promise(setImmediate)
    clock.advance(time)
    await new Promise(setImmediate)
    return settled.current
  }
  return { open, known, passed, clock }
}

test('with all answers nothing is waited for, and no timer is left', async () => {
  const { open, known, clock } = questions(3)
  open.forEach(({ resolve }, at) => resolve(String(at)))
  expect(await known).toEqual(['0', '1', '2'])
  expect(clock.timers).toBe(0)
  expect(await questions(0).known).toEqual([])
})

test('those behind the first useful one get a moment', async () => {
  const { open, known, passed, clock } = questions(3)
  open[0]?.resolve('a')
  expect(await passed(49)).toBe(false)
  open[2]?.resolve('c')
  expect(await passed(1)).toBe(true)
  expect(await known).toEqual(['a', undefined, 'c'])
  open[1]?.resolve('b')
  expect(clock.timers).toBe(0)
})

test('those ahead get longer, and then those behind get no more', async () => {
  const { open, known, passed } = questions(3)
  open[1]?.resolve('b')
  expect(await passed(999)).toBe(false)
  open[0]?.resolve('')
  expect(await passed(1)).toBe(true)
  expect(await known).toEqual(['', 'b', undefined])
})

test('one that settles without use changes nothing, and without any useful one all are waited for', async () => {
  const { open, known, passed } = questions(2)
  open[0]?.resolve('')
  expect(await passed(100_000)).toBe(false)
  open[1]?.resolve('')
  expect(await known).toEqual(['', ''])
})
