import { HashTable } from '../values/value.ts'
import type { Conversion, ParameterType } from './parameter-type.ts'
import { list } from './parameter-types.ts'

/** What a command does to a setting with several values: all anew, or some more and some less. */
export type ListChange<T> =
  | { readonly kind: 'replace'; readonly values: readonly T[] }
  | { readonly kind: 'change'; readonly add: readonly T[]; readonly remove: readonly T[] }

/** `a,b`, `$null` for none, or `@{Add='a';Remove='b','c'}`. */
export function listChange<T>(item: ParameterType<T>): ParameterType<ListChange<T>> {
  const values = list(item)
  return {
    name: 'MultiValuedProperty',
    takesNull: true,
    ...(item.values === undefined ? {} : { values: item.values }),
    convert: (argument) => {
      const { value, now } = argument
      if (value === null) return { value: { kind: 'replace', values: [] } }
      if (value instanceof HashTable)
        return changeOf(value, (each) => values.convert({ value: each, now }))
      const converted = values.convert(argument)
      if ('problem' in converted) return converted
      return { value: { kind: 'replace', values: converted.value } }
    },
  }
}

function changeOf<T>(
  table: HashTable,
  convert: (value: HashTable['entries'][number][1]) => Conversion<readonly T[]>,
): Conversion<ListChange<T>> {
  const add: T[] = []
  const remove: T[] = []
  for (const [name, value] of table.entries) {
    const into = new Map([
      ['add', add],
      ['remove', remove],
    ]).get(name.toLowerCase())
    if (into === undefined) {
      return { problem: `A change of a list has the keys Add and Remove, not "${name}".` }
    }
    const converted = convert(value)
    if ('problem' in converted) return converted
    into.push(...converted.value)
  }
  if (add.length + remove.length > 0) return { value: { kind: 'change', add, remove } }
  return { problem: 'A change of a list needs Add or Remove, as in @{Add="a","b";Remove="c"}.' }
}

/**
 * The values after a change. What is there already is not added again, and removing what is not
 * there does nothing, as in Exchange; `keyOf` says when two values are the same.
 */
export function changed<T>(
  current: readonly T[],
  change: ListChange<T>,
  keyOf: (value: T) => string = (value) => String(value).toLowerCase(),
): readonly T[] {
  const wanted = change.kind === 'replace' ? change.values : [...current, ...change.add]
  const removed = new Set(change.kind === 'replace' ? [] : change.remove.map(keyOf))
  const seen = new Set<string>()
  return wanted.filter((value) => {
    const key = keyOf(value)
    if (removed.has(key) || seen.has(key)) return false
    seen.add(key)
    return true
  })
}
