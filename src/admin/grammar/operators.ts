import { isDash } from './characters.ts'
import { nearest } from './nearest.ts'
import type { Rules } from './rules.ts'
import type { BinaryOperator } from './syntax.ts'

/** An operator as it was found in the text. */
export interface FoundOperator {
  readonly operator: BinaryOperator
  readonly caseSensitive: boolean
  readonly level: number
  /** As written, for errors: `-eq`. */
  readonly word: string
}

/** Operators that bind more tightly stand on a higher level; `-and` and `-or` are equals. */
const levels: Readonly<Record<BinaryOperator, number>> = {
  and: 1,
  or: 1,
  xor: 1,
  eq: 2,
  ne: 2,
  gt: 2,
  ge: 2,
  lt: 2,
  le: 2,
  like: 2,
  notlike: 2,
  match: 2,
  notmatch: 2,
  contains: 2,
  notcontains: 2,
  in: 2,
  notin: 2,
  replace: 2,
  split: 2,
  join: 2,
  '+': 3,
  '-': 3,
  '*': 4,
  '/': 4,
  '%': 4,
  f: 5,
  '..': 6,
}

/** Words that are operators in PowerShell's full language only. */
const unavailable = new Set(['is', 'isnot', 'as', 'band', 'bor', 'bxor', 'bnot', 'shl', 'shr'])

/** The operators that are words. */
export const wordOperators = Object.keys(levels).filter((name) => /^[a-z]/.test(name))

const symbols = ['..', '+', '*', '/', '%'] as const

/** Takes the operator that stands here, when there is one on `level` or above. */
export function takeOperator({ cursor }: Rules, level: number): FoundOperator | undefined {
  const char = cursor.peek()
  if (isDash(char) && /^[a-z]$/i.test(cursor.peek(1))) return takeWord(cursor, level)
  const symbol = isDash(char) ? '-' : symbols.find((one) => cursor.text.startsWith(one, cursor.at))
  if (symbol === undefined || levels[symbol] < level) return undefined
  if (isAssigning(cursor, symbol)) return undefined
  cursor.at += symbol.length
  return { operator: symbol, caseSensitive: false, level: levels[symbol], word: symbol }
}

/** `+=` and `++` end the expression before them. */
const isAssigning = (cursor: Rules['cursor'], symbol: string) =>
  symbol !== '..' &&
  (cursor.peek(1) === '=' || ((symbol === '+' || isDash(symbol)) && cursor.peek(1) === symbol))

function takeWord(cursor: Rules['cursor'], level: number): FoundOperator | undefined {
  const start = cursor.at
  const word = /^[a-z]+/i.exec(cursor.text.slice(start + 1, start + 40))?.[0] ?? ''
  const found = findWord(word.toLowerCase())
  const place = { start, end: start + 1 + word.length }
  if (found === undefined) unknownOperator(cursor, word, place)
  if (levels[found.operator] < level) return undefined
  cursor.at = place.end
  return { ...found, level: levels[found.operator], word: `-${word}` }
}

/** `eq`, and with the case of letters said: `ieq` (ignored), `ceq` (told apart). */
function findWord(word: string) {
  const plain = wordOperators.find((name) => name === word)
  if (isOperator(plain)) return { operator: plain, caseSensitive: false }
  const cased = wordOperators.find((name) => hasCase(name) && name === word.slice(1))
  if (!isOperator(cased) || !/^[ci]/.test(word)) return undefined
  return { operator: cased, caseSensitive: word.startsWith('c') }
}

const isOperator = (name: string | undefined): name is BinaryOperator =>
  name !== undefined && Object.hasOwn(levels, name)

const hasCase = (name: string) => isOperator(name) && levels[name] === 2 && name !== 'join'

function unknownOperator(
  cursor: Rules['cursor'],
  word: string,
  place: { start: number; end: number },
): never {
  if (unavailable.has(word.toLowerCase())) {
    const message = `The operator '-${word}' is not part of this shell.`
    return cursor.fail('OperatorNotAvailable', message, place)
  }
  const close = nearest(word, wordOperators)
  const hint = close === undefined ? '' : ` Did you mean -${close}?`
  return cursor.fail(
    'UnexpectedToken',
    `Unexpected token '-${word}' in expression or statement.${hint}`,
    place,
  )
}
