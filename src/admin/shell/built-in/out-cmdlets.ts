import { Renderer, pipedWidth } from '../../format/renderer.ts'
import type { Value } from '../../values/value.ts'
import { type CmdletContext, defineCmdlet, parameter } from '../cmdlet.ts'
import { switchParameter, text, wholeNumber } from '../parameter-types.ts'
import { encodingParameter, writeChunks } from './file-output.ts'

const width = parameter(wholeNumber(2, 100_000), {
  help: 'Columns of a line; what is longer is cut or broken.',
  defaultText: String(pipedWidth),
})

/** `Get-Queue | Out-File queues.txt`. */
export const outFile = defineCmdlet({
  name: 'Out-File',
  synopsis: 'Writes into a file what the screen would show.',
  parameters: {
    FilePath: parameter(text, {
      help: 'The file.',
      position: 0,
      required: true,
      aliases: ['Path'],
    }),
    Append: parameter(switchParameter, { help: 'Adds to the file.' }),
    NoClobber: parameter(switchParameter, { help: 'Fails when the file is there already.' }),
    Encoding: encodingParameter,
    Width: width,
  },
  examples: [
    {
      code: 'Get-SendConnector | Format-List | Out-File connectors.txt',
      text: 'Every setting in a file.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const { FilePath, Append = false, NoClobber = false, Encoding, Width = pipedWidth } = given
    const target = { path: FilePath, append: Append, keep: NoClobber, encoding: Encoding }
    await writeChunks(renderedText(input, Width, context), target)
    yield* []
  },
})

/** `Get-Queue | Out-String`. */
export const outString = defineCmdlet({
  name: 'Out-String',
  synopsis: 'Gives as text what the screen would show.',
  parameters: {
    Width: width,
    Stream: parameter(switchParameter, { help: 'Gives each line by itself.' }),
  },
  examples: [
    { code: '$text = Get-Queue | Out-String', text: 'The table of queues, kept in a variable.' },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    let whole = ''
    for await (const chunk of renderedText(input, given.Width ?? pipedWidth, context))
      whole += chunk
    if (given.Stream === true) yield* whole.replace(/\n$/, '').split('\n')
    else yield whole
  },
})

/** `New-SendConnector … | Out-Null`. */
export const outNull = defineCmdlet({
  name: 'Out-Null',
  synopsis: 'Shows nothing of what comes to it.',
  parameters: {},
  examples: [
    {
      code: 'New-SendConnector -Name "To Internet" -AddressSpaces * | Out-Null',
      text: 'Makes a Send connector without showing it.',
    },
  ],
  input: 'whole',
  async *run({ input }) {
    for await (const _ of input) continue
    yield* []
  },
})

/** What the screen would show of values, as it comes. */
export async function* renderedText(
  input: AsyncIterable<Value> | Iterable<Value>,
  columns: number,
  context: CmdletContext,
): AsyncGenerator<string> {
  let waiting = ''
  const renderer = new Renderer({
    width: columns,
    colour: false,
    listLimit: context.session.listLimit,
    write: (piece) => (waiting += piece),
    warn: (warning) => context.writeWarning(warning),
  })
  for await (const item of input) {
    renderer.write(item)
    if (waiting !== '') yield waiting
    waiting = ''
  }
  renderer.end()
  if (waiting !== '') yield waiting
}
