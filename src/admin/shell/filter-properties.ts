import { parseByteSize } from '../../base/byte-size.ts'
import { parseTimeSpan } from '../../base/time-span.ts'
import { nearest } from '../grammar/nearest.ts'
import { parseNumber } from '../grammar/numbers.ts'
import { parseDate } from '../values/dates.ts'

/** What a property holds, or the elements of its list; a list of words is all that it can be. */
export type PropertyKind =
  | 'text'
  | 'number'
  | 'size'
  | 'time'
  | 'time span'
  | 'truth value'
  // What each element says is more than its address, so none is ever equal to one.
  | 'list of recipients with their states'
  | readonly string[]

/** The properties that a filter may name, as they are written. */
export type FilterProperties = Readonly<Record<string, PropertyKind>>

/** The comparisons of a filter: Exchange's, and the opposite of `like`. */
export const filterOperators = ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'like', 'notlike'] as const
export type FilterOperator = (typeof filterOperators)[number]

/** The comparisons that make sense for a kind of property. */
export function operatorsFor(kind: PropertyKind): readonly FilterOperator[] {
  if (kind === 'text') return filterOperators
  if (kind === 'truth value') return ['eq', 'ne']
  if (kind === 'list of recipients with their states') return ['like', 'notlike']
  return typeof kind === 'string'
    ? ['eq', 'ne', 'gt', 'ge', 'lt', 'le']
    : ['eq', 'ne', 'like', 'notlike']
}

/** As an error names it: `a number`. */
export const kindText = (kind: PropertyKind) =>
  typeof kind === 'string' ? `a ${kind}` : 'one of certain words'

/** Why a property of this kind cannot be compared with what is written; undefined when it can. */
export function valueProblem(kind: PropertyKind, written: string): string | undefined {
  if (typeof kind === 'string') {
    return isOfKind[kind](written) ? undefined : `"${written}" is not ${kindText(kind)}.`
  }
  if (kind.some((word) => word.toLowerCase() === written.toLowerCase())) return undefined
  const close = nearest(written, kind)
  const hint = close === undefined ? `It is one of ${kind.join(', ')}.` : `Did you mean ${close}?`
  return `It is never "${written}". ${hint}`
}

type Quantity = Exclude<PropertyKind, readonly string[]>

const isOfKind: Readonly<Record<Quantity, (written: string) => boolean>> = {
  text: () => true,
  'list of recipients with their states': () => true,
  number: (written) => parseNumber(written.trim()) !== undefined,
  size: (written) => parseByteSize(written) !== undefined,
  // A time of day alone means that of each day.
  time: (written) => parseDate(written, new Date(0)) !== undefined,
  'time span': (written) => parseTimeSpan(written) !== undefined,
  'truth value': (written) => /^(?:true|false)$/i.test(written),
}
