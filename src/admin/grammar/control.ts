import { continuesName, startsName } from './characters.ts'
import { startsValue, unexpected } from './expected.ts'
import type { Rules } from './rules.ts'
import type {
  Branch,
  ConditionLoop,
  Conditional,
  Control,
  ForEachLoop,
  Jump,
  Script,
  Statement,
} from './syntax.ts'

/** A word at the beginning of a statement that is no command's name. */
const keyword =
  /^(if|elseif|else|foreach(?=\s*\()|while|do|until|for|break|continue|switch|function|filter|param|return|try|catch|finally|throw|trap|class|enum|begin|process|end|using|data|workflow)(?![\w-])/i

/** What to use in place of a construct of the full language. */
const instead: Readonly<Record<string, string>> = {
  switch: 'Use if, elseif and else.',
  try: 'An error ends its statement only, -ErrorAction Stop ends the line, and -ErrorVariable keeps errors.',
  catch: '-ErrorVariable keeps the errors of a command.',
  throw: 'exit leaves with a code.',
  return: 'exit leaves with a code.',
}

/** `if`, a loop, or what leaves one, when such a word stands here; other keywords are refused by name. */
export function control(rules: Rules): Control | Jump | undefined {
  const { cursor } = rules
  const start = cursor.at
  const word = keyword.exec(cursor.text.slice(start, start + 80))?.[0]
  if (word === undefined) return undefined
  cursor.at += word.length
  switch (word.toLowerCase()) {
    case 'if':
      return conditional(rules, start)
    case 'foreach':
      return forEachLoop(rules, start)
    case 'while':
      return whileLoop(rules, start)
    case 'do':
      return doLoop(rules, start)
    case 'for':
      return forLoop(rules, start)
    case 'break':
      return jump(rules, start, 'break')
    case 'continue':
      return jump(rules, start, 'continue')
    default:
      return refuse(rules, start, word)
  }
}

function refuse({ cursor }: Rules, start: number, word: string): never {
  const place = cursor.placeFrom(start)
  const lower = word.toLowerCase()
  if (/^(else|elseif|until)$/.test(lower)) {
    const before = lower === 'until' ? "'do'" : "'if'"
    const message = `'${word}' stands behind the closing brace of ${before}, and there is none before it.`
    return cursor.fail('UnexpectedToken', message, place)
  }
  const hint = Object.hasOwn(instead, lower) ? ` ${instead[lower] ?? ''}` : ''
  const message = `'${word}' is not part of this shell, which has if, foreach, while, do and for.${hint}`
  return cursor.fail('KeywordNotAvailable', message, place)
}

function conditional(rules: Rules, start: number): Conditional {
  const { cursor } = rules
  const branches: Branch[] = [branch(rules, 'if')]
  for (;;) {
    const end = cursor.at
    cursor.skipLines()
    const word = /^(elseif|else)(?![\w-])/i.exec(cursor.text.slice(cursor.at, cursor.at + 8))?.[0]
    if (word === undefined) {
      cursor.at = end
      return { kind: 'if', branches, otherwise: undefined, ...cursor.placeFrom(start) }
    }
    cursor.at += word.length
    if (word.toLowerCase() === 'else') {
      const otherwise = body(rules, 'else')
      return { kind: 'if', branches, otherwise, ...cursor.placeFrom(start) }
    }
    branches.push(branch(rules, 'elseif'))
  }
}

function branch(rules: Rules, word: string): Branch {
  const condition = inBrackets(rules, word, () => rules.statement())
  return { condition, body: body(rules, word) }
}

function forEachLoop(rules: Rules, start: number): ForEachLoop {
  const { cursor } = rules
  const { variable, values } = inBrackets(rules, 'foreach', () => {
    const name = /^\$([\p{L}\p{Nd}_]+)/u.exec(cursor.text.slice(cursor.at, cursor.at + 200))
    if (name === null) {
      cursor.failUnlessMore(
        'MissingVariableNameAfterForeach',
        'Missing variable name after foreach.',
      )
    }
    cursor.at += name?.[0].length ?? 0
    cursor.skipLines()
    if (
      !/^in$/i.test(cursor.text.slice(cursor.at, cursor.at + 2)) ||
      continuesName(cursor.peek(2))
    ) {
      cursor.failUnlessMore('MissingInInForeach', "Missing 'in' after variable in foreach loop.")
    }
    cursor.at += 2
    cursor.skipLines()
    return { variable: name?.[1] ?? '', values: rules.statement() }
  })
  const inside = loopBody(rules, 'foreach')
  return { kind: 'foreach', variable, values, body: inside, ...cursor.placeFrom(start) }
}

function whileLoop(rules: Rules, start: number): ConditionLoop {
  const condition = inBrackets(rules, 'while', () => rules.statement())
  const inside = loopBody(rules, 'while')
  const loop = { ...plainLoop, condition, body: inside }
  return { ...loop, ...rules.cursor.placeFrom(start) }
}

function doLoop(rules: Rules, start: number): ConditionLoop {
  const { cursor } = rules
  const inside = loopBody(rules, 'do')
  cursor.skipLines()
  const word = /^(while|until)(?![\w-])/i.exec(cursor.text.slice(cursor.at, cursor.at + 6))?.[0]
  if (word === undefined) {
    const message = 'Missing while or until keyword in do loop.'
    return cursor.failUnlessMore('MissingWhileOrUntilInDoWhile', message)
  }
  cursor.at += word.length
  const condition = inBrackets(rules, word, () => rules.statement())
  const negated = word.toLowerCase() === 'until'
  const loop = { ...plainLoop, condition, negated, testsFirst: false, body: inside }
  return { ...loop, ...cursor.placeFrom(start) }
}

const plainLoop = {
  kind: 'loop',
  first: undefined,
  condition: undefined,
  next: undefined,
  negated: false,
  testsFirst: true,
} as const

function forLoop(rules: Rules, start: number): ConditionLoop {
  const { cursor } = rules
  const part = (closer: ';' | ')'): Statement | undefined => {
    cursor.skipLines()
    const found = cursor.peek() === closer ? undefined : rules.statement()
    cursor.skipLines()
    if (closer === ';' && !cursor.take(';')) {
      cursor.failUnlessMore('MissingSemicolonInFor', "Missing ';' in for statement.")
    }
    return found
  }
  const head = inBrackets(rules, 'for', () => {
    const first = part(';')
    const condition = part(';')
    return { first, condition, next: part(')') }
  })
  const loop = { ...plainLoop, ...head, body: loopBody(rules, 'for') }
  return { ...loop, ...cursor.placeFrom(start) }
}

function jump(rules: Rules, start: number, kind: Jump['kind']): Jump {
  const { cursor, loops } = rules
  const place = cursor.placeFrom(start)
  if (loops === 0) {
    const message = `'${kind}' is for loops: foreach ($x in …), while, do and for. In ForEach-Object use if.`
    cursor.fail('JumpOutsideLoop', message, place)
  }
  cursor.skipBlanks()
  if (startsValue(rules) || startsName(cursor.peek())) unexpected(rules)
  return { kind, ...place }
}

/** `( … )` behind a keyword. */
function inBrackets<T>(rules: Rules, word: string, parse: () => T): T {
  const { cursor } = rules
  cursor.skipLines()
  const start = cursor.at
  if (!cursor.take('(')) {
    const message = `Missing opening '(' after keyword '${word}'.`
    cursor.failUnlessMore('MissingOpenParenthesisAfterKeyword', message)
  }
  return cursor.nested(() => {
    cursor.skipLines()
    if (cursor.peek() === ')' && word !== 'for') {
      const message = `Missing condition in '${word}' statement.`
      cursor.fail('MissingConditionInStatement', message)
    }
    const parsed = parse()
    cursor.skipLines()
    if (!cursor.take(')')) {
      const message = `Missing closing ')' behind '${word}'.`
      const place = { start, end: start + 1 }
      cursor.failUnlessMore('MissingEndParenthesisAfterStatement', message, place)
    }
    return parsed
  })
}

function loopBody(rules: Rules, word: string): Script {
  rules.loops++
  const parsed = body(rules, word)
  rules.loops--
  return parsed
}

/** `{ … }` behind a keyword and its brackets. */
function body(rules: Rules, word: string): Script {
  const { cursor } = rules
  cursor.skipLines()
  const start = cursor.at
  if (!cursor.take('{')) {
    const message = `Missing statement block in braces behind '${word}'.`
    cursor.failUnlessMore('MissingStatementBlock', message)
  }
  return cursor.nested(() => rules.statements('}', start))
}
