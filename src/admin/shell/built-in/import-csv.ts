import { open } from 'node:fs/promises'
import { csvRecords } from '../../format/csv-records.ts'
import { ShellObject, type Value } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { type Given, defineCmdlet, parameter } from '../cmdlet.ts'
import { list, text } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'
import { unreadable } from './get-content.ts'

const csvParameters = {
  Delimiter: parameter(text, { help: 'What stands between two fields.', defaultText: ',' }),
  Header: parameter(list(text), {
    help: 'Names of the columns, for text whose first line has none.',
  }),
}

/** `Import-Csv connectors.csv | ForEach-Object {…}`. */
export const importCsv = defineCmdlet({
  name: 'Import-Csv',
  aliases: ['ipcsv'],
  synopsis: 'Reads objects from a CSV file.',
  description:
    'The first line names the properties; all values are texts. UTF-8 is read, with or without a byte order mark.',
  parameters: {
    Path: parameter(text, { help: 'The file.', position: 0, required: true, pipeline: 'value' }),
    ...csvParameters,
  },
  examples: [
    {
      code: 'Import-Csv relays.csv | ForEach-Object {New-SendConnector -Name $_.Name -AddressSpaces $_.Domain -SmartHosts $_.Host}',
      text: 'Makes a Send connector of each line with the columns Name, Domain and Host.',
    },
    {
      code: "Import-Csv addresses.csv -Header Address -Delimiter ';'",
      text: 'Reads a file without a line of titles.',
    },
  ],
  async *run({ given }) {
    yield* records(linesOf(given.Path), given)
  },
})

/** `Get-Content a.csv | ConvertFrom-Csv`. */
export const convertFromCsv = defineCmdlet({
  name: 'ConvertFrom-Csv',
  synopsis: 'Makes objects of lines of CSV.',
  parameters: {
    InputObject: parameter(list(text), { help: 'The lines.', position: 0 }),
    ...csvParameters,
  },
  examples: [
    { code: 'Get-Content queues.csv | ConvertFrom-Csv', text: 'Objects of the lines of a file.' },
  ],
  input: 'whole',
  async *run({ given, input }) {
    yield* records(linesIn(given.InputObject ?? [], input), given)
  },
})

async function* linesIn(
  first: readonly string[],
  input: AsyncIterable<Value>,
): AsyncGenerator<string> {
  for (const each of first) yield* each.split(/\r?\n/)
  for await (const item of input) yield* textOf(item).split(/\r?\n/)
}

async function* linesOf(path: string): AsyncGenerator<string> {
  try {
    await using file = await open(path)
    let first = true
    for await (const line of file.readLines()) {
      yield first ? line.replace(/^\uFEFF/, '') : line
      first = false
    }
  } catch (error) {
    throw error instanceof ShellError ? error : unreadable(path, error)
  }
}

async function* records(
  lines: AsyncIterable<string>,
  { Delimiter = ',', Header }: Given<typeof csvParameters>,
): AsyncGenerator<Value> {
  let names = Header
  for await (const fields of csvRecords(lines, Delimiter)) {
    if (names === undefined) {
      names = fields.map((name, at) => (name === '' ? `H${at + 1}` : name))
      checkNames(names)
      continue
    }
    const properties = new Map<string, Value>(names.map((name, at) => [name, fields[at] ?? null]))
    yield new ShellObject({ type: 'PSCustomObject', properties })
  }
}

function checkNames(names: readonly string[]): void {
  const twice = names.find(
    (name, at) => names.findIndex((other) => other.toLowerCase() === name.toLowerCase()) < at,
  )
  if (twice === undefined) return
  throw new ShellError(`The member "${twice}" is already present.`, {
    ...{ id: 'AlreadyPresentPSMemberInfoInternalCollectionAdd', category: 'InvalidData' },
    target: twice,
  })
}
