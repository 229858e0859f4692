import type { CommandCall, Pipeline, Statement } from '../grammar/syntax.ts'
import { listOf, type Value } from '../values/value.ts'
import type { Cmdlet } from './cmdlet.ts'
import { assign } from './assign.ts'
import { CommandRun } from './command-run.ts'
import { LoopJump, runControl } from './control-flow.ts'
import { type Scope, evaluate, settle } from './evaluate.ts'
import { type Runtime, StatementEnded, collected } from './runtime.ts'
import { ShellError } from './shell-error.ts'

/** Runs one statement and gives what it puts out, as it comes. */
export async function* runStatement(
  statement: Statement,
  scope: Scope,
  runtime: Runtime,
): AsyncGenerator<Value> {
  switch (statement.kind) {
    case 'pipeline':
      yield* runPipeline(statement, scope, runtime)
      return
    case 'assignment':
      await settle(assign(statement, scope), (inner) => collected(runtime.statement(inner, scope)))
      return
    case 'break':
    case 'continue':
      throw new LoopJump(statement.kind)
    default:
      yield* runControl(statement, scope, runtime)
  }
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
  const spelling = 'Check the spelling of the name and try again.'
  const hint = cmdlets.hint(call.name) ?? 'Get-Command lists the commands there are.'
  const advice = cmdlets.absent(call.name) === undefined ? `${spelling} ${hint}` : hint
  throw new ShellError(
    `The term '${call.name}' is not recognized as the name of a cmdlet. ${advice}`,
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
