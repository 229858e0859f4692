import { isDash } from './characters.ts'
import { maximumChain, startsValue, tooLong } from './expected.ts'
import { postfix } from './members.ts'
import { type FoundOperator, takeOperator } from './operators.ts'
import { primary } from './primaries.ts'
import type { Rules } from './rules.ts'
import type { Expression, UnaryOperator } from './syntax.ts'

/** Operators joined on one level: `$a -eq 1 -and $b -eq 2`. */
export function expression(rules: Rules): Expression {
  return rules.cursor.nested(() => operation(rules, 1))
}

function operation(rules: Rules, level: number): Expression {
  const { cursor } = rules
  let left = commaList(rules, operands)
  for (let count = 0; ; count++) {
    const before = cursor.at
    cursor.skipBlanks()
    const found = takeOperator(rules, level)
    if (found === undefined) {
      cursor.at = before
      return left
    }
    if (count === maximumChain) tooLong(rules)
    left = joined(rules, left, found)
  }
}

function joined(rules: Rules, left: Expression, found: FoundOperator): Expression {
  const { cursor } = rules
  cursor.skipLines()
  if (!startsValue(rules)) {
    cursor.failUnlessMore(
      'ExpectedValueExpression',
      `You must provide a value expression following the '${found.word}' operator.`,
      { start: cursor.at, end: cursor.at },
    )
  }
  const right = cursor.nested(() => operation(rules, found.level + 1))
  const { operator, caseSensitive } = found
  return { kind: 'binary', operator, caseSensitive, left, right, start: left.start, end: right.end }
}

/** How the items of a list are read: operands in an expression, words in a command. */
export interface ListItems {
  readonly item: (rules: Rules) => Expression
  /** Whether an item can begin here. */
  readonly begins: (rules: Rules) => boolean
}

const operands: ListItems = { item: unary, begins: startsValue }

/** One item, or a list of several with commas between them. */
export function commaList(rules: Rules, { item, begins }: ListItems): Expression {
  const { cursor } = rules
  const first = item(rules)
  const items = [first]
  for (;;) {
    const before = cursor.at
    cursor.skipBlanks()
    if (!cursor.take(',')) {
      cursor.at = before
      break
    }
    cursor.skipLines()
    if (!begins(rules)) missingItem(rules)
    items.push(item(rules))
  }
  return items.length === 1 ? first : { kind: 'list', items, ...cursor.placeFrom(first.start) }
}

/** Fails for a list that ends in a comma. */
export function missingItem({ cursor }: Rules): never {
  return cursor.failUnlessMore('MissingArgument', 'Missing argument in parameter list.')
}

/** A value with the signs before it. */
export function unary(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  const operator = takeUnary(rules)
  if (operator !== undefined) {
    cursor.skipBlanks()
    if (!startsValue(rules)) {
      cursor.failUnlessMore(
        'MissingExpressionAfterOperator',
        'Missing expression after unary operator.',
      )
    }
    const operand = cursor.nested(() => unary(rules))
    return { kind: 'unary', operator, operand, ...cursor.placeFrom(start) }
  }
  return postfix(rules, primary(rules))
}

const unaryWords = ['not', 'split', 'join'] as const

function takeUnary({ cursor }: Rules): UnaryOperator | undefined {
  if (cursor.take('!')) return 'not'
  if (cursor.take('+')) return '+'
  if (!isDash(cursor.peek())) return undefined
  const word = /^[a-z]+(?![\p{Nd}_])/iu.exec(cursor.text.slice(cursor.at + 1, cursor.at + 10))?.[0]
  const operator = unaryWords.find((one) => one === word?.toLowerCase())
  if (operator !== undefined) {
    cursor.at += operator.length + 1
    return operator
  }
  if (/^[a-z]/i.test(cursor.peek(1))) return undefined
  cursor.at++
  return '-'
}
