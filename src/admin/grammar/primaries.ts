import { continuesName, isDash, isDoubleQuote, isSingleQuote, startsName } from './characters.ts'
import { startsValue, unexpected } from './expected.ts'
import { callItems, memberName } from './members.ts'
import { numberPattern, parseNumber } from './numbers.ts'
import type { Rules } from './rules.ts'
import { doubleQuoted, hereString, singleQuoted, variableOrSub } from './strings.ts'
import type { Expression } from './syntax.ts'
import { tableEntries } from './tables.ts'

/** A value without operators. */
export function primary(rules: Rules): Expression {
  const { cursor } = rules
  const char = cursor.peek()
  const start = cursor.at
  if (isSingleQuote(char)) return singleQuoted(rules)
  if (isDoubleQuote(char)) return doubleQuoted(rules)
  if (char === '$') return variableOrSub(rules) ?? unexpected(rules)
  if (char === '(') return group(rules)
  if (char === '@') return collection(rules)
  if (char === '{') return block(rules)
  if (char === '[') return typeLiteral(rules)
  const digits = numberPattern.exec(cursor.text.slice(start, start + 400))?.[0]
  const value = digits === undefined ? undefined : parseNumber(digits)
  if (digits !== undefined && value !== undefined) {
    cursor.at += digits.length
    return { kind: 'number', value, text: digits, ...cursor.placeFrom(start) }
  }
  if (rules.bareProperties && startsName(char)) {
    const name = cursor.takeWhile(continuesName)
    const place = cursor.placeFrom(start)
    return { kind: 'member', target: { kind: 'variable', name: '_', ...place }, name, ...place }
  }
  return unexpected(rules)
}

function group(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at++
  return cursor.nested(() => {
    cursor.skipLines()
    const body = rules.statement()
    cursor.skipLines()
    if (!cursor.take(')')) missingParenthesis(rules, start)
    return { kind: 'group', body, ...cursor.placeFrom(start) }
  })
}

function missingParenthesis({ cursor }: Rules, start: number): never {
  return cursor.failUnlessMore(
    'MissingEndParenthesisInExpression',
    "Missing closing ')' in expression.",
    { start, end: start + 1 },
  )
}

function collection(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  const next = cursor.peek(1)
  if (isSingleQuote(next) || isDoubleQuote(next)) return hereString(rules)
  if (cursor.take('@(')) {
    const body = cursor.nested(() => rules.statements(')', start))
    return { kind: 'array', body, ...cursor.placeFrom(start) }
  }
  if (cursor.take('@{')) {
    const entries = cursor.nested(() => tableEntries(rules, start))
    return { kind: 'table', entries, ...cursor.placeFrom(start) }
  }
  cursor.at++
  const word = cursor.takeWhile(continuesName)
  return cursor.fail(
    'SplattingNotPermitted',
    `The splatting operator '@' cannot be used in an expression. '@${word}' can be used only as an argument of a command.`,
    cursor.placeFrom(start),
  )
}

function block(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at++
  const { loops } = rules
  rules.loops = 0
  const body = cursor.nested(() => rules.statements('}', start))
  rules.loops = loops
  const source = cursor.text.slice(start + 1, cursor.at - 1)
  return { kind: 'block', body, source, ...cursor.placeFrom(start) }
}

function typeLiteral(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  const word = /^\[\s*([\p{L}_][\p{L}\p{Nd}_.]*(?:\[\])?)\s*\]/u.exec(
    cursor.text.slice(start, start + 200),
  )
  if (word === null) {
    cursor.at = Math.min(cursor.text.length, start + 1)
    return cursor.failUnlessMore('MissingTypename', "Missing type name after '['.", {
      start,
      end: cursor.at,
    })
  }
  cursor.at += word[0].length
  const name = word[1] ?? ''
  if (cursor.peek() === ':' && cursor.peek(1) === ':') return staticMember(rules, name, start)
  const place = cursor.placeFrom(start)
  cursor.skipBlanks()
  if (isDash(cursor.peek()) || !startsValue(rules)) {
    cursor.at = place.end
    return { kind: 'type', name, ...place }
  }
  const operand = cursor.nested(() => rules.unary())
  return { kind: 'cast', type: name, operand, ...cursor.placeFrom(start) }
}

function staticMember(rules: Rules, type: string, start: number): Expression {
  const { cursor } = rules
  cursor.at += 2
  const name = memberName(rules)
  const items = cursor.peek() === '(' ? callItems(rules) : undefined
  return { kind: 'static', type, name, items, ...cursor.placeFrom(start) }
}
