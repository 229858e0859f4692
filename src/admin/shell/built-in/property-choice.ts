import { type Awaitable } from '../../../base/awaitable.ts'
import {
  Credential,
  type Field,
  HashTable,
  ScriptBlock,
  ShellObject,
  type Value,
} from '../../values/value.ts'
import type { ColumnRoom } from '../../values/view.ts'
import { memberOf } from '../../values/member.ts'
import { textOf } from '../../values/text-of.ts'
import { hasWildcards, wildcard } from '../../../base/wildcard.ts'
import type { CmdletContext } from '../cmdlet.ts'
import { type Conversion, type ParameterType } from '../parameter-type.ts'

/** What a command does with the objects' properties: take one by name or pattern, or work one out. */
export type PropertyChoice =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'pattern'; readonly matches: (name: string) => boolean }
  | {
      readonly kind: 'worked-out'
      readonly title: string
      readonly value: ScriptBlock | string
      readonly maxWidth?: number
      readonly align?: 'left' | 'right'
      readonly room?: ColumnRoom
      readonly descending?: boolean
    }

/**
 * `Name`, `Max*`, `{ $_.Size.ToMB() }` or `@{Name='Size';Expression={…}}`, with Width and Alignment for
 * tables and Descending for sorting.
 */
export const propertyChoice: ParameterType<PropertyChoice> = {
  name: 'Object',
  suggests: 'properties',
  convert: ({ value }) => {
    if (value instanceof ScriptBlock) {
      return { value: { kind: 'worked-out', title: value.source.trim(), value } }
    }
    if (value instanceof HashTable) return fromTable(value)
    const name = textOf(value)
    if (name === '') return { problem: 'The name of a property cannot be empty.' }
    const matches = wildcard(name)
    return { value: hasWildcards(name) ? { kind: 'pattern', matches } : { kind: 'name', name } }
  },
}

const keys: Readonly<Record<string, string>> = {
  name: 'title',
  n: 'title',
  label: 'title',
  l: 'title',
  expression: 'value',
  e: 'value',
  width: 'width',
  alignment: 'align',
  align: 'align',
  descending: 'descending',
  ascending: 'ascending',
}

function fromTable(table: HashTable): Conversion<PropertyChoice> {
  const found = new Map<string, Value>()
  for (const [name, value] of table.entries) {
    const lower = name.toLowerCase()
    const key = Object.hasOwn(keys, lower) ? keys[lower] : undefined
    if (key === undefined) return { problem: `The "${name}" key is not valid.` }
    found.set(key, value)
  }
  const value = found.get('value')
  if (!(value instanceof ScriptBlock) && typeof value !== 'string') {
    return { problem: 'The "Expression" key must be a script block or the name of a property.' }
  }
  const title = textOf(found.get('title')) || textOf(value).trim()
  const options = tableOptions(found)
  return 'problem' in options
    ? options
    : { value: { kind: 'worked-out', title, value, ...options.value } }
}

type TableOptions = Pick<
  Extract<PropertyChoice, { kind: 'worked-out' }>,
  'maxWidth' | 'align' | 'descending'
>

function tableOptions(found: ReadonlyMap<string, Value>): Conversion<TableOptions> {
  const width = found.get('width')
  if (width !== undefined && !(typeof width === 'number' && Number.isInteger(width) && width > 0)) {
    return { problem: 'The "Width" key must be a whole number above 0.' }
  }
  const align = found.has('align') ? textOf(found.get('align')).toLowerCase() : undefined
  if (align !== undefined && align !== 'left' && align !== 'right') {
    return { problem: 'The "Alignment" key must be Left or Right.' }
  }
  const descending = found.get('descending') === true || found.get('ascending') === false
  const value = {
    ...(width === undefined ? {} : { maxWidth: width }),
    ...(align === undefined
      ? {}
      : { align: align === 'left' ? ('left' as const) : ('right' as const) }),
    descending,
  }
  return { value }
}

/** What becomes of a name that the object does not have. */
export type UnknownProperty = 'left-out' | 'empty'

/** The chosen properties of an object, in the order chosen; `Name,*` gives no property twice. */
export async function chosenFields(
  item: Value,
  choices: readonly PropertyChoice[],
  options: { readonly context: Pick<CmdletContext, 'evaluate'>; readonly unknown: UnknownProperty },
): Promise<Field[]> {
  const fields = new Map<string, Field>()
  const put = (field: Field) => {
    const key = field.title.toLowerCase()
    if (!fields.has(key)) fields.set(key, field)
  }
  for (const choice of choices) {
    if (choice.kind === 'worked-out') {
      const { title, maxWidth, align, room } = choice
      const value = await chosenValue(item, choice, options.context)
      put({
        title,
        value,
        ...(maxWidth === undefined ? {} : { maxWidth }),
        ...(align === undefined ? {} : { align }),
        ...(room === undefined ? {} : { room }),
      })
    } else if (choice.kind === 'pattern') {
      for (const [title, value] of propertiesOf(item))
        if (choice.matches(title)) put({ title, value })
    } else {
      const known = spelling(item, choice.name)
      const value = memberOf(item, choice.name)
      if (known !== undefined || options.unknown === 'empty')
        put({ title: known ?? choice.name, value })
    }
  }
  return [...fields.values()]
}

/** One value of an object; null for a pattern, which stands for several. */
export function chosenValue(
  item: Value,
  choice: PropertyChoice,
  context: Pick<CmdletContext, 'evaluate'>,
): Awaitable<Value> {
  if (choice.kind === 'pattern') return null
  if (choice.kind === 'name') return memberOf(item, choice.name)
  return choice.value instanceof ScriptBlock
    ? context.evaluate(choice.value, item)
    : memberOf(item, choice.value)
}

/** All properties of a value, in their order; text and numbers have none worth listing. */
export function propertiesOf(item: Value): ReadonlyMap<string, Value> {
  if (item instanceof ShellObject) return item.properties
  if (item instanceof HashTable) return new Map(item.entries)
  if (item instanceof Credential) {
    return new Map<string, Value>([
      ['UserName', item.userName],
      ['Password', item.password],
    ])
  }
  return new Map()
}

function spelling(item: Value, name: string): string | undefined {
  if (item instanceof ShellObject) return item.spelling(name)
  const wanted = name.toLowerCase()
  const listed = [...propertiesOf(item).keys()].find((key) => key.toLowerCase() === wanted)
  return listed ?? (memberOf(item, name) === null ? undefined : name)
}
