import { textOf } from '../../values/text-of.ts'
import { listOf } from '../../values/value.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { colourNames } from '../../format/colour.ts'
import { anyValue, list, oneOf, switchParameter, text, wholeNumber } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'

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
    ForegroundColor: parameter(oneOf(colourNames), { help: 'The colour of the letters.' }),
    BackgroundColor: parameter(oneOf(colourNames), { help: 'The colour behind them.' }),
  },
  examples: [{ code: 'Write-Host "done"', text: 'A message for the person at the keyboard.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, context) {
    const line = (given.Object ?? []).map(textOf).join(given.Separator ?? ' ')
    const { ForegroundColor: foreground, BackgroundColor: background } = given
    context.writeHost(line, { foreground, background })
    if (given.NoNewline !== true) context.writeHost('\n')
    yield* []
  },
})

/** `Write-Warning 'text'`. */
export const writeWarning = defineCmdlet({
  name: 'Write-Warning',
  synopsis: 'Tells a warning.',
  parameters: {
    Message: parameter(text, { help: 'The text.', position: 0, required: true, pipeline: 'value' }),
  },
  examples: [{ code: 'Write-Warning "no connector"', text: 'A warning.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, context) {
    context.writeWarning(given.Message)
    yield* []
  },
})

/** `Write-Verbose 'text'`. */
export const writeVerbose = defineCmdlet({
  name: 'Write-Verbose',
  synopsis: 'Tells what is done, when -Verbose is given.',
  parameters: {
    Message: parameter(text, { help: 'The text.', position: 0, required: true, pipeline: 'value' }),
  },
  examples: [{ code: 'Write-Verbose "next" -Verbose', text: 'A remark.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, context) {
    context.writeVerbose(given.Message)
    yield* []
  },
})

/** `Write-Error 'text'`. */
export const writeError = defineCmdlet({
  name: 'Write-Error',
  synopsis: 'Tells an error.',
  parameters: {
    Message: parameter(text, { help: 'The text.', position: 0, required: true, pipeline: 'value' }),
  },
  examples: [{ code: 'Write-Error "no connector" -ErrorAction Stop', text: 'Ends the line.' }],
  // eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
  async *run({ given }, context) {
    context.writeError(new ShellError(given.Message, { id: 'WriteErrorException' }))
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
