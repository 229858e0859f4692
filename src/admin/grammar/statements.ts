import { isLineEnd } from './characters.ts'
import { command, singleArgument } from './commands.ts'
import { startsValue, unexpected } from './expected.ts'
import type { Closer, Rules } from './rules.ts'
import type {
  Assignment,
  CommandCall,
  ExpressionCall,
  Pipeline,
  Redirection,
  Script,
  Statement,
} from './syntax.ts'

/** Words that begin a statement in PowerShell's full language. */
const keywords =
  /^(if|elseif|else|for|while|do|until|switch|function|filter|param|return|try|catch|finally|throw|trap|break|continue|class|begin|process|end|using|data|foreach(?=\s*\())(?![\w-])/i

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
    found.push(rules.statement())
    cursor.skipBlanks()
    if (!endsStatement(rules, closer)) unexpected(rules)
  }
}

function endsStatement({ cursor }: Rules, closer: Closer): boolean {
  const char = cursor.peek()
  return cursor.atEnd || char === ';' || char === closer || isLineEnd(char)
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

/** An assignment or a pipeline. */
export function statement(rules: Rules): Statement {
  return assignment(rules) ?? pipeline(rules)
}

function assignment(rules: Rules): Assignment | undefined {
  const { cursor } = rules
  const start = cursor.at
  const head =
    /^\$(?:(?:global|script|local|variable):)?([\p{L}\p{Nd}_]+)[^\S\r\n]*(\+?)=(?!=)/iu.exec(
      cursor.text.slice(start, start + 300),
    )
  if (head === null) return undefined
  cursor.at += head[0].length
  cursor.skipLines()
  if (cursor.atEnd || /^[;|)}]$/.test(cursor.peek())) {
    cursor.failUnlessMore(
      'ExpectedValueExpression',
      `You must provide a value expression following the '${head[2] ?? ''}=' operator.`,
    )
  }
  const value = cursor.nested(() => rules.statement())
  const [, name = '', add] = head
  return { kind: 'assignment', name, add: add === '+', value, ...cursor.placeFrom(start) }
}

function pipeline(rules: Rules): Pipeline {
  const { cursor } = rules
  const start = cursor.at
  const elements: (CommandCall | ExpressionCall)[] = [element(rules, true)]
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
  if (!startsValue(rules)) {
    if (first) refuseKeyword(rules)
    return cursor.nested(() => command(rules))
  }
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

function refuseKeyword({ cursor }: Rules): void {
  const { at } = cursor
  const word = keywords.exec(cursor.text.slice(at, at + 80))?.[0]
  if (word === undefined) return
  cursor.fail(
    'KeywordNotAvailable',
    `'${word}' is not part of this shell, which runs pipelines only. Where-Object chooses objects, and ForEach-Object does something for each.`,
    { start: at, end: at + word.length },
  )
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
