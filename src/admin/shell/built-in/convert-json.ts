import { toJson } from '../../format/json.ts'
import { Laid, type Value } from '../../values/value.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { switchParameter, wholeNumber } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'

/** `Get-Queue | ConvertTo-Json`. */
export const convertToJson = defineCmdlet({
  name: 'ConvertTo-Json',
  synopsis: 'Writes objects as JSON.',
  description:
    'Sizes are bytes, dates ISO 8601, lists and flags arrays; time spans stay 00:10:00, as parameters take them. One object is written by itself, several as an array.',
  parameters: {
    Depth: parameter(wholeNumber(0, 100), {
      help: 'How deep objects inside objects are written; deeper ones become text.',
      defaultText: '2',
    }),
    Compress: parameter(switchParameter, { help: 'On one line, without blanks.' }),
    AsArray: parameter(switchParameter, { help: 'An array even for one object or none.' }),
  },
  examples: [{ code: 'Get-Queue | ConvertTo-Json', text: 'All queues, for a script.' }],
  input: 'whole',
  async *run({ given, input }) {
    const values: Value[] = []
    for await (const item of input) {
      if (item instanceof Laid) refuseLaid('ConvertTo-Json')
      values.push(item)
    }
    const [first = null] = values
    const whole = values.length > 1 || given.AsArray === true ? values : first
    // An array around the objects is no level of its own.
    const json = toJson(whole, given.Depth ?? 2)
    yield JSON.stringify(json, null, given.Compress === true ? 0 : 2)
  },
})

/** Fails for what Format-List and Format-Table made, which is text for reading. */
export function refuseLaid(command: string): never {
  throw new ShellError(
    `${command} takes objects, and Format-List and Format-Table make text of them. Use Select-Object to choose properties.`,
    { id: 'FormattedInput', category: 'InvalidType' },
  )
}
