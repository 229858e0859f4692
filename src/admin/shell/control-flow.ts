import { setImmediate as nextTurn } from 'node:timers/promises'
import type {
  ConditionLoop,
  Conditional,
  Control,
  ForEachLoop,
  Jump,
  Script,
  Statement,
} from '../grammar/syntax.ts'
import { isTrue } from '../values/compare.ts'
import { textOf } from '../values/text-of.ts'
import { type Value, listOf } from '../values/value.ts'
import { type Scope, groupValue, settle } from './evaluate.ts'
import { LineEnded, type Runtime, StatementEnded, collected } from './runtime.ts'
import { ShellError, Stopped } from './shell-error.ts'

/** How many rounds a loop makes before the event loop gets a turn. */
const roundsPerTurn = 200

/** `break` or `continue` on its way to its loop, which the parser has seen around it. */
export class LoopJump extends Error {
  override readonly name = 'LoopJump'
  readonly kind: Jump['kind']

  constructor(kind: Jump['kind']) {
    super(kind)
    this.kind = kind
  }
}

/** Runs `if` or a loop, and gives what its blocks put out. */
export function runControl(
  statement: Control,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  switch (statement.kind) {
    case 'if':
      return runConditional(statement, scope, runtime)
    case 'foreach':
      return runForEach(statement, scope, runtime)
    case 'loop':
      return runLoop(statement, scope, runtime)
  }
}

/** Runs statements one after the other: an error ends its statement only, unless errors are to stop the line. */
export async function* runBlock(
  { statements }: Script,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  for (const statement of statements) {
    if (runtime.session.exitCode !== undefined) return
    try {
      yield* runtime.statement(statement, scope)
    } catch (error) {
      const { start, end } = statement
      const origin = { source: scope.source, place: { start, end }, command: '' }
      if (error instanceof ShellError) runtime.tell(error, origin)
      else if (!(error instanceof StatementEnded)) throw error
      if (/^stop$/i.test(textOf(runtime.session.variable('ErrorActionPreference')))) {
        throw new LineEnded()
      }
    }
  }
}

const valueOf = (statement: Statement, scope: Scope, runtime: Runtime) =>
  settle(groupValue(statement, scope), (each) => collected(runtime.statement(each, scope)))

async function* runConditional(
  { branches, otherwise }: Conditional,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  for (const { condition, body } of branches) {
    if (!isTrue(await valueOf(condition, scope, runtime))) continue
    yield* runBlock(body, scope, runtime)
    return
  }
  if (otherwise !== undefined) yield* runBlock(otherwise, scope, runtime)
}

async function* runForEach(
  { variable, values, body }: ForEachLoop,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  const rounds = new Rounds(runtime)
  for (const value of listOf(await valueOf(values, scope, runtime))) {
    await rounds.next()
    runtime.session.setVariable(variable, value)
    if ((yield* runRound(body, scope, runtime)) === 'break') return
  }
}

async function* runLoop(
  { first, condition, negated, testsFirst, next, body }: ConditionLoop,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  const holds = async () =>
    condition === undefined || isTrue(await valueOf(condition, scope, runtime)) !== negated
  if (first !== undefined) await collected(runtime.statement(first, scope))
  const rounds = new Rounds(runtime)
  if (testsFirst && !(await holds())) return
  do {
    await rounds.next()
    if ((yield* runRound(body, scope, runtime)) === 'break') return
    if (next !== undefined) await collected(runtime.statement(next, scope))
  } while (await holds())
}

/** One round of a loop; tells when it is the last one. */
async function* runRound(
  body: Script,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value, 'break' | 'go on'> {
  try {
    yield* runBlock(body, scope, runtime)
  } catch (error) {
    if (!(error instanceof LoopJump)) throw error
    if (error.kind === 'break') return 'break'
  }
  return runtime.session.exitCode === undefined ? 'go on' : 'break'
}

/** Keeps a busy loop from hearing no Ctrl-C. */
class Rounds {
  readonly #runtime: Runtime
  #count = 0

  constructor(runtime: Runtime) {
    this.#runtime = runtime
  }

  async next(): Promise<void> {
    if (++this.#count % roundsPerTurn === 0) await nextTurn()
    if (this.#runtime.signal.aborted) throw new Stopped()
  }
}
