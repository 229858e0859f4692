import { nearest } from '../grammar/nearest.ts'
import type { Expression, ExpressionOf } from '../grammar/syntax.ts'
import { areEqual, compare } from '../values/compare.ts'
import { isList, type ShellObject, type Value } from '../values/value.ts'
import { textOf } from '../values/text-of.ts'
import { wildcard } from '../../base/wildcard.ts'
import {
  type FilterOperator,
  type FilterProperties,
  type PropertyKind,
  filterOperators,
  kindText,
  operatorsFor,
  valueProblem,
} from './filter-properties.ts'
import { rememberedAs } from './patterns.ts'

/** A property compared with a value; null stands for none at all. */
export interface Comparison {
  readonly kind: 'comparison'
  /** As it is written where it is declared. */
  readonly property: string
  readonly operator: FilterOperator
  readonly caseSensitive: boolean
  readonly value: string | null
}

/** Comparisons and how they are joined. Nothing else is a condition, so none holds by accident. */
export type Condition =
  | Comparison
  | { readonly kind: 'not'; readonly of: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }

/** What is wrong with a filter, in sentences for the administrator. */
export class NoCondition extends Error {
  override readonly name = 'NoCondition'
}

/** What a condition is checked against: the text that it was parsed from, and what it may name. */
interface Written {
  readonly source: string
  readonly properties: FilterProperties
}

/** The condition that an expression is. Throws NoCondition for everything that is none. */
export function conditionOf(node: Expression, written: Written): Condition {
  if (node.kind === 'group') return conditionOf(onlyIn(node, written), written)
  if (node.kind === 'unary' && node.operator === 'not') {
    return { kind: 'not', of: conditionOf(node.operand, written) }
  }
  if (node.kind !== 'binary') return noComparison(node, written)
  const { operator: kind, left, right } = node
  if (kind !== 'and' && kind !== 'or') return comparisonOf(node, written)
  return { kind, left: conditionOf(left, written), right: conditionOf(right, written) }
}

const textAt = ({ source }: Written, { start, end }: Expression) => source.slice(start, end)

function noComparison(node: Expression, written: Written): never {
  throw new NoCondition(
    `"${textAt(written, node)}" is no comparison of a property with a value, such as Status -eq 'Retry'.`,
  )
}

function onlyIn(node: ExpressionOf<'group'>, written: Written): Expression {
  const { body } = node
  const [only, second] = body.kind === 'pipeline' && !body.redirection ? body.elements : []
  if (only?.kind !== 'expression' || second !== undefined) return noComparison(node, written)
  return only.value
}

const dashed = (operators: readonly string[]) => operators.map((name) => `-${name}`).join(', ')

function comparisonOf(node: ExpressionOf<'binary'>, written: Written): Comparison {
  const { caseSensitive } = node
  const operator = filterOperators.find((name) => name === node.operator)
  if (operator === undefined) {
    const word = /^\w/.test(node.operator) ? `-${node.operator}` : node.operator
    throw new NoCondition(
      `${word} cannot be used in a filter. Comparisons are ${dashed(filterOperators)}; they are joined by -and, -or and -not.`,
    )
  }
  const [property, kind] = propertyOf(node.left, written)
  if (!operatorsFor(kind).includes(operator)) {
    throw new NoCondition(
      `-${operator} cannot be used with ${property}, which is ${kindText(kind)}: use ${dashed(operatorsFor(kind))}.`,
    )
  }
  const value = valueOf(node.right, written)
  const problem = problemWith(value, { property, kind, operator })
  if (problem !== undefined) throw new NoCondition(problem)
  return { kind: 'comparison', property, operator, caseSensitive, value }
}

const isPattern = (operator: FilterOperator) => operator === 'like' || operator === 'notlike'

function problemWith(
  value: string | null,
  compared: {
    readonly property: string
    readonly kind: PropertyKind
    readonly operator: FilterOperator
  },
): string | undefined {
  const { property, kind, operator } = compared
  if (value === null) {
    const takesNull = operator === 'eq' || operator === 'ne'
    return takesNull ? undefined : `$null can be compared by -eq and -ne only.`
  }
  if (!isPattern(operator)) {
    const problem = valueProblem(kind, value)
    return problem && `${property} is ${kindText(kind)}. ${problem}`
  }
  return /^\*{2,}$/.test(value)
    ? `"${value}" fits everything, as if something were missing between the asterisks; for everything write '*'.`
    : undefined
}

