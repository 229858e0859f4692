import { access } from 'node:fs/promises'
import { textOf } from '../../values/text-of.ts'
import { type Value, listOf } from '../../values/value.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { anyValue, text } from '../parameter-types.ts'
import { encodingParameter, writeLines } from './file-output.ts'

const contentParameters = {
  Path: parameter(text, { help: 'The file.', position: 0, required: true }),
  Value: parameter(anyValue, { help: 'The lines, when no pipeline brings them.', position: 1 }),
  Encoding: encodingParameter,
}

/** `Set-Content a.txt 'text'`. */
export const setContent = defineCmdlet({
  name: 'Set-Content',
  aliases: ['sc'],
  synopsis: 'Writes lines of text into a file in place of what it holds.',
  parameters: contentParameters,
  examples: [{ code: "Set-Content note.txt 'changed'", text: 'A file of one line.' }],
  input: 'whole',
  async *run({ given, input }) {
    const { Path, Value: value, Encoding } = given
    await writeLines(lines(value, input), {
      path: Path,
      append: false,
      keep: false,
      encoding: Encoding,
    })
    yield* []
  },
})

/** `Add-Content a.txt 'text'`. */
export const addContent = defineCmdlet({
  name: 'Add-Content',
  aliases: ['ac'],
  synopsis: 'Adds lines of text to a file.',
  parameters: contentParameters,
  examples: [
    { code: 'Add-Content changes.txt "$(Get-Date -Format s) done"', text: 'One more line.' },
  ],
  input: 'whole',
  async *run({ given, input }) {
    const { Path, Value: value, Encoding } = given
    await writeLines(lines(value, input), {
      path: Path,
      append: true,
      keep: false,
      encoding: Encoding,
    })
    yield* []
  },
})

async function* lines(
  first: Value | undefined,
  input: AsyncIterable<Value>,
): AsyncGenerator<string> {
  for (const each of listOf(first)) yield textOf(each)
  for await (const item of input) yield* listOf(item).map(textOf)
}

/** `if (Test-Path a.csv) {…}`. */
export const testPath = defineCmdlet({
  name: 'Test-Path',
  synopsis: 'Tells whether a file or a folder is there.',
  parameters: {
    Path: parameter(text, { help: 'The path.', position: 0, required: true, pipeline: 'value' }),
  },
  examples: [{ code: 'Test-Path relays.csv', text: 'True or False.' }],
  async *run({ given }) {
    yield await access(given.Path).then(
      () => true,
      () => false,
    )
  },
})
