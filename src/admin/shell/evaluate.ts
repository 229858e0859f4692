import type { Awaitable } from '../../base/awaitable.ts'
import type {
  Expression,
  ExpressionOf,
  Place,
  Script,
  Statement,
  TableEntry,
  UnaryOperator,
} from '../grammar/syntax.ts'
import { isTrue } from '../values/compare.ts'
import { memberOf } from '../values/member.ts'
import { BadCall } from '../values/method-items.ts'
import { callMember } from '../values/methods.ts'
import { textOf } from '../values/text-of.ts'
import { HashTable, ScriptBlock, type Value, isList, listOf } from '../values/value.ts'
import { castTo, staticMember } from './conversions.ts'
import { matchedGroups, numberOf, operate } from './operations.ts'
import type { Session } from './session.ts'
import { ShellError, asShellError } from './shell-error.ts'
import { joinedText, splitAtBlanks } from './text-operations.ts'

/** What an expression can see. */
export interface Scope {
  readonly session: Session
  /** `$_` */
  readonly item: Value
  readonly now: () => Date
  /** The text to which the places of the nodes belong. */
  readonly source: string
  /** Whether a variable that was never set is an error, and not null. */
  readonly strict?: boolean
}

/**
 * The work on an expression. It stops at each statement that must be run, and goes on with what that
 * put out; without one it is done at once, which a condition tried on a million objects relies on.
 */
export type Evaluation<T> = Generator<Statement, T, readonly Value[]>

/** Drives an evaluation to its end; a promise only when a statement must be run. */
export function settle<T>(
  evaluation: Evaluation<T>,
  run: (statement: Statement) => Promise<readonly Value[]>,
): Awaitable<T> {
  const step = evaluation.next()
  return step.done === true ? step.value : settleLater(evaluation, step.value, run)
}

async function settleLater<T>(
  evaluation: Evaluation<T>,
  first: Statement,
  run: (statement: Statement) => Promise<readonly Value[]>,
): Promise<T> {
  for (let statement = first; ;) {
    const step = evaluation.next(await run(statement))
    if (step.done === true) return step.value
    statement = step.value
  }
}

/** Works out an expression. Throws ShellError with the place of what cannot be. */
export function* evaluate(node: Expression, scope: Scope): Evaluation<Value> {
  switch (node.kind) {
    case 'text':
    case 'number':
      return node.value
    case 'expandable':
      return yield* expanded(node, scope)
    case 'variable':
      return variable(node, scope)
    case 'list':
      return yield* each(node.items, scope)
    case 'array':
      return yield* scriptValues(node.body, scope)
    case 'sub':
      return unlisted(yield* scriptValues(node.body, scope))
    case 'group':
      return yield* groupValue(node.body, scope)
    case 'table':
      return yield* table(node.entries, scope)
    case 'block':
      return new ScriptBlock(node.body, { source: node.source, origin: scope.source })
    default:
      return yield* evaluateCompound(node, scope)
  }
}

type Compound = ExpressionOf<
  'member' | 'call' | 'index' | 'type' | 'static' | 'cast' | 'unary' | 'binary'
>

function* evaluateCompound(node: Compound, scope: Scope): Evaluation<Value> {
  switch (node.kind) {
    case 'member':
      return memberOf(yield* evaluate(node.target, scope), node.name)
    case 'call': {
      const target = yield* evaluate(node.target, scope)
      const items = yield* each(node.items, scope)
      return placed(node, () => callMember(target, node.name, items))
    }
    case 'index': {
      const target = yield* evaluate(node.target, scope)
      return indexed(target, yield* evaluate(node.index, scope), node)
    }
    case 'static': {
      const items = yield* each(node.items ?? [], scope)
      const call = { items, now: scope.now() }
      return placed(node, () => staticMember(node.type, node.name, call))
    }
    case 'cast': {
      const value = yield* evaluate(node.operand, scope)
      return placed(node, () => castTo(node.type, value, scope.now()))
    }
    case 'type':
      return node.name
    case 'unary': {
      const value = yield* evaluate(node.operand, scope)
      return placed(node, () => unary(node.operator, value))
    }
    case 'binary':
      return yield* binary(node, scope)
  }
}

function unary(operator: UnaryOperator, value: Value): Value {
  switch (operator) {
    case 'not':
      return !isTrue(value)
    case 'split':
      return splitAtBlanks(value)
    case 'join':
      return joinedText(value, '')
    case '-':
    case '+':
      return numberOf(value) * (operator === '-' ? -1 : 1)
  }
}

