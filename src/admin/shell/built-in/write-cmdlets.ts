import { textOf } from '../../values/text-of.ts'
import { listOf } from '../../values/value.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { anyValue, list, switchParameter, text, wholeNumber } from '../parameter-types.ts'

/** `Write-Output 'text'`. */
export const writeOutput = defineCmdlet({
  name: 'Write-Output',
  aliases: ['echo', 'write'],
  synopsis: 'Puts values out.',
  parameters: {
    InputObject: parameter(list(anyValue), {
      help: 'What is put out.',
      position: 0,
      required: true,
      pipeline: 'value',
    }),
  },
  examples: [{ code: 'Write-Output $c.UserName', text: 'The user name of a credential.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }) {
    for (const value of given.InputObject) yield* listOf(value)
  },
})

/** `Write-Host 'text'`. */
export const writeHost = defineCmdlet({
  name: 'Write-Host',
  synopsis: 'Writes text to the screen, past the pipeline.',
  parameters: {
    Object: parameter(list(anyValue), { help: 'The text.', position: 0, pipeline: 'value' }),
    NoNewline: parameter(switchParameter, { help: 'The next text goes on in the same line.' }),
    Separator: parameter(text, {
      help: 'What stands between several values.',
      defaultText: 'a blank',
    }),
  },
  examples: [{ code: 'Write-Host "done"', text: 'A message for the person at the keyboard.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, context) {
    const line = (given.Object ?? []).map(textOf).join(given.Separator ?? ' ')
    context.writeHost(given.NoNewline === true ? line : `${line}\n`)
    yield* []
  },
})

/** `Clear-Host`. */
export const clearHost = defineCmdlet({
  name: 'Clear-Host',
  aliases: ['cls', 'clear'],
  synopsis: 'Clears the screen.',
  parameters: {},
  examples: [{ code: 'Clear-Host', text: 'An empty screen.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run(_, context) {
    context.clearScreen()
    yield* []
  },
})

/** `exit`, `exit 1`. */
export const exitShell = defineCmdlet({
  name: 'Exit-Shell',
  aliases: ['exit', 'quit'],
  synopsis: 'Leaves the shell.',
  parameters: {
    ExitCode: parameter(wholeNumber(0, 255), {
      help: 'What the shell ends with.',
      position: 0,
      defaultText: '0',
    }),
  },
  examples: [{ code: 'exit', text: 'Leaves the shell.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, { session }) {
    session.exitCode = given.ExitCode ?? 0
    yield* []
  },
})
