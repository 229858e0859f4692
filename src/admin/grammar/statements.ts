import { isLineEnd } from './characters.ts'
import { assignmentTo, prefixStep } from './assignments.ts'
import { command, singleArgument } from './commands.ts'
import { startsValue, unexpected } from './expected.ts'
import type { Closer, Rules } from './rules.ts'
import type {
  CommandCall,
  ExpressionCall,
  Pipeline,
  Redirection,
  Script,
  Statement,
} from './syntax.ts'

/** Statements up to and including `closer`, which was opened at `opened`. */
export function statements(rules: Rules, closer: Closer, opened: number): Script {
  const { cursor } = rules
  const start = cursor.at
  const found: Statement[] = []
  for (;;) {
    do cursor.skipLines()
    while (cursor.take(';'))
    const end = cursor.at
    if (cursor.atEnd && closer === '') return { statements: found, start, end }
    if (closer !== '' && cursor.take(closer)) return { statements: found, start, end }
    if (cursor.atEnd) missingCloser(rules, closer, opened)
    const next = rules.statement()
    found.push(next)
    cursor.skipBlanks()
    // A closing brace ends a statement by itself.
    if (isControl(next)) refusePipe(rules, next)
    else if (!endsStatement(rules, closer)) unexpected(rules)
  }
}

function endsStatement({ cursor }: Rules, closer: Closer): boolean {
  const char = cursor.peek()
  return cursor.atEnd || char === ';' || char === closer || isLineEnd(char)
}

const isControl = ({ kind }: Statement) => kind === 'if' || kind === 'foreach' || kind === 'loop'

function refusePipe({ cursor }: Rules, { kind }: Statement): void {
  if (cursor.peek() !== '|') return
  const hint = kind === 'foreach' ? ', or use ForEach-Object' : ''
  cursor.fail(
    'EmptyPipeElement',
    `An empty pipe element is not allowed: what stands before it is a statement, not a command. Put it into $( … )${hint}.`,
  )
}

function missingCloser({ cursor }: Rules, closer: Closer, opened: number): never {
  const place = { start: opened, end: opened + 1 }
  if (closer === '}') {
    return cursor.failUnlessMore(
      'MissingEndCurlyBrace',
      "Missing closing '}' in statement block or type definition.",
      place,
    )
  }
  return cursor.failUnlessMore(
    'MissingEndParenthesisInExpression',
    "Missing closing ')' in expression.",
    place,
  )
}

/** An assignment, a pipeline, or a statement with blocks. */
export function statement(rules: Rules): Statement {
  const { cursor } = rules
  const found = rules.control() ?? prefixStep(rules)
  if (found !== undefined) return found
  const start = cursor.at
  const first = element(rules, true)
  const assignment = first.kind === 'expression' ? assignmentTo(rules, first.value) : undefined
  return assignment ?? pipeline(rules, first, start)
}

function pipeline(rules: Rules, first: CommandCall | ExpressionCall, start: number): Pipeline {
  const { cursor } = rules
  const elements = [first]
  for (;;) {
    const end = cursor.at
    cursor.skipBlanks()
    if (cursor.peek() === '|' && cursor.peek(1) === '|') unexpected(rules)
    if (!cursor.take('|')) {
      const redirection = redirect(rules)
      if (redirection === undefined) cursor.at = end
      return { kind: 'pipeline', elements, redirection, ...cursor.placeFrom(start) }
    }
    const pipe = cursor.placeFrom(cursor.at - 1)
    cursor.skipLines()
    if (cursor.atEnd || /^[;|)}]$/.test(cursor.peek())) emptyElement(rules, pipe)
    elements.push(element(rules, false))
  }
}

function emptyElement({ cursor }: Rules, place: { start: number; end: number }): never {
  return cursor.failUnlessMore('EmptyPipeElement', 'An empty pipe element is not allowed.', place)
}

function element(rules: Rules, first: boolean): CommandCall | ExpressionCall {
  const { cursor } = rules
  const start = cursor.at
  if (cursor.peek() === '|') emptyElement(rules, { start, end: start + 1 })
  if (!startsValue(rules)) return cursor.nested(() => command(rules))
  const value = rules.expression()
  if (!first) {
    cursor.fail(
      'ExpressionsMustBeFirstInPipeline',
      'Expressions are only allowed as the first element of a pipeline.',
      value,
    )
  }
  return { kind: 'expression', value, ...cursor.placeFrom(start) }
}

function redirect(rules: Rules): Redirection | undefined {
  const { cursor } = rules
  const start = cursor.at
  if (!cursor.take('>')) return undefined
  const append = cursor.take('>')
  cursor.skipBlanks()
  if (cursor.atEnd || /^[\r\n;|)}>&]$/.test(cursor.peek())) {
    cursor.failUnlessMore(
      'MissingFileSpecification',
      'Missing file specification after redirection operator.',
      { start, end: start + (append ? 2 : 1) },
    )
  }
  return { append, target: singleArgument(rules), ...cursor.placeFrom(start) }
}
