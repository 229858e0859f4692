import { isDash } from './characters.ts'
import type { Rules } from './rules.ts'
import type { Assignment, AssignmentOperator, Expression, Place, Statement } from './syntax.ts'

/** `= …`, `+= …`, `++` or `--` behind what it is for; undefined when none of them stands here. */
export function assignmentTo(rules: Rules, target: Expression): Assignment | undefined {
  const { cursor } = rules
  const before = cursor.at
  cursor.skipBlanks()
  const step = takeStep(rules)
  if (step !== undefined) {
    checkTarget(rules, target, step.place)
    return { ...stepOf(target, step), gives: 'old', ...cursor.placeFrom(target.start) }
  }
  const start = cursor.at
  const sign = /^(?:[-\u2013\u2014\u2015+*/%]?)=/.exec(cursor.text.slice(start, start + 2))?.[0]
  if (sign === undefined) {
    cursor.at = before
    return undefined
  }
  cursor.at += sign.length
  if (sign === '=' && cursor.peek() === '=') notComparison(rules, start)
  const operator = sign === '=' ? undefined : operatorOf(sign.charAt(0))
  checkTarget(rules, target, cursor.placeFrom(start), operator)
  return { ...assigned(rules, sign), target, operator, ...cursor.placeFrom(target.start) }
}

/** `++$count` at the beginning of a statement. */
export function prefixStep(rules: Rules): Assignment | undefined {
  const { cursor } = rules
  const start = cursor.at
  if (cursor.peek(2) !== '$') return undefined
  const step = takeStep(rules)
  if (step === undefined) return undefined
  const target = rules.unary()
  checkTarget(rules, target, step.place)
  return { ...stepOf(target, step), gives: 'new', ...cursor.placeFrom(start) }
}

function assigned(rules: Rules, sign: string) {
  const { cursor } = rules
  cursor.skipLines()
  if (cursor.atEnd || /^[;|)}]$/.test(cursor.peek())) {
    cursor.failUnlessMore(
      'ExpectedValueExpression',
      `You must provide a value expression following the '${sign}' operator.`,
    )
  }
  const value = cursor.nested(() => rules.statement())
  return { kind: 'assignment', value, gives: 'new' } as const
}

interface Step {
  readonly operator: '+' | '-'
  readonly place: Place
}

function takeStep({ cursor }: Rules): Step | undefined {
  const start = cursor.at
  const sign = cursor.peek()
  if (cursor.peek(1) !== sign || (sign !== '+' && !isDash(sign))) return undefined
  cursor.at += 2
  return { operator: sign === '+' ? '+' : '-', place: cursor.placeFrom(start) }
}

function stepOf(target: Expression, { operator, place }: Step) {
  const one: Expression = { kind: 'number', value: 1, text: '1', ...place }
  const elements = [{ kind: 'expression', value: one, ...place }] as const
  const value: Statement = { kind: 'pipeline', elements, redirection: undefined, ...place }
  return { kind: 'assignment', target, operator, value } as const
}

function operatorOf(sign: string): AssignmentOperator {
  return sign === '+' || sign === '*' || sign === '/' || sign === '%' ? sign : '-'
}

function checkTarget(
  rules: Rules,
  target: Expression,
  place: Place,
  operator?: AssignmentOperator,
): void {
  if (isTarget(target) && !(target.kind === 'list' && operator !== undefined)) return
  rules.cursor.fail(
    'InvalidLeftHandSide',
    'The assignment expression is not valid. What is assigned to must be a variable, a property or an element.',
    place,
  )
}

function isTarget(target: Expression): boolean {
  switch (target.kind) {
    case 'variable':
    case 'member':
    case 'index':
      return true
    case 'list':
      return target.items.every(isTarget)
    case 'cast':
      return isTarget(target.operand)
    default:
      return false
  }
}

function notComparison({ cursor }: Rules, start: number): never {
  return cursor.fail('UnexpectedToken', "Unexpected token '=='. Did you mean -eq?", {
    start,
    end: start + 2,
  })
}
