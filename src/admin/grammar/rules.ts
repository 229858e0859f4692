import type { Cursor } from './cursor.ts'
import type { Expression, Script, Statement } from './syntax.ts'

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
  readonly expression: () => Expression
  /** A value with the signs before it, and no operator behind it. */
  readonly unary: () => Expression
}
