import { parseByteSize } from '../../base/byte-size.ts'
import { parseTimeSpan } from '../../base/time-span.ts'
import { parseNumber } from '../grammar/numbers.ts'
import { parseDate } from './dates.ts'
import { textOf, typeNameOf } from './text-of.ts'
import { ByteSize, TimeSpan, type Value, isList } from './value.ts'

/** Two values that have no order between them. */
export class NotComparable extends Error {
  override readonly name = 'NotComparable'
}

const collators = {
  folded: new Intl.Collator('en-US', { sensitivity: 'accent' }),
  exact: new Intl.Collator('en-US', { caseFirst: 'lower' }),
}

/** Whether a condition holds: null, false, 0, empty text and empty lists do not. */
export function isTrue(value: Value): boolean {
  if (!isList(value)) return value !== null && value !== false && value !== 0 && value !== ''
  const [first] = value
  return value.length > 1 || (first !== undefined && isTrue(first))
}

/** Whether two values are equal, the right one read as the left one's kind. */
export function areEqual(left: Value, right: Value, caseSensitive = false): boolean {
  if (left === null || right === null) return left === right
  if (typeof left === 'boolean') return left === isTrue(right)
  const quantity = quantityOf(left)
  if (quantity !== undefined) return quantity === quantityLike(left, right)
  const [a, b] = [textOf(left), textOf(right)]
  return caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase()
}

/**
 * Below zero when `left` comes first, zero when they are equal, above zero otherwise; the right one
 * is read as the left one's kind. Throws NotComparable when it cannot be.
 */
export function compare(left: Value, right: Value, caseSensitive = false): number {
  if (left === null || right === null) return Number(left !== null) - Number(right !== null)
  if (typeof left === 'boolean') return Number(left) - Number(isTrue(right))
  const a = quantityOf(left)
  if (a === undefined) {
    const collator = caseSensitive ? collators.exact : collators.folded
    return collator.compare(textOf(left), textOf(right))
  }
  const b = quantityLike(left, right)
  if (b === undefined) {
    throw new NotComparable(
      `Could not compare "${textOf(left)}" to "${textOf(right)}". Error: "Cannot convert value "${textOf(right)}" to type "${typeNameOf(left)}"."`,
    )
  }
  return a === b ? 0 : a - b
}

/** As `compare`, for sorting: values of kinds that have no order between them are compared as text. */
export function compareAny(left: Value, right: Value, caseSensitive = false): number {
  try {
    return compare(left, right, caseSensitive)
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error
    return compare(textOf(left), textOf(right), caseSensitive)
  }
}

/** The number behind a value that is one: a number, a size, a time span, a point in time. */
export function quantityOf(value: Value): number | undefined {
  if (typeof value === 'number') return value
  if (value instanceof ByteSize) return value.bytes
  if (value instanceof TimeSpan) return value.milliseconds
  return value instanceof Date ? value.getTime() : undefined
}

function quantityLike(left: Value, right: Value): number | undefined {
  if (typeof right !== 'string') {
    return typeof right === 'boolean' ? Number(right) : quantityOf(right)
  }
  if (left instanceof ByteSize) return parseByteSize(right)
  if (left instanceof TimeSpan) return parseTimeSpan(right)
  // A time of day alone is taken as one of the day it is compared with.
  if (left instanceof Date) return parseDate(right, left)?.getTime()
  return /^unlimited$/i.test(right) ? Infinity : parseNumber(right.trim())
}
