import { listOf, ShellObject, type Value } from '../../values/value.ts'
import { memberOf } from '../../values/member.ts'
import { textOf } from '../../values/text-of.ts'
import { type CmdletContext, type Given, defineCmdlet, parameter } from '../cmdlet.ts'
import { list, switchParameter, text, wholeNumber } from '../parameter-types.ts'
import { refuseTogether, requireWith } from '../parameter-sets.ts'
import { ShellError } from '../shell-error.ts'
import { chosenFields, propertiesOf, propertyChoice } from './property-choice.ts'

const parameters = {
  Property: parameter(list(propertyChoice), {
    help: "Names of properties, with wildcards, or @{Name='…';Expression={…}}.",
    position: 0,
    wildcards: true,
  }),
  ExcludeProperty: parameter(list(text), { help: 'Properties that -Property * leaves out.' }),
  ExpandProperty: parameter(text, { help: 'Puts out the values of this property alone.' }),
  First: parameter(wholeNumber(0), { help: 'How many objects from the beginning.' }),
  Last: parameter(wholeNumber(0), { help: 'How many objects from the end.' }),
  Skip: parameter(wholeNumber(0), { help: 'How many objects are left out at the beginning.' }),
  Unique: parameter(switchParameter, { help: 'Puts out equal objects once.' }),
}

/** `Select-Object Name,AddressSpaces -First 5`. */
export const selectObject = defineCmdlet({
  name: 'Select-Object',
  aliases: ['select'],
  synopsis: 'Chooses properties of objects, or some of the objects.',
  parameters,
  examples: [
    {
      code: 'Get-Queue | Select-Object Identity,MessageCount -First 5',
      text: 'Two properties of the first five queues.',
    },
    {
      code: 'Get-SendConnector | Select-Object -ExpandProperty Name',
      text: 'The names of all Send connectors as plain text.',
    },
  ],
  input: 'whole',
  async *run({ given, input }, context) {
    refuseTogether(given, ['First', 'Last'])
    refuseTogether(given, ['Property', 'ExpandProperty'])
    requireWith(given, 'ExcludeProperty', 'Property')
    const seen = new Set<string>()
    for await (const item of within(input, given)) {
      for (const value of await shaped(item, given, context)) {
        if (given.Unique === true) {
          const key = keyOf(value)
          if (seen.has(key)) continue
          seen.add(key)
        }
        yield value
      }
    }
  },
})

async function* within(
  input: AsyncIterable<Value>,
  { First, Last, Skip = 0 }: Given<typeof parameters>,
): AsyncGenerator<Value> {
  if (First === 0) return
  const last: Value[] = []
  let passed = 0
  let skipped = 0
  for await (const item of input) {
    if (skipped < Skip && Last === undefined) {
      skipped++
      continue
    }
    if (Last !== undefined) {
      last.push(item)
      if (last.length > Last + Skip) last.shift()
    } else yield item
    if (First !== undefined && Last === undefined && ++passed === First) return
  }
  // With -Last, -Skip counts from the end.
  yield* last.slice(0, Math.max(0, last.length - Skip)).slice(-(Last ?? 0) || last.length)
}

async function shaped(
  item: Value,
  { Property, ExcludeProperty = [], ExpandProperty }: Given<typeof parameters>,
  context: CmdletContext,
): Promise<readonly Value[]> {
  if (ExpandProperty !== undefined) return expanded(item, ExpandProperty)
  if (Property === undefined) return [item]
  const fields = await chosenFields(item, Property, { context, unknown: 'empty' })
  const excluded = new Set(ExcludeProperty.map((name) => name.toLowerCase()))
  const kept = fields.filter(({ title }) => !excluded.has(title.toLowerCase()))
  const properties = new Map(kept.map(({ title, value }) => [title, value]))
  return [new ShellObject({ type: 'Selected', properties })]
}

function expanded(item: Value, name: string): readonly Value[] {
  const known =
    item instanceof ShellObject ? item.spelling(name) !== undefined : propertiesOf(item).has(name)
  const value = memberOf(item, name)
  if (known || value !== null) return listOf(value)
  throw new ShellError(`Property "${name}" cannot be found.`, {
    id: 'ExpandPropertyNotFound',
    category: 'InvalidArgument',
    target: name,
  })
}

const keyOf = (value: Value) =>
  value instanceof ShellObject
    ? [...value.properties].map(([name, each]) => `${name}=${textOf(each)}`).join('\n')
    : textOf(value)
