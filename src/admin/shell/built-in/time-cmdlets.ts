import { day, hour, minute, second } from '../../../base/time-span.ts'
import { TimeSpan } from '../../values/value.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { dateTime, wholeNumber } from '../parameter-types.ts'
import { Stopped } from '../shell-error.ts'

/** Longest wait: as long as Node's timers take. */
const longestSeconds = Math.floor((2 ** 31 - 1) / 1000)

/** `Start-Sleep -Seconds 5`. */
export const startSleep = defineCmdlet({
  name: 'Start-Sleep',
  aliases: ['sleep'],
  synopsis: 'Waits.',
  parameters: {
    Seconds: parameter(wholeNumber(0, longestSeconds), { help: 'How long.', position: 0 }),
    Milliseconds: parameter(wholeNumber(0), { help: 'How long, more exactly.' }),
  },
  examples: [
    {
      code: 'while ((Get-Message).Count -gt 0) {Start-Sleep -Seconds 5}',
      text: 'Waits until all queues are empty.',
    },
  ],
  async *run({ given }, { clock, signal }) {
    refuseTogether(given, ['Seconds', 'Milliseconds'])
    await clock.sleep(given.Milliseconds ?? (given.Seconds ?? 0) * second, signal)
    if (signal.aborted) throw new Stopped()
    yield* []
  },
})

const amount = wholeNumber(-(2 ** 31))

/** `New-TimeSpan -Hours 2`. */
export const newTimeSpan = defineCmdlet({
  name: 'New-TimeSpan',
  synopsis: 'Makes a length of time, or tells the one between two dates.',
  parameters: {
    Start: parameter(dateTime, { help: 'From when.', position: 0, defaultText: 'now' }),
    End: parameter(dateTime, { help: 'Until when.', position: 1, defaultText: 'now' }),
    Days: parameter(amount, { help: 'Days.' }),
    Hours: parameter(amount, { help: 'Hours.' }),
    Minutes: parameter(amount, { help: 'Minutes.' }),
    Seconds: parameter(amount, { help: 'Seconds.' }),
  },
  examples: [
    { code: '(Get-Date) - (New-TimeSpan -Hours 2)', text: 'The time two hours ago.' },
    { code: "(New-TimeSpan -End '12/24/2026').Days", text: 'How many days are left.' },
  ],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, { clock }) {
    for (const unit of ['Days', 'Hours', 'Minutes', 'Seconds'] as const) {
      refuseTogether(given, ['Start', unit])
      refuseTogether(given, ['End', unit])
    }
    const { Start, End, Days = 0, Hours = 0, Minutes = 0, Seconds = 0 } = given
    if (Start === undefined && End === undefined) {
      yield new TimeSpan(Days * day + Hours * hour + Minutes * minute + Seconds * second)
      return
    }
    const now = clock.now()
    yield new TimeSpan((End?.getTime() ?? now) - (Start?.getTime() ?? now))
  },
})
