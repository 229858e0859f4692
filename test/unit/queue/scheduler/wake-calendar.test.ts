import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Sleeper, WakeCalendar } from '../../../../src/queue/scheduler/wake-calendar.ts'
import { FakeClock } from '../../../support/fake-clock.ts'

class Named implements Sleeper {
  readonly name: string
  wakePlace: number | undefined

  constructor(name: string) {
    this.name = name
  }

  sleepAt(place: number | undefined): void {
    this.wakePlace = place
  }
}

const sleeper = (name: string) => new Named(name)

function calendar() {
  const clock = new FakeClock()
  const woken: string[] = []
  const onWake = ({ name }: Named) => void woken.push(`${name} at ${clock.monotonic()}`)
  return { clock, woken, calendar: new WakeCalendar({ clock, onWake }) }
}

test('each is woken at its time, and by one timer', () => {
  const { clock, woken, calendar: wakes } = calendar()
  wakes.wake(sleeper('late'), 300)
  wakes.wake(sleeper('early'), 100)
  wakes.wake(sleeper('between'), 200)
  expect(clock.timers).toBe(1)
  clock.advance(250)
  expect(woken).toEqual(['early at 100', 'between at 200'])
  clock.advance(250)
  expect(woken.at(-1)).toBe('late at 300')
  expect(clock.timers).toBe(0)
})

test('one that was cancelled is not woken', () => {
  const { clock, woken, calendar: wakes } = calendar()
  const first = sleeper('first')
  wakes.wake(first, 100)
  wakes.cancel(first)
  wakes.cancel(first)
  wakes.wake(sleeper('second'), 100)
  clock.advance(100)
  expect(woken).toEqual(['second at 100'])
})

test('the last time that was told holds', () => {
  const { clock, woken, calendar: wakes } = calendar()
  const [sooner, later] = [sleeper('sooner'), sleeper('later')]
  wakes.wake(sooner, 200)
  wakes.wake(later, 100)
  wakes.wake(sooner, 50)
  wakes.wake(later, 300)
  clock.advance(300)
  expect(woken).toEqual(['sooner at 50', 'later at 300'])
})

test('one may sleep again when it is woken', () => {
  const clock = new FakeClock()
  const woken: number[] = []
  const one = sleeper('one')
  const wakes = new WakeCalendar<Named>({
    clock,
    onWake: () => {
      woken.push(clock.monotonic())
      if (woken.length < 3) wakes.wake(one, 100)
    },
  })
  wakes.wake(one, 100)
  clock.advance(1000)
  expect(woken).toEqual([100, 200, 300])
})

test('after its end nobody is woken', () => {
  const { clock, woken, calendar: wakes } = calendar()
  wakes.wake(sleeper('first'), 100)
  wakes.close()
  clock.advance(100)
  expect([woken, clock.timers]).toEqual([[], 0])
})

test('any number wakes in the order of time, whatever was cancelled', () => {
  const wake = fc.record({ delay: fc.nat(1000), cancelled: fc.boolean() })
  fc.assert(
    fc.property(fc.array(wake, { maxLength: 200 }), (wanted) => {
      const { clock, woken, calendar: wakes } = calendar()
      const sleepers = wanted.map(({ delay }) => {
        const one = sleeper('one')
        wakes.wake(one, delay)
        return one
      })
      sleepers.forEach((one, at) => {
        if (wanted[at]?.cancelled === true) wakes.cancel(one)
      })
      clock.advance(2000)
      const times = wanted.filter(({ cancelled }) => !cancelled).map(({ delay }) => delay)
      expect(woken).toEqual(times.toSorted((a, b) => a - b).map((at) => `one at ${at}`))
    }),
    { numRuns: 200 },
  )
})
