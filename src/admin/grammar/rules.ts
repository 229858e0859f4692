import type { Cursor } from './cursor.ts'
import type { Control, Expression, Jump, Script, Statement } from './syntax.ts'

/** What ends a run of statements; the empty string is the end of the text. */
export type Closer = '' | ')' | '}'

/**
 * The rules that call one another in circles, as each part of the grammar sees them. `parse.ts`
 * joins the parts.
 */
export interface Rules {
  readonly cursor: Cursor
  /** In a filter a bare word is a property of the object at hand: `Status -eq 'Retry'`. */
  readonly bareProperties: boolean
  /** Statements up to and including `closer`. */
  readonly statements: (closer: Closer, opened: number) => Script
  readonly statement: () => Statement
  /** `if`, a loop, or what leaves one, when such a word stands here. */
  readonly control: () => Control | Jump | undefined
  /** How many loops stand around this place; a script block is outside of all of them. */
  loops: number
  readonly expression: () => Expression
  /** A value with the signs before it, and no operator behind it. */
  readonly unary: () => Expression
}
