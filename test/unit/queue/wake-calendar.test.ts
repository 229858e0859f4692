import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WakeCalendar } from '../../../src/queue/wake-calendar.ts'
import { FakeClock } from '../../support/fake-clock.ts'

function calendar() {
  const clock = new FakeClock()
  const woken: string[] = []
  const onWake = (one: string) => void woken.push(`${one} at ${clock.monotonic()}`)
  return { clock, woken, calendar: new WakeCalendar({ clock, onWake }) }
}

test('each is woken at its time, and by one timer', () => {
  const { clock, woken, calendar: wakes } = calendar()
  wakes.after(300, 'late')
  wakes.after(100, 'early')
  wakes.after(200, 'between')
  expect(clock.timers).toBe(1)
  clock.advance(250)
  expect(woken).toEqual(['early at 100', 'between at 200'])
  clock.advance(250)
  expect(woken.at(-1)).toBe('late at 300')
  expect(clock.timers).toBe(0)
})

test('one that was cancelled is not woken', () => {
  const { clock, woken, calendar: wakes } = calendar()
  wakes.after(100, 'first').cancel()
  wakes.after(100, 'second')
  clock.advance(100)
  expect(woken).toEqual(['second at 100'])
})

test('after its end nobody is woken', () => {
  const { clock, woken, calendar: wakes } = calendar()
  wakes.after(100, 'first')
  wakes.close()
  clock.advance(100)
  expect([woken, clock.timers]).toEqual([[], 0])
})

test('any number wakes in the order of time, whatever was cancelled', () => {
  const wake = fc.record({ delay: fc.nat(1000), cancelled: fc.boolean() })
  fc.assert(
    fc.property(fc.array(wake, { maxLength: 60 }), (wanted) => {
      const { clock, woken, calendar: wakes } = calendar()
      // Enough in vain that they are cleared away on the way.
      for (let n = 0; n < 1500; n++) wakes.after(n, 'never').cancel()
      for (const { delay, cancelled } of wanted) {
        const timer = wakes.after(delay, 'one')
        if (cancelled) timer.cancel()
      }
      clock.advance(2000)
      const times = wanted.filter(({ cancelled }) => !cancelled).map(({ delay }) => delay)
      expect(woken).toEqual(times.toSorted((a, b) => a - b).map((at) => `one at ${at}`))
    }),
    { numRuns: 50 },
  )
})
