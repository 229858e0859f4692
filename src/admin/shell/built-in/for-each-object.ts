import { memberOf } from '../../values/member.ts'
import { BadCall } from '../../values/method-items.ts'
import { callMember } from '../../values/methods.ts'
import { ScriptBlock, type Value, listOf } from '../../values/value.ts'
import { textOf } from '../../values/text-of.ts'
import { defineCmdlet, parameter } from '../cmdlet.ts'
import { anyValue, list, scriptBlock } from '../parameter-types.ts'
import { refuseTogether } from '../parameter-sets.ts'
import { ShellError } from '../shell-error.ts'

/** `ForEach-Object { Set-SendConnector $_.Name -Enabled $false }` and `ForEach-Object Name`. */
export const forEachObject = defineCmdlet({
  name: 'ForEach-Object',
  aliases: ['foreach', '%'],
  synopsis: 'Does something for each object.',
  parameters: {
    Process: parameter(
      { ...anyValue, suggests: 'properties' },
      {
        help: 'Commands in braces, with $_ for the object; or the name of a property or method.',
        position: 0,
        required: true,
      },
    ),
    ArgumentList: parameter(list(anyValue), {
      help: 'What a method is called with.',
      aliases: ['Args'],
    }),
    Begin: parameter(scriptBlock, { help: 'Commands to run before the first object.' }),
    End: parameter(scriptBlock, { help: 'Commands to run after the last object.' }),
  },
  examples: [
    {
      code: 'Get-SendConnector | ForEach-Object {Set-SendConnector $_.Identity -ProtocolLoggingLevel Verbose}',
      text: 'Turns the protocol log of each Send connector on.',
    },
    { code: 'Get-Queue | % NextHopDomain', text: 'The next hops of all queues as text.' },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const { Process, ArgumentList, Begin, End } = given
    if (Process instanceof ScriptBlock) refuseTogether(given, ['Process', 'ArgumentList'])
    if (Begin !== undefined) yield* context.invoke(Begin, null)
    for await (const item of input) {
      if (Process instanceof ScriptBlock) yield* context.invoke(Process, item)
      else yield* listOf(memberValue(item, textOf(Process), ArgumentList))
    }
    if (End !== undefined) yield* context.invoke(End, null)
  },
})

function memberValue(item: Value, name: string, items: readonly Value[] | undefined): Value {
  const value = items === undefined ? memberOf(item, name) : null
  if (value !== null) return value
  try {
    return callMember(item, name, items ?? [])
  } catch (error) {
    if (!(error instanceof BadCall)) throw error
    // A property that is not there is null, as everywhere.
    if (items === undefined) return null
    throw new ShellError(error.message, { id: 'MethodNotFound', category: 'InvalidOperation' })
  }
}