function propertyOf(node: Expression, written: Written): readonly [string, PropertyKind] {
  const { properties } = written
  if (
    node.kind !== 'member' ||
    node.target.kind !== 'variable' ||
    !/^(?:_|psitem)$/i.test(node.target.name)
  ) {
    throw new NoCondition(
      `on the left of a comparison stands a property, not ${textAt(written, node)}.`,
    )
  }
  const wanted = node.name.toLowerCase()
  const found = Object.entries(properties).find(([name]) => name.toLowerCase() === wanted)
  if (found !== undefined) return found
  const names = Object.keys(properties)
  const close = nearest(node.name, names)
  const hint = close === undefined ? `It may use ${names.join(', ')}.` : `Did you mean ${close}?`
  throw new NoCondition(`"${node.name}" is not a property that can be filtered by. ${hint}`)
}

function valueOf(node: Expression, written: Written): string | null {
  if (node.kind === 'text') return node.value
  if (node.kind === 'number') return node.text
  if (node.kind === 'unary' && node.operator === '-' && node.operand.kind === 'number') {
    return `-${node.operand.text}`
  }
  if (node.kind === 'variable') return constant(node.name)
  const shown = textAt(written, node)
  if (node.kind === 'member') throw new NoCondition(unquotedHint(shown))
  throw new NoCondition(`on the right of a comparison stands one value, not ${shown}.`)
}

function constant(name: string): string | null {
  if (/^(?:true|false)$/i.test(name)) return name
  if (/^null$/i.test(name)) return null
  throw new NoCondition(
    `$${name} is not known there; put the filter in double quotes to fill it in.`,
  )
}

/** What is missing around a text that stands bare. */
export const unquotedHint = (text: string) => `A text stands in quotes: '${text}'.`

/** Whether a condition holds for an object. */
export function holds(condition: Condition, object: ShellObject): boolean {
  switch (condition.kind) {
    case 'not':
      return !holds(condition.of, object)
    case 'and':
      return holds(condition.left, object) && holds(condition.right, object)
    case 'or':
      return holds(condition.left, object) || holds(condition.right, object)
    case 'comparison':
      return isMet(condition, object.get(condition.property) ?? null)
  }
}

/** Of a list one element must meet it; for a denial none may be what is denied. */
function isMet(comparison: Comparison, found: Value): boolean {
  const { operator } = comparison
  if (operator === 'ne') return !isMet({ ...comparison, operator: 'eq' }, found)
  if (operator === 'notlike') return !isMet({ ...comparison, operator: 'like' }, found)
  if (comparison.value === null) return isNothing(found)
  const test = tests[operator]
  const { value, caseSensitive } = comparison
  const meets = (each: Value) => test(each, value, caseSensitive)
  return isList(found) ? found.some(meets) : meets(found)
}

const isNothing = (value: Value) =>
  value === null || value === '' || (isList(value) && value.length === 0)

type Test = (found: Value, value: string, caseSensitive: boolean) => boolean

/** What is not there is neither more nor less than anything. */
const ordered =
  (isWanted: (order: number) => boolean): Test =>
  (found, value, caseSensitive) =>
    found !== null && isWanted(compare(found, value, caseSensitive))

const tests: Readonly<Record<Exclude<FilterOperator, 'ne' | 'notlike'>, Test>> = {
  eq: (found, value, caseSensitive) =>
    typeof found === 'boolean'
      ? found === /^true$/i.test(value)
      : areEqual(found, value, caseSensitive),
  gt: ordered((order) => order > 0),
  ge: ordered((order) => order >= 0),
  lt: ordered((order) => order < 0),
  le: ordered((order) => order <= 0),
  like: (found, value, caseSensitive) =>
    rememberedAs(`like ${caseSensitive} ${value}`, () => wildcard(value, caseSensitive))(
      textOf(found),
    ),
}
