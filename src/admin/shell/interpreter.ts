import type { Assignment, CommandCall, Pipeline, Statement } from '../grammar/syntax.ts'
import { listOf, type Value } from '../values/value.ts'
import type { Cmdlet } from './cmdlet.ts'
import { CommandRun, collected } from './command-run.ts'
import { type Scope, evaluate, groupValue, settle } from './evaluate.ts'
import { operate } from './operations.ts'
import { type Runtime, StatementEnded } from './runtime.ts'
import { isConstant } from './session.ts'
import { ShellError } from './shell-error.ts'

/** Runs one statement and gives what it puts out, as it comes. */
export async function* runStatement(
  statement: Statement,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  if (statement.kind === 'assignment') await assign(statement, scope, runtime)
  else yield* runPipeline(statement, scope, runtime)
}

async function assign(assignment: Assignment, scope: Scope, runtime: Runtime): Promise<void> {
  const { name, add } = assignment
  if (isConstant(name)) {
    throw new ShellError(`Cannot overwrite variable ${name} because it is read-only or constant.`, {
      id: 'VariableNotWritable',
      category: 'WriteError',
      target: name,
      place: assignment,
    })
  }
  const given = await settle(groupValue(assignment.value, scope), (statement) =>
    collected(runtime.statement(statement, scope)),
  )
  const before = runtime.session.variable(name)
  const value = add ? operate('+', { left: before, right: given, caseSensitive: false }) : given
  runtime.session.setVariable(name, value)
}

async function* runPipeline(
  pipeline: Pipeline,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  // Every command is looked up before the first one runs.
  const commands = pipeline.elements.map((element) =>
    element.kind === 'command' ? found(element, runtime) : undefined,
  )
  let stream: AsyncIterable<Value> | undefined
  for (const [at, element] of pipeline.elements.entries()) {
    const cmdlet = commands[at]
    if (element.kind === 'expression') stream = expressionValues(element.value, scope, runtime)
    else if (cmdlet !== undefined) {
      const place = { cmdlet, call: element, scope, upstream: stream, position: at + 1 }
      stream = new CommandRun(place, runtime).values()
    }
  }
  if (pipeline.redirection !== undefined) stream = redirected(pipeline, stream, { scope, runtime })
  if (stream !== undefined) yield* stream
}

function found(call: CommandCall, { cmdlets }: Runtime): Cmdlet {
  const cmdlet = cmdlets.find(call.name)
  if (cmdlet !== undefined) return cmdlet
  const close = cmdlets.nearest(call.name)
  const hint =
    close === undefined ? 'Get-Command lists the commands there are.' : `Did you mean ${close}?`
  throw new ShellError(
    `The term '${call.name}' is not recognized as the name of a cmdlet. Check the spelling of the name and try again. ${hint}`,
    {
      ...{ id: 'CommandNotFoundException', category: 'ObjectNotFound' },
      ...{ target: call.name, place: call.namePlace },
    },
  )
}

async function* expressionValues(
  expression: Parameters<typeof evaluate>[0],
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  const { start, end } = expression
  try {
    const value = await settle(evaluate(expression, scope), (statement) =>
      collected(runtime.statement(statement, scope)),
    )
    yield* listOf(value)
  } catch (error) {
    // Told here, lest it pass for an error of the command behind the pipe.
    if (!(error instanceof ShellError)) throw error
    runtime.tell(error, { source: scope.source, place: { start, end }, command: '' })
    throw new StatementEnded()
  }
}

/** `> file` is Out-File at the end of the pipeline, and `> $null` is Out-Null. */
function redirected(
  { redirection, start, end }: Pipeline,
  upstream: AsyncIterable<Value> | undefined,
  { scope, runtime }: { readonly scope: Scope; readonly runtime: Runtime },
): AsyncIterable<Value> | undefined {
  if (redirection === undefined) return upstream
  const { target, append } = redirection
  const toNull = target.kind === 'variable' && target.name.toLowerCase() === 'null'
  const name = toNull ? 'Out-Null' : 'Out-File'
  const place = { start: redirection.start, end: redirection.end }
  const argument = { kind: 'argument', value: target, ...place } as const
  const parameter = { kind: 'parameter', name: 'Append', value: undefined, ...place } as const
  const words = toNull ? [] : append ? [argument, parameter] : [argument]
  const call: CommandCall = { kind: 'command', name, namePlace: place, words, start, end }
  const at = { cmdlet: found(call, runtime), call, scope, upstream, position: 1 }
  return new CommandRun(at, runtime).values()
}
