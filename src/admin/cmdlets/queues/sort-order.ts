import { nearest } from '../../grammar/nearest.ts'
import type { ParameterType } from '../../shell/parameter-type.ts'
import { list, text } from '../../shell/parameter-types.ts'
import { compareAny } from '../../values/compare.ts'
import { textOf } from '../../values/text-of.ts'
import type { Value } from '../../values/value.ts'

/** One of the properties that results are sorted by. */
export interface SortedProperty {
  readonly property: string
  readonly descending: boolean
}

/** `-SortOrder +Status,-Size`: the most important property first, each ascending unless it has a minus. */
export function sortOrder(properties: readonly string[]): ParameterType<readonly SortedProperty[]> {
  return {
    name: 'QueueViewerSortOrderEntry[]',
    values: properties.map((property) => `+${property}`),
    convert: (argument) => {
      const written = list(text).convert(argument)
      if ('problem' in written) return written
      const sorted: SortedProperty[] = []
      for (const word of written.value.flatMap((each) => each.split(',')).map((w) => w.trim())) {
        const name = word.replace(/^[+-]/, '')
        const property = properties.find((known) => known.toLowerCase() === name.toLowerCase())
        if (property === undefined) return { problem: unknownProperty(name, properties) }
        sorted.push({ property, descending: word.startsWith('-') })
      }
      return { value: sorted }
    },
  }
}

function unknownProperty(name: string, properties: readonly string[]): string {
  const close = nearest(name, properties)
  const hint =
    close === undefined ? `It may be ${properties.join(', ')}.` : `Did you mean ${close}?`
  return `"${name}" is not a property that can be sorted by. ${hint}`
}

/** What an object is sorted by: the values of the properties, then its identity. */
export interface SortKey {
  readonly values: readonly Value[]
  readonly identity: string
}

/** The order of two keys. Objects that have the same values stand in the order of their identities. */
export function compareKeys(a: SortKey, b: SortKey, order: readonly SortedProperty[]): number {
  for (const [at, { property, descending }] of order.entries()) {
    const [left = null, right = null] = [a.values[at], b.values[at]]
    const one =
      property === 'Identity' || property === 'Queue'
        ? compareIdentities(textOf(left), textOf(right))
        : compareAny(left, right)
    if (one !== 0) return descending ? -one : one
  }
  return compareIdentities(a.identity, b.identity)
}

/**
 * The number of a message counts before its queue, as in Exchange, so messages stand by age:
 * `EDGE01\3\17` before `EDGE01\2\18`. Numbers come before names.
 */
function compareIdentities(left: string, right: string): number {
  const [a, b] = [left.split('\\').reverse(), right.split('\\').reverse()]
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const one = compareParts(a[at] ?? '', b[at] ?? '')
    if (one !== 0) return one
  }
  return 0
}

function compareParts(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (left && right) return Number(a) - Number(b)
  return left === right ? compareAny(a, b) : Number(right) - Number(left)
}
