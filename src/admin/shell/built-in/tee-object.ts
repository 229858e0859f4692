import type { Value } from '../../values/value.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { switchParameter, text } from '../parameter-types.ts'
import { ShellError } from '../shell-error.ts'
import { renderedText } from './out-cmdlets.ts'
import { writeChunks } from './file-output.ts'
import { pipedWidth } from '../../format/renderer.ts'

/** `Get-Queue | Tee-Object queues.txt | Measure-Object`. */
export const teeObject = defineCmdlet({
  name: 'Tee-Object',
  aliases: ['tee'],
  synopsis: 'Passes objects on, and keeps them in a file or a variable as well.',
  parameters: {
    FilePath: parameter(text, {
      help: 'The file, written as the screen would show the objects.',
      position: 0,
    }),
    Append: parameter(switchParameter, { help: 'Adds to the file.' }),
    Variable: parameter(text, { help: 'The name of the variable, without a dollar sign.' }),
  },
  examples: [
    {
      code: 'Get-Queue | Tee-Object -Variable queues | Measure-Object',
      text: 'Counts the queues, and keeps them in $queues.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const { FilePath, Variable, Append = false } = given
    refuseTogether(given, ['FilePath', 'Variable'])
    refuseTogether(given, ['Append', 'Variable'])
    if (FilePath === undefined && Variable === undefined) {
      throw new ShellError('Give the name of a file, or of a variable by -Variable.', {
        ...{ id: 'TargetMissing', category: 'InvalidArgument' },
      })
    }
    const values: Value[] = []
    for await (const item of input) {
      values.push(item)
      yield item
    }
    if (Variable !== undefined) context.session.setVariable(Variable, values)
    if (FilePath === undefined) return
    const target = { path: FilePath, append: Append, keep: false }
    await writeChunks(renderedText(values, pipedWidth, context), target)
  },
})
