import { compareAny } from '../../values/compare.ts'
import type { Value } from '../../values/value.ts'
import { type CmdletContext, defineCmdlet, parameter } from '../cmdlet.ts'
import { list, switchParameter } from '../parameter-types.ts'
import { type PropertyChoice, chosenValue, propertyChoice } from './property-choice.ts'

/** An object with what it is sorted by. */
interface Keyed {
  readonly item: Value
  readonly keys: readonly Value[]
}

/** `Sort-Object MessageCount -Descending`. */
export const sortObject = defineCmdlet({
  name: 'Sort-Object',
  aliases: ['sort'],
  synopsis: 'Sorts objects by properties.',
  parameters: {
    Property: parameter(list(propertyChoice), {
      help: "Properties, the most important first, or @{Expression='…';Descending=$true}.",
      position: 0,
    }),
    Descending: parameter(switchParameter, { help: 'The greatest first.' }),
    Unique: parameter(switchParameter, { help: 'Puts out one of several equal objects.' }),
    CaseSensitive: parameter(switchParameter, { help: 'Tells capital letters from small ones.' }),
  },
  examples: [
    {
      code: 'Get-Queue | Sort-Object MessageCount -Descending',
      text: 'The longest queues first.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    const { Property = [], Descending = false, CaseSensitive = false } = given
    const keyed: Keyed[] = []
    for await (const item of input) {
      keyed.push({ item, keys: await keysOf(item, Property, context) })
    }
    const directions =
      Property.length === 0
        ? [Descending]
        : Property.map((choice) => isDescending(choice, Descending))
    const order = (a: Keyed, b: Keyed) => compareKeys([a.keys, b.keys], directions, CaseSensitive)
    keyed.sort(order)
    let before: Keyed | undefined
    for (const each of keyed) {
      const repeated = given.Unique === true && before !== undefined && order(before, each) === 0
      before = each
      if (!repeated) yield each.item
    }
  },
})

const isDescending = (choice: PropertyChoice, otherwise: boolean) =>
  otherwise || (choice.kind === 'worked-out' && choice.descending === true)

async function keysOf(
  item: Value,
  choices: readonly PropertyChoice[],
  context: CmdletContext,
): Promise<readonly Value[]> {
  if (choices.length === 0) return [item]
  const keys: Value[] = []
  for (const choice of choices) keys.push(await chosenValue(item, choice, context))
  return keys
}

function compareKeys(
  [left, right]: readonly [readonly Value[], readonly Value[]],
  descending: readonly boolean[],
  caseSensitive: boolean,
): number {
  for (const [at, down] of descending.entries()) {
    const order = compareAny(left[at] ?? null, right[at] ?? null, caseSensitive)
    if (order !== 0) return down ? -order : order
  }
  return 0
}
