import { control } from './control.ts'
import { Cursor } from './cursor.ts'
import { unexpected } from './expected.ts'
import { expression, unary } from './expressions.ts'
import type { Rules } from './rules.ts'
import { statement, statements } from './statements.ts'
import type { Expression, Script } from './syntax.ts'
import { SyntaxFailure, type SyntaxProblem } from './syntax-error.ts'

/** What a text means, or what is wrong with it. */
export type Parsed<Tree> =
  | { readonly kind: 'parsed'; readonly tree: Tree }
  | { readonly kind: 'problem'; readonly problem: SyntaxProblem }

/** Reads a line or a file of the management shell. Never throws. */
export function parseScript(text: string): Parsed<Script> {
  return attempt(() => rulesFor(text, false).statements('', 0))
}

/**
 * Reads a filter as the recipients of `-Filter` take it: one comparison or several joined, with the
 * names of properties where a script block has `$_.Name`: `Status -eq 'Retry' -and MessageCount -gt 100`.
 */
export function parseFilter(text: string): Parsed<Expression> {
  return attempt(() => {
    const rules = rulesFor(text, true)
    rules.cursor.skipLines()
    const tree = rules.expression()
    rules.cursor.skipLines()
    if (!rules.cursor.atEnd) unexpected(rules)
    return tree
  })
}

function rulesFor(text: string, bareProperties: boolean): Rules {
  const rules: Rules = {
    cursor: new Cursor(text),
    bareProperties,
    statements: (closer, opened) => statements(rules, closer, opened),
    statement: () => statement(rules),
    control: () => control(rules),
    loops: 0,
    expression: () => expression(rules),
    unary: () => unary(rules),
  }
  return rules
}

function attempt<Tree>(parse: () => Tree): Parsed<Tree> {
  try {
    return { kind: 'parsed', tree: parse() }
  } catch (error) {
    if (error instanceof SyntaxFailure) return { kind: 'problem', problem: error.problem }
    throw error
  }
}
