import {
  continuesName,
  isBlank,
  isDoubleQuote,
  isLineEnd,
  isSingleQuote,
  startsName,
} from './characters.ts'
import type { Rules } from './rules.ts'
import type { Expression, ExpressionOf } from './syntax.ts'

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

/** The character that a backtick and `char` stand for. */
export const escaped = (char: string) => escapes[char] ?? char

/** Gathers the parts of a text that may hold variables, and makes the smallest node for them. */
export class TextParts {
  readonly #parts: (string | Expression)[] = []
  #text = ''

  add(part: string | Expression): void {
    if (typeof part === 'string') {
      this.#text += part
      return
    }
    if (this.#text !== '') this.#parts.push(this.#text)
    this.#text = ''
    this.#parts.push(part)
  }

  node(
    place: { start: number; end: number },
    bare: boolean,
  ): ExpressionOf<'text'> | ExpressionOf<'expandable'> {
    if (this.#parts.length === 0) return { kind: 'text', value: this.#text, bare, ...place }
    const parts = this.#text === '' ? this.#parts : [...this.#parts, this.#text]
    return { kind: 'expandable', parts, bare, ...place }
  }
}

/** A single-quoted string; nothing in it is special but a doubled quote. */
export function singleQuoted({ cursor }: Rules): ExpressionOf<'text'> {
  const start = cursor.at++
  let value = ''
  for (;;) {
    value += cursor.takeWhile((char) => !isSingleQuote(char))
    if (cursor.atEnd) missingTerminator(cursor, start, "'")
    cursor.at++
    if (!isSingleQuote(cursor.peek())) break
    value += cursor.peek()
    cursor.at++
  }
  return { kind: 'text', value, bare: false, ...cursor.placeFrom(start) }
}

/** A double-quoted string: variables, `$(…)` and backtick escapes. */
export function doubleQuoted(rules: Rules) {
  const { cursor } = rules
  const start = cursor.at++
  const parts = new TextParts()
  expandInto(rules, parts, start)
  return parts.node(cursor.placeFrom(start), false)
}

/** Reads the inside of a double-quoted string into `parts`, with its closing quote. */
export function expandInto(rules: Rules, parts: TextParts, start: number): void {
  const { cursor } = rules
  for (;;) {
    parts.add(cursor.takeWhile((char) => !isDoubleQuote(char) && char !== '`' && char !== '$'))
    if (cursor.atEnd) missingTerminator(cursor, start, '"')
    const char = cursor.peek()
    if (char === '$') parts.add(variableOrSub(rules) ?? '$')
    else if (char === '`') {
      if (cursor.at + 1 >= cursor.text.length) {
        cursor.at++
        missingTerminator(cursor, start, '"')
      }
      parts.add(escaped(cursor.peek(1)))
      cursor.at += 2
    } else {
      cursor.at++
      if (!isDoubleQuote(cursor.peek())) return
      parts.add(char)
      cursor.at++
    }
  }
}

/** `@'…'@` or `@"…"@`; the text stands on lines of its own between them. */
export function hereString(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  const literal = isSingleQuote(cursor.peek(1))
  cursor.at += 2
  cursor.takeWhile(isBlank)
  if (cursor.atEnd) missingTerminator(cursor, start, literal ? "'@" : '"@')
  if (!isLineEnd(cursor.peek())) {
    cursor.fail(
      'UnexpectedCharactersAfterHereStringHeader',
      'No characters are allowed after a here-string header but before the end of the line.',
    )
  }
  const rest = cursor.text.slice(cursor.at)
  const close = (literal ? /(\r\n|\r|\n)['\u2018-\u201b]@/ : /(\r\n|\r|\n)["\u201c-\u201e]@/).exec(
    rest,
  )
  if (close === null) {
    cursor.at = cursor.text.length
    return missingTerminator(cursor, start, literal ? "'@" : '"@')
  }
  const end = cursor.at + close.index
  cursor.take('\r')
  cursor.take('\n')
  // In an empty one the line end behind the header is the one before the closing mark.
  cursor.at = Math.min(cursor.at, end)
  const body = cursor.text.slice(cursor.at, end)
  const parts = new TextParts()
  if (literal) parts.add(body)
  else expandLines(rules, parts, end)
  // A bracket opened in the text and closed behind it.
  if (cursor.at > end) missingTerminator(cursor, start, '"@')
  cursor.at = end + close[0].length
  return parts.node(cursor.placeFrom(start), false)
}

function expandLines(rules: Rules, parts: TextParts, end: number): void {
  const { cursor } = rules
  while (cursor.at < end) {
    const char = cursor.peek()
    if (char === '$') parts.add(variableOrSub(rules) ?? '$')
    else if (char === '`' && cursor.at + 1 < end) {
      parts.add(escaped(cursor.peek(1)))
      cursor.at += 2
    } else {
      parts.add(char)
      cursor.at++
    }
  }
}

/** `$name`, `${name}` or `$(…)` here, or undefined past a lone dollar sign. */
export function variableOrSub(rules: Rules): Expression | undefined {
  const { cursor } = rules
  const start = cursor.at++
  if (cursor.take('(')) {
    const body = cursor.nested(() => rules.statements(')', start))
    return { kind: 'sub', body, ...cursor.placeFrom(start) }
  }
  if (cursor.take('{')) {
    const name = cursor.takeWhile((char) => char !== '}')
    if (!cursor.take('}')) {
      cursor.failUnlessMore('IncompleteDollarVariableReference', "Missing closing '}' of '${'.", {
        start,
        end: cursor.at,
      })
    }
    return { kind: 'variable', name: withoutScope(name), ...cursor.placeFrom(start) }
  }
  if (!startsName(cursor.peek()) && !continuesName(cursor.peek())) return undefined
  let name = cursor.takeWhile(continuesName)
  if (cursor.peek() === ':' && cursor.peek(1) !== ':') name += scopeRest(rules, start)
  return { kind: 'variable', name: withoutScope(name), ...cursor.placeFrom(start) }
}

function scopeRest({ cursor }: Rules, start: number): string {
  cursor.at++
  const name = cursor.takeWhile(continuesName)
  if (name === '') {
    cursor.fail(
      'InvalidVariableReferenceWithDrive',
      "Variable reference is not valid. ':' was not followed by a valid variable name character. Consider using ${} to delimit the name.",
      { start, end: cursor.at },
    )
  }
  return `:${name}`
}

/** The session has one scope, so the scope words mean nothing more. */
const withoutScope = (name: string) => name.replace(/^(global|script|local|variable):/i, '')

function missingTerminator(cursor: Rules['cursor'], start: number, quote: string): never {
  return cursor.failUnlessMore(
    'TerminatorExpectedAtEndOfString',
    `The string is missing the terminator: ${quote}.`,
    { start, end: cursor.at },
  )
}
