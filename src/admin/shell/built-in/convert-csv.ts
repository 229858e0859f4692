import { csvLine } from '../../format/csv.ts'
import { Laid, type Value } from '../../values/value.ts'
import { memberOf } from '../../values/member.ts'
import { type Given, defineCmdlet, parameter } from '../cmdlet.ts'
import { switchParameter, text } from '../parameter-types.ts'
import { typeNameOf } from '../../values/text-of.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { refuseLaid } from './convert-json.ts'
import { encodingParameter, writeLines } from './file-output.ts'
import { propertiesOf } from './property-choice.ts'

const csvParameters = {
  Delimiter: parameter(text, { help: 'What stands between two fields.', defaultText: ',' }),
  NoTypeInformation: parameter(switchParameter, {
    help: 'Leaves the #TYPE line out. It is left out unless asked for, so this only makes sure.',
    aliases: ['NTI'],
  }),
  IncludeTypeInformation: parameter(switchParameter, {
    help: 'Begins with a #TYPE line that names the kind of the objects.',
    aliases: ['ITI'],
  }),
}

/** `Get-Queue | ConvertTo-Csv`. */
export const convertToCsv = defineCmdlet({
  name: 'ConvertTo-Csv',
  synopsis: 'Writes objects as lines of CSV.',
  description:
    'The columns are the properties of the first object. Sizes are bytes, dates ISO 8601; the elements of a list stand in one field with commas between them.',
  parameters: csvParameters,
  examples: [{ code: 'Get-Queue | ConvertTo-Csv', text: 'All queues as CSV.' }],
  input: 'whole',
  run: ({ given, input }) => csvLines(input, given, 'ConvertTo-Csv'),
})

/** `Get-Queue | Export-Csv queues.csv`. */
export const exportCsv = defineCmdlet({
  name: 'Export-Csv',
  aliases: ['epcsv'],
  synopsis: 'Writes objects into a CSV file.',
  parameters: {
    Path: parameter(text, { help: 'The file.', position: 0, required: true }),
    Append: parameter(switchParameter, { help: 'Adds to the file, without a line of titles.' }),
    NoClobber: parameter(switchParameter, { help: 'Fails when the file is there already.' }),
    Encoding: encodingParameter,
    ...csvParameters,
  },
  examples: [
    {
      code: 'Get-MessageTrackingLog | Export-Csv mail.csv',
      text: 'The events of the log in a file.',
    },
  ],
  input: 'whole',
  async *run({ given, input }) {
    const lines = csvLines(input, given, 'Export-Csv')
    const { Path, Append = false, NoClobber = false, Encoding } = given
    await writeLines(Append ? afterFirst(lines) : lines, {
      path: Path,
      append: Append,
      keep: NoClobber,
      encoding: Encoding,
    })
    yield* []
  },
})

async function* csvLines(
  input: AsyncIterable<Value>,
  given: Given<typeof csvParameters>,
  command: string,
): AsyncGenerator<string> {
  refuseTogether(given, ['NoTypeInformation', 'IncludeTypeInformation'])
  const delimiter = given.Delimiter ?? ','
  let columns: readonly string[] | undefined
  for await (const item of input) {
    if (item instanceof Laid) refuseLaid(command)
    if (columns === undefined) {
      columns = [...propertiesOf(item).keys()]
      if (given.IncludeTypeInformation === true) yield `#TYPE ${typeNameOf(item)}`
      yield csvLine(columns, delimiter)
    }
    const values = columns.map((name) => memberOf(item, name))
    yield csvLine(values, delimiter)
  }
}

/** Without the line of titles, and a #TYPE line before it. */
async function* afterFirst(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let titles = true
  for await (const line of lines) {
    if (!titles) yield line
    else if (!line.startsWith('#TYPE ')) titles = false
  }
}
