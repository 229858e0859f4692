import {
  continuesName,
  endsWord,
  isDash,
  isDoubleQuote,
  isSingleQuote,
  startsName,
} from './characters.ts'
import { type ListItems, commaList, missingItem } from './expressions.ts'
import { postfix } from './members.ts'
import { parseNumber } from './numbers.ts'
import { primary } from './primaries.ts'
import type { Rules } from './rules.ts'
import { TextParts, escaped, expandInto, singleQuoted, variableOrSub } from './strings.ts'
import type { CommandCall, CommandWord, Expression } from './syntax.ts'

const listedWords: ListItems = { item: singleArgument, begins: (rules) => !endsCommand(rules) }

/** A command: its name, then parameters and arguments up to what ends it. */
export function command(rules: Rules): CommandCall {
  const { cursor } = rules
  const start = cursor.at
  const name = cursor.takeWhile((char) => !endsWord(char) && char !== '"' && char !== "'")
  if (name === '') notAName(rules)
  const namePlace = cursor.placeFrom(start)
  const words: CommandWord[] = []
  for (let parametersEnded = false; ;) {
    const end = cursor.at
    cursor.skipBlanks()
    if (endsCommand(rules)) {
      cursor.at = Math.max(end, namePlace.end)
      return { kind: 'command', name, namePlace, words, ...cursor.placeFrom(start) }
    }
    refuseStreams(rules)
    if (!parametersEnded && takeParametersEnd(rules)) parametersEnded = true
    else if (!parametersEnded && startsParameter(rules)) words.push(parameter(rules))
    else if (cursor.peek() === '@' && startsName(cursor.peek(1))) words.push(splat(rules))
    else words.push(argument(rules))
  }
}

function notAName({ cursor }: Rules): never {
  if (cursor.peek() === '&') {
    cursor.fail('CallOperatorNotAvailable', "The call operator '&' is not part of this shell.")
  }
  return cursor.failUnlessMore(
    'UnexpectedToken',
    cursor.atEnd
      ? 'A command was expected.'
      : `Unexpected token '${cursor.nextWordText()}' in expression or statement.`,
  )
}

function endsCommand({ cursor }: Rules): boolean {
  return cursor.atEnd || /^[\r\n;|)}>]$/.test(cursor.peek())
}

/** `2>$null` and `2>&1`. */
function refuseStreams({ cursor }: Rules): void {
  if (!/^[1-6*]$/.test(cursor.peek()) || cursor.peek(1) !== '>') return
  cursor.fail(
    'RedirectionNotAvailable',
    'This shell redirects output only. -ErrorAction SilentlyContinue hides the errors of a command, and -ErrorVariable keeps them.',
    { start: cursor.at, end: cursor.at + 2 },
  )
}

/** `--`: what follows are arguments, whatever they begin with. */
function takeParametersEnd({ cursor }: Rules): boolean {
  if (!isDash(cursor.peek()) || !isDash(cursor.peek(1)) || !endsWord(cursor.peek(2))) return false
  cursor.at += 2
  return true
}

function startsParameter({ cursor }: Rules): boolean {
  return isDash(cursor.peek()) && /^[\p{L}_?]$/u.test(cursor.peek(1))
}

function parameter(rules: Rules): CommandWord {
  const { cursor } = rules
  const start = cursor.at++
  const name = cursor.takeWhile((char) => /^[\p{L}\p{Nd}_?-]$/u.test(char))
  if (!cursor.take(':')) {
    return { kind: 'parameter', name, value: undefined, ...cursor.placeFrom(start) }
  }
  const place = cursor.placeFrom(start)
  cursor.skipBlanks()
  if (endsCommand(rules)) {
    cursor.failUnlessMore(
      'ParameterRequiresArgument',
      `The parameter '-${name}' requires an argument.`,
      place,
    )
  }
  const value = commaList(rules, listedWords)
  return { kind: 'parameter', name, value, ...cursor.placeFrom(start) }
}

function splat({ cursor }: Rules): CommandWord {
  const start = cursor.at++
  const name = cursor.takeWhile(continuesName)
  const place = cursor.placeFrom(start)
  if (endsWord(cursor.peek())) return { kind: 'splat', name, ...place }
  return cursor.fail(
    'SplattingNotPermitted',
    `'@${name}' stands for the parameters in $${name}. Put the word in quotes to give it as text.`,
    place,
  )
}

function argument(rules: Rules): CommandWord {
  const value = commaList(rules, listedWords)
  return { kind: 'argument', value, start: value.start, end: value.end }
}

/** One argument of a command: a word, a string, a variable, something in brackets. */
export function singleArgument(rules: Rules): Expression {
  const { cursor } = rules
  const char = cursor.peek()
  const start = cursor.at
  if (char === ',') missingItem(rules)
  if (char === '&' || char === '<') notAName(rules)
  if (/^[({@]$/.test(char) || isSingleQuote(char) || isDoubleQuote(char)) {
    return postfix(rules, primary(rules))
  }
  if (char !== '$') return word(rules)
  const value = variableOrSub(rules)
  const whole = value === undefined ? undefined : postfixOfWord(rules, value)
  if (whole !== undefined && endsWord(cursor.peek())) return whole
  // `$folder\file`: the variable is the beginning of a longer word.
  cursor.at = start
  return word(rules)
}

/** Properties behind a variable, unless what looks like one is part of a word: `$name.*`. */
function postfixOfWord(rules: Rules, value: Expression): Expression | undefined {
  const { cursor } = rules
  const next = cursor.peek(1)
  if (cursor.peek() === '.' && !/^[\p{L}_']$/u.test(next)) return undefined
  return postfix(rules, value)
}

/** An unquoted word; quotes, variables and escapes inside it work as in a string. */
function word(rules: Rules): Expression {
  const { cursor } = rules
  const start = cursor.at
  const parts = new TextParts()
  while (!endsWord(cursor.peek())) wordPart(rules, parts)
  const place = cursor.placeFrom(start)
  const text = cursor.text.slice(start, cursor.at)
  const value = parseNumber(text)
  return value === undefined ? parts.node(place, true) : { kind: 'number', value, text, ...place }
}

function wordPart(rules: Rules, parts: TextParts): void {
  const { cursor } = rules
  const char = cursor.peek()
  const start = cursor.at
  if (isSingleQuote(char)) parts.add(singleQuoted(rules).value)
  else if (isDoubleQuote(char)) {
    cursor.at++
    expandInto(rules, parts, start)
  } else if (char === '$') parts.add(variableOrSub(rules) ?? '$')
  else if (char === '`') {
    parts.add(escaped(cursor.peek(1)))
    cursor.at += 2
  } else {
    parts.add(char)
    cursor.at++
  }
}
