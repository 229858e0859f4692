import { isDash, isDoubleQuote, isSingleQuote, startsName } from './characters.ts'
import type { Rules } from './rules.ts'

/** Whether an expression can begin here. */
export function startsValue({ cursor, bareProperties }: Rules): boolean {
  const char = cursor.peek()
  if (/^[$('"@{[\d!+.]$/.test(char) || isDash(char)) return true
  return isSingleQuote(char) || isDoubleQuote(char) || (bareProperties && startsName(char))
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

/** Longest chain of operators or properties; each makes the tree one level deeper. */
export const maximumChain = 200

/** Fails for a chain that is longer. */
export function tooLong({ cursor }: Rules): never {
  return cursor.fail('ScriptTooComplicated', 'The expression is too long; split it up.')
}
