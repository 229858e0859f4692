import { Credential, HashTable, isList, ShellObject, type Value } from '../values/value.ts'
import { textOf } from '../values/text-of.ts'

/** How many elements of a list are shown, unless $FormatEnumerationLimit says otherwise. */
export const enumerationLimit = 16

/** A property's value in Exchange's notation, on one line unless the text has several. */
export function notation(value: Value, limit: number): string {
  if (isList(value)) return listNotation(value, limit)
  if (value instanceof Uint8Array) return listNotation([...value], limit)
  if (value instanceof HashTable) return tableNotation(value, limit)
  if (value instanceof ShellObject) return objectNotation(value, limit)
  return withoutControls(value instanceof Credential ? value.toString() : textOf(value))
}

function listNotation(values: readonly Value[], limit: number): string {
  const shown = values.slice(0, limit).map((value) => notation(value, limit))
  return `{${[...shown, ...(values.length > limit ? ['...'] : [])].join(', ')}}`
}

function tableNotation(table: HashTable, limit: number): string {
  const pairs = table.entries.map(([name, value]) => `[${name}, ${notation(value, limit)}]`)
  const shown = pairs.slice(0, limit)
  return `{${[...shown, ...(pairs.length > limit ? ['...'] : [])].join(', ')}}`
}

/** An object inside another one: its identity, or its properties. */
function objectNotation(value: ShellObject, limit: number): string {
  const name = value.toString()
  if (name !== value.type && name !== '') return withoutControls(name)
  const pairs = [...value.properties].map(([key, each]) => `${key}=${notation(each, limit)}`)
  return `@{${pairs.join('; ')}}`
}

/** Escape sequences in a subject or a reply must not steer the administrator's terminal. */
export function withoutControls(text: string): string {
  return text.replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (char) =>
    char === '\r' ? '' : '\ufffd',
  )
}
