import { continuesName, isDash, isDoubleQuote, isSingleQuote, startsName } from './characters.ts'
import { numberPattern, parseNumber } from './numbers.ts'
import { type FoundOperator, takeOperator } from './operators.ts'
import type { Rules } from './rules.ts'
import { doubleQuoted, hereString, singleQuoted, variableOrSub } from './strings.ts'
import type { Expression, Place, TableEntry } from './syntax.ts'

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

/** Longest chain of operators or properties; each makes the tree one level deeper. */
const maximumChain = 200

function tooLong({ cursor }: Rules): never {
  return cursor.fail('ScriptTooComplicated', 'The expression is too long; split it up.')
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

function unary(rules: Rules): Expression {
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

function takeUnary({ cursor }: Rules): 'not' | '-' | '+' | undefined {
  if (cursor.take('!')) return 'not'
  if (cursor.take('+')) return '+'
  if (!isDash(cursor.peek())) return undefined
  if (/^not(?![\p{L}\p{Nd}_])/iu.test(cursor.text.slice(cursor.at + 1, cursor.at + 5))) {
    cursor.at += 4
    return 'not'
  }
  if (/^[a-z]/i.test(cursor.peek(1))) return undefined
  cursor.at++
  return '-'
}

/** Whether an expression can begin here. */
export function startsValue({ cursor, bareProperties }: Rules): boolean {
  const char = cursor.peek()
  if (/^[$('"@{[\d!+.]$/.test(char) || isDash(char)) return true
  return isSingleQuote(char) || isDoubleQuote(char) || (bareProperties && startsName(char))
}

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

/** Fails for a word that cannot stand here. */
export function unexpected({ cursor }: Rules): never {
  return cursor.failUnlessMore(
    'UnexpectedToken',
    cursor.atEnd
      ? 'An expression was expected.'
      : `Unexpected token '${cursor.nextWordText()}' in expression or statement.`,
  )
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
    `The splatting operator '@' is not part of this shell. Put '@${word}' in quotes to give it as text.`,
    cursor.placeFrom(start),
  )
}

function tableEntries(rules: Rules, opened: number): TableEntry[] {
  const { cursor } = rules
  const entries: TableEntry[] = []
  for (;;) {
    do cursor.skipLines()
    while (cursor.take(';'))
    if (cursor.take('}')) return entries
    if (cursor.atEnd) {
      const place = { start: opened, end: opened + 2 }
      cursor.failUnlessMore('IncompleteHashLiteral', 'The hash literal was incomplete.', place)
    }
    entries.push(tableEntry(rules, entries))
    cursor.skipBlanks()
    if (!/^[;}\r\n]?$/.test(cursor.peek())) unexpected(rules)
  }
}

function tableEntry(rules: Rules, before: readonly TableEntry[]): TableEntry {
  const { cursor } = rules
  const start = cursor.at
  const key = tableKey(rules)
  const twice = before.some((entry) => sameKey(entry.key, key))
  if (twice && key.kind === 'text') {
    const message = `Duplicate keys '${key.value}' are not allowed in hash literals.`
    cursor.fail('DuplicateKeyInHashLiteral', message, key)
  }
  cursor.skipBlanks()
  if (!cursor.take('=')) {
    cursor.failUnlessMore(
      'MissingEqualsInHashLiteral',
      "Missing '=' operator after key in hash literal.",
    )
  }
  cursor.skipLines()
  return { key, value: rules.statement(), ...cursor.placeFrom(start) }
}

const sameKey = (a: Expression, b: Expression) =>
  a.kind === 'text' && b.kind === 'text' && a.value.toLowerCase() === b.value.toLowerCase()

function tableKey(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  if (!startsName(cursor.peek())) return unary(rules)
  const value = cursor.takeWhile((char) => continuesName(char) || isDash(char))
  return { kind: 'text', value, bare: true, ...cursor.placeFrom(start) }
}

function block(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at++
  const body = cursor.nested(() => rules.statements('}', start))
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
  const operand = cursor.nested(() => unary(rules))
  return { kind: 'cast', type: name, operand, ...cursor.placeFrom(start) }
}

function staticMember(rules: Rules, type: string, start: number): Expression {
  const { cursor } = rules
  cursor.at += 2
  const name = memberName(rules)
  const items = cursor.peek() === '(' ? callItems(rules) : undefined
  return { kind: 'static', type, name, items, ...cursor.placeFrom(start) }
}

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

function memberName(rules: Rules): string {
  const { cursor } = rules
  if (isSingleQuote(cursor.peek())) return singleQuoted(rules).value
  if (!startsName(cursor.peek())) {
    cursor.failUnlessMore('MissingPropertyName', 'Missing property name after reference operator.')
  }
  return cursor.takeWhile(continuesName)
}

/** The values between a call's parentheses. */
function callItems(rules: Rules): Expression[] {
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
