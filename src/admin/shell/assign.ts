import type { Assignment, Expression, ExpressionOf } from '../grammar/syntax.ts'
import { textOf } from '../values/text-of.ts'
import { HashTable, isList, listOf, ShellObject, type Value } from '../values/value.ts'
import { castTo } from './conversions.ts'
import { type Evaluation, type Scope, evaluate, groupValue, placed } from './evaluate.ts'
import { numberOf, operate } from './operations.ts'
import { isConstant } from './session.ts'
import { ShellError } from './shell-error.ts'

/** Carries an assignment out. Throws ShellError for what cannot be assigned to. */
export function* assign({ target, operator, value }: Assignment, scope: Scope): Evaluation<void> {
  const given = yield* groupValue(value, scope)
  if (operator === undefined) {
    yield* put(target, given, scope)
    return
  }
  const left = yield* evaluate(target, scope)
  const result = placed(target, () =>
    operate(operator, { left, right: given, caseSensitive: false }),
  )
  yield* put(target, result, scope)
}

function* put(target: Expression, value: Value, scope: Scope): Evaluation<void> {
  switch (target.kind) {
    case 'variable':
      putVariable(target, value, scope)
      return
    case 'member':
      putProperty(target, yield* evaluate(target.target, scope), value)
      return
    case 'index':
      yield* putElement(target, value, scope)
      return
    case 'cast':
      yield* put(
        target.operand,
        placed(target, () => castTo(target.type, value, scope.now())),
        scope,
      )
      return
    case 'list':
      yield* putEach(target.items, value, scope)
      return
    default:
      throw new ShellError('The assignment expression is not valid: a copy would be changed.', {
        ...{ id: 'InvalidLeftHandSide', category: 'InvalidOperation', place: target },
      })
  }
}

function putVariable(target: ExpressionOf<'variable'>, value: Value, { session }: Scope): void {
  const { name } = target
  // `$null = command` runs it and throws away what it gives.
  if (name.toLowerCase() === 'null') return
  if (isConstant(name) || name.includes(':')) {
    throw new ShellError(`Cannot overwrite variable ${name} because it is read-only or constant.`, {
      ...{ id: 'VariableNotWritable', category: 'WriteError', target: name, place: target },
    })
  }
  session.setVariable(name, value)
}

function putProperty(target: ExpressionOf<'member'>, object: Value, value: Value): void {
  if (object instanceof HashTable) object.set(target.name, value)
  else if (!(object instanceof ShellObject) || !object.set(target.name, value)) {
    throw new ShellError(
      `The property '${target.name}' cannot be found on this object. Verify that the property exists and can be set.`,
      { id: 'PropertyNotFound', category: 'InvalidOperation', place: target },
    )
  }
}

/** An element of a list is put into a copy of the list, which takes the place of the list. */
function* putElement(target: ExpressionOf<'index'>, value: Value, scope: Scope): Evaluation<void> {
  const container = yield* evaluate(target.target, scope)
  const index = yield* evaluate(target.index, scope)
  if (container instanceof HashTable) {
    container.set(textOf(index), value)
    return
  }
  if (!isList(container)) {
    throw new ShellError('Unable to index into an object of this kind.', {
      ...{ id: 'CannotIndex', category: 'InvalidOperation', place: target },
    })
  }
  const wanted = placed(target, () => numberOf(index))
  const at = wanted < 0 ? container.length + wanted : wanted
  if (!Number.isInteger(at) || at < 0 || at >= container.length) {
    throw new ShellError('Index was outside the bounds of the array.', {
      ...{ id: 'IndexOutOfRange', category: 'InvalidOperation', place: target },
    })
  }
  yield* put(target.target, container.with(at, value), scope)
}

/** The last one takes all that is left. */
function* putEach(targets: readonly Expression[], value: Value, scope: Scope): Evaluation<void> {
  const values = listOf(value)
  for (const [at, target] of targets.entries()) {
    const rest = values.slice(at)
    const last = at === targets.length - 1 && rest.length > 1
    yield* put(target, last ? rest : (rest[0] ?? null), scope)
  }
}
