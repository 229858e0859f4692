import { formatDateAs } from '../../values/dates.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { dateTime, text } from '../parameter-types.ts'

/** `Get-Date`, `(Get-Date).AddHours(-1)`. */
export const getDate = defineCmdlet({
  name: 'Get-Date',
  synopsis: 'The time now, or another one.',
  parameters: {
    Date: parameter(dateTime, {
      help: 'A time to use instead of now.',
      position: 0,
      pipeline: 'value',
    }),
    Format: parameter(text, { help: 'How it is written: yyyy-MM-dd HH:mm:ss.' }),
  },
  examples: [
    {
      code: 'Get-MessageTrackingLog -Start (Get-Date).AddHours(-1)',
      text: 'The events of the last hour.',
    },
    { code: 'Get-Date -Format yyyy-MM-dd', text: 'The date as text.' },
  ],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, { clock }) {
    const date = given.Date ?? new Date(clock.now())
    yield given.Format === undefined ? date : formatDateAs(date, given.Format)
  },
})
