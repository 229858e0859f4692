import { continuesName, isSingleQuote, startsName } from './characters.ts'
import { maximumChain, startsValue, tooLong } from './expected.ts'
import type { Rules } from './rules.ts'
import { singleQuoted } from './strings.ts'
import type { Expression, Place } from './syntax.ts'

/** `.Name`, `.Method(…)` and `[index]` directly behind a value. */
export function postfix(rules: Rules, value: Expression): Expression {
  const { cursor } = rules
  let result = value
  for (let count = 0; ; count++) {
    if (count === maximumChain) tooLong(rules)
    if (cursor.peek() === '[' && value.kind !== 'number') result = indexed(rules, result)
    else if (cursor.peek() === '.' && cursor.peek(1) !== '.') result = member(rules, result)
    else return result
  }
}

function indexed(rules: Rules, target: Expression): Expression {
  const { cursor } = rules
  const opened = cursor.placeFrom(cursor.at)
  cursor.at++
  cursor.skipLines()
  if (!startsValue(rules)) {
    cursor.failUnlessMore(
      'MissingArrayIndexExpression',
      'Array index expression is missing or not valid.',
    )
  }
  const index = rules.expression()
  cursor.skipLines()
  if (!cursor.take(']')) {
    const place: Place = { start: opened.start, end: opened.start + 1 }
    cursor.failUnlessMore('MissingEndSquareBracket', "Missing closing ']' of an index.", place)
  }
  return { kind: 'index', target, index, ...cursor.placeFrom(target.start) }
}

function member(rules: Rules, target: Expression): Expression {
  const { cursor } = rules
  cursor.at++
  const name = memberName(rules)
  if (cursor.peek() !== '(') {
    return { kind: 'member', target, name, ...cursor.placeFrom(target.start) }
  }
  const items = callItems(rules)
  return { kind: 'call', target, name, items, ...cursor.placeFrom(target.start) }
}

/** The name behind a dot or two colons. */
export function memberName(rules: Rules): string {
  const { cursor } = rules
  if (isSingleQuote(cursor.peek())) return singleQuoted(rules).value
  if (!startsName(cursor.peek())) {
    cursor.failUnlessMore('MissingPropertyName', 'Missing property name after reference operator.')
  }
  return cursor.takeWhile(continuesName)
}

/** The values between a call's parentheses. */
export function callItems(rules: Rules): Expression[] {
  const { cursor } = rules
  const start = cursor.at++
  cursor.skipLines()
  if (cursor.take(')')) return []
  if (!startsValue(rules)) missingCallEnd(rules, start)
  const listed = cursor.nested(() => rules.expression())
  cursor.skipLines()
  if (!cursor.take(')')) missingCallEnd(rules, start)
  return listed.kind === 'list' ? [...listed.items] : [listed]
}

function missingCallEnd({ cursor }: Rules, start: number): never {
  return cursor.failUnlessMore('MissingEndParenthesisInMethodCall', "Missing ')' in method call.", {
    start,
    end: start + 1,
  })
}