function* binary(node: ExpressionOf<'binary'>, scope: Scope): Evaluation<Value> {
  const { operator, caseSensitive } = node
  const left = yield* evaluate(node.left, scope)
  if (operator === 'and' || operator === 'or') {
    if (isTrue(left) === (operator === 'or')) return operator === 'or'
    return isTrue(yield* evaluate(node.right, scope))
  }
  const right = yield* evaluate(node.right, scope)
  return placed(node, () => {
    const operands = { left, right, caseSensitive }
    const result = operate(operator, operands)
    const groups = operator === 'match' && result === true ? matchedGroups(operands) : undefined
    if (groups !== undefined) scope.session.setVariable('matches', groups)
    return result
  })
}

function* each(nodes: readonly Expression[], scope: Scope): Evaluation<Value[]> {
  const values: Value[] = []
  for (const node of nodes) values.push(yield* evaluate(node, scope))
  return values
}

function* expanded(node: ExpressionOf<'expandable'>, scope: Scope): Evaluation<string> {
  let result = ''
  for (const part of node.parts) {
    result += typeof part === 'string' ? part : textOf(yield* evaluate(part, scope))
  }
  return result
}

function variable(node: ExpressionOf<'variable'>, scope: Scope): Value {
  const { session, item, strict = false } = scope
  if (/^(_|psitem)$/i.test(node.name)) return item
  if (strict && !session.has(node.name)) neverSet(node)
  if (!node.name.includes(':')) return session.variable(node.name)
  throw new ShellError(
    `$${node.name} cannot be read: this shell has variables of its own only, no drives such as env:.`,
    { id: 'DriveNotFound', category: 'ObjectNotFound', target: node.name, place: node },
  )
}

/** PowerShell's words in strict mode. */
function neverSet({ name, start, end }: ExpressionOf<'variable'>): never {
  throw new ShellError(`The variable '$${name}' cannot be retrieved because it has not been set.`, {
    id: 'VariableIsUndefined',
    category: 'InvalidOperation',
    target: name,
    place: { start, end },
  })
}

function* table(entries: readonly TableEntry[], scope: Scope): Evaluation<HashTable> {
  const pairs: [string, Value][] = []
  for (const { key, value } of entries) {
    const name = textOf(yield* evaluate(key, scope))
    pairs.push([name, yield* groupValue(value, scope)])
  }
  return new HashTable(pairs)
}

/** The value of a statement in brackets: nothing is null, one is itself, more are a list. */
export function* groupValue(statement: Statement, scope: Scope): Evaluation<Value> {
  const expression = expressionOf(statement)
  if (expression !== undefined) return yield* evaluate(expression, scope)
  if (statement.kind !== 'assignment') return unlisted(yield statement)
  const { target, gives } = statement
  const before = gives === 'old' ? yield* evaluate(target, scope) : null
  yield statement
  return gives === 'old' ? before : yield* evaluate(target, scope)
}

/** The expression that a statement consists of, when it is no more than one. */
function expressionOf(statement: Statement): Expression | undefined {
  if (statement.kind !== 'pipeline' || statement.redirection !== undefined) return undefined
  const [first, second] = statement.elements
  return first?.kind === 'expression' && second === undefined ? first.value : undefined
}

/** All that the statements of a script put out. */
export function* scriptValues(script: Script, scope: Scope): Evaluation<Value[]> {
  const values: Value[] = []
  for (const statement of script.statements) {
    const expression = expressionOf(statement)
    const more =
      expression === undefined ? yield statement : listOf(yield* evaluate(expression, scope))
    for (const value of more) values.push(value)
  }
  return values
}

/** What a command put out, as one value. */
export const unlisted = (values: readonly Value[]): Value =>
  values.length > 1 ? values : (values[0] ?? null)

function indexed(target: Value, index: Value, place: Place): Value {
  if (target instanceof HashTable) return target.get(textOf(index)) ?? null
  if (isList(index)) return index.map((one) => indexed(target, one, place))
  const at = placed(place, () => numberOf(index))
  if (isList(target)) return target.at(at) ?? null
  if (target instanceof Uint8Array) return target.at(at) ?? null
  if (typeof target === 'string') return target.at(at) ?? null
  if (target !== null) return at === 0 || at === -1 ? target : null
  throw new ShellError('Cannot index into a null array.', {
    id: 'NullArray',
    category: 'InvalidOperation',
    place,
  })
}

/** Runs `work`; its error is told at `place` unless it knows a closer one. */
export function placed<T>(place: Place, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof ShellError && error.place !== undefined) throw error
    const told =
      error instanceof BadCall
        ? new ShellError(error.message, { id: 'MethodNotFound', category: 'InvalidOperation' })
        : asShellError(error)
    const { message, id, category, reason, target, targetType } = told
    const { start, end } = place
    throw new ShellError(message, {
      ...{ id, category, reason, target, targetType },
      place: { start, end },
      cause: error,
    })
  }
}
