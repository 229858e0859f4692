import type { BinaryOperator } from '../grammar/syntax.ts'
import { NotComparable, areEqual, compare, isTrue, quantityOf } from '../values/compare.ts'
import { parseNumber } from '../grammar/numbers.ts'
import { textOf, typeNameOf } from '../values/text-of.ts'
import { HashTable, TimeSpan, type Value, isList, listOf } from '../values/value.ts'
import { wildcard } from '../../base/wildcard.ts'
import type { Operands } from './operands.ts'
import { pattern, rememberedAs, tried } from './patterns.ts'
import { ShellError } from './shell-error.ts'
import { formatted, joinedText, replaced, split } from './text-operations.ts'

/** The operators that work on two values; `and`, `or` and `xor` are the evaluator's own. */
export type ValueOperator = Exclude<BinaryOperator, 'and' | 'or'>

type Test = (operands: Operands) => boolean

type TestOperator =
  'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'like' | 'notlike' | 'match' | 'notmatch'

const tests: Readonly<Record<TestOperator, Test>> = {
  eq: ({ left, right, caseSensitive }) => areEqual(left, right, caseSensitive),
  ne: ({ left, right, caseSensitive }) => !areEqual(left, right, caseSensitive),
  gt: ({ left, right, caseSensitive }) => compare(left, right, caseSensitive) > 0,
  ge: ({ left, right, caseSensitive }) => compare(left, right, caseSensitive) >= 0,
  lt: ({ left, right, caseSensitive }) => compare(left, right, caseSensitive) < 0,
  le: ({ left, right, caseSensitive }) => compare(left, right, caseSensitive) <= 0,
  like: (operands) => isLike(operands),
  notlike: (operands) => !isLike(operands),
  match: (operands) => isMatch(operands),
  notmatch: (operands) => !isMatch(operands),
}

/** What an operator makes of two values; a test of a list gives those elements that pass it. */
export function operate(operator: ValueOperator, operands: Operands): Value {
  if (isTest(operator)) return tested(tests[operator], operands)
  const { left, right, caseSensitive } = operands
  switch (operator) {
    case 'contains':
    case 'notcontains':
      return holds(left, right, caseSensitive) === (operator === 'contains')
    case 'in':
    case 'notin':
      return holds(right, left, caseSensitive) === (operator === 'in')
    case 'xor':
      return isTrue(left) !== isTrue(right)
    case 'replace':
      return replaced(operands)
    case 'split':
      return split(operands)
    case 'join':
      return joinedText(left, textOf(right))
    case 'f':
      return formatted(operands)
    case '..':
      return range(Math.round(numberOf(left)), Math.round(numberOf(right)))
    default:
      return calculate(operator, left, right)
  }
}

const isTest = (operator: ValueOperator): operator is TestOperator => Object.hasOwn(tests, operator)

function tested(test: Test, operands: Operands): Value {
  try {
    const { left } = operands
    return isList(left) ? left.filter((each) => test({ ...operands, left: each })) : test(operands)
  } catch (error) {
    if (!(error instanceof NotComparable)) throw error
    throw new ShellError(error.message, { id: 'ComparisonFailure', category: 'InvalidOperation' })
  }
}

const holds = (values: Value, wanted: Value, caseSensitive: boolean) =>
  listOf(values).some((each) => areEqual(each, wanted, caseSensitive))

function isLike({ left, right, caseSensitive }: Operands): boolean {
  const wanted = textOf(right)
  const matches = rememberedAs(`like ${caseSensitive} ${wanted}`, () =>
    wildcard(wanted, caseSensitive),
  )
  return matches(textOf(left))
}

const isMatch = (operands: Operands) => firstMatch(operands) !== null

function firstMatch({ left, right, caseSensitive }: Operands): RegExpExecArray | null {
  const expression = pattern(textOf(right), caseSensitive ? '' : 'i')
  return tried(expression, () => expression.exec(textOf(left)))
}

/** What `$matches` holds after a text matched: the whole by 0, the groups by number and name. */
export function matchedGroups(operands: Operands): HashTable | undefined {
  const found = firstMatch(operands)
  if (found === null) return undefined
  const numbered = [...found].map((group, at): [string, Value] => [String(at), group])
  return new HashTable([...Object.entries(found.groups ?? {}), ...numbered])
}

/** Most elements of a range, and letters of a repeated text. */
const maximumLength = 1_000_000

/** `1..5`, and `5..1` downwards. */
function range(from: number, to: number): readonly number[] {
  const length = Math.abs(to - from) + 1
  if (length > maximumLength) {
    const message = `The range ${from}..${to} has more than ${maximumLength} elements.`
    throw new ShellError(message, { id: 'RangeTooLarge', category: 'InvalidArgument' })
  }
  return Array.from({ length }, (_, at) => (from <= to ? from + at : from - at))
}

type Arithmetic = '+' | '-' | '*' | '/' | '%'

function calculate(operator: Arithmetic, left: Value, right: Value): Value {
  if (operator === '+') {
    if (typeof left === 'string') return left + textOf(right)
    if (isList(left)) return [...left, ...listOf(right)]
    if (left === null) return right
  }
  if (operator === '*' && typeof left === 'string') return repeated(left, numberOf(right))
  const moment = operator === '+' || operator === '-' ? withTime(operator, left, right) : undefined
  return moment ?? calculated(operator, numberOf(left), numberOf(right))
}

function repeated(text: string, times: number): string {
  if (times >= 0 && text.length * times <= maximumLength) return text.repeat(Math.round(times))
  const message = `A text cannot be repeated ${times} times.`
  throw new ShellError(message, { id: 'TextTooLong', category: 'InvalidArgument' })
}

/** Dates and time spans moved by one another. */
function withTime(operator: '+' | '-', left: Value, right: Value): Value | undefined {
  const sign = operator === '+' ? 1 : -1
  if (right instanceof TimeSpan) {
    const moved = sign * right.milliseconds
    if (left instanceof Date) return new Date(left.getTime() + moved)
    return left instanceof TimeSpan ? new TimeSpan(left.milliseconds + moved) : undefined
  }
  const between = operator === '-' && left instanceof Date && right instanceof Date
  return between ? new TimeSpan(left.getTime() - right.getTime()) : undefined
}

function calculated(operator: Arithmetic, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
    case '%':
      if (right === 0) {
        throw new ShellError('Attempted to divide by zero.', { id: 'RuntimeException' })
      }
      return operator === '/' ? left / right : left % right
  }
}

/** A value as a number; null counts as 0. */
export function numberOf(value: Value): number {
  if (value === null) return 0
  if (typeof value === 'boolean') return Number(value)
  const number = typeof value === 'string' ? parseNumber(value.trim()) : quantityOf(value)
  if (number !== undefined) return number
  throw new ShellError(
    `Cannot convert value "${textOf(value)}" of type "${typeNameOf(value)}" to a number.`,
    { id: 'InvalidCastFromStringToInteger', category: 'InvalidArgument' },
  )
}
