import type { Colours } from '../format/colour.ts'
import type { Clock } from '../../base/clock.ts'
import type { Awaitable } from '../../base/awaitable.ts'
import { textOf } from '../values/text-of.ts'
import type { ScriptBlock, Value } from '../values/value.ts'
import type { ParameterType } from './parameter-type.ts'
import { anyValue } from './parameter-types.ts'
import type { Session } from './session.ts'
import type { ShellError } from './shell-error.ts'

/** What a cmdlet says of one of its parameters besides its type. */
export interface ParameterOptions {
  /** One or two sentences for Get-Help. */
  readonly help: string
  readonly required?: boolean
  /** Place among the arguments that stand without a name, counted from 0. */
  readonly position?: number
  /** Taken from the pipeline: the object itself, its property of this name, or either. */
  readonly pipeline?: 'value' | 'property' | 'both'
  readonly aliases?: readonly string[]
  /** What holds without it, for Get-Help. */
  readonly defaultText?: string
  /** Whether `*` and `?` stand for other letters. */
  readonly wildcards?: boolean
  /**
   * Set when the relay has no such behaviour: why, or what to use instead. Giving it is an error, except
   * with a value that asks for nothing: `$null`, `$false`, an empty text or list, or an `isIdle` one.
   */
  readonly refused?: string
  /** Whether a refused parameter has such a value in Exchange where nobody set it; `$true` is told to have no effect. */
  readonly isIdle?: (given: string) => boolean
  /** What to warn of about a value that is taken and of which a part has no effect. */
  readonly remark?: (given: string) => string | undefined
}

/** A parameter of a cmdlet. */
export interface Parameter<T> extends ParameterOptions {
  readonly type: ParameterType<T>
}

/** A parameter whose argument becomes a `T`. */
export function parameter<T, const Options extends ParameterOptions>(
  type: ParameterType<T>,
  options: Options,
): Parameter<T> & Options {
  return { type, ...options }
}

/** A parameter of Exchange that the relay does not honour; it is known, and refused by saying why. */
export function refused(why: string, isIdle?: (given: string) => boolean): Parameter<never> {
  const type: ParameterType<never> = { ...anyValue, convert: () => ({ problem: why }) }
  return { type, help: `Not available: ${why}`, refused: why, ...(isIdle && { isIdle }) }
}

/** What a value asks for that is given for a refused parameter. */
export function askedOf(
  { isIdle }: ParameterOptions,
  value: Value,
): 'nothing' | 'the usual' | 'more' {
  const given = textOf(value).trim()
  if (/^\$?(?:null|false|)$/i.test(given)) return 'nothing'
  if (isIdle?.(given) !== true) return 'more'
  return /^\$?true$/i.test(given) ? 'the usual' : 'nothing'
}

/** The parameters of a cmdlet by their names as written in help. */
export type ParameterTable = Readonly<Record<string, Parameter<unknown>>>

type TypeOf<P> = P extends Parameter<infer T> ? T : never

type RequiredNames<P extends ParameterTable> = {
  [Name in keyof P]: P[Name] extends { readonly required: true } ? Name : never
}[keyof P]

/** The arguments of one run: required ones are there, the others only when they were given. */
export type Given<P extends ParameterTable> = {
  readonly [Name in RequiredNames<P>]: TypeOf<P[Name]>
} & {
  readonly [Name in Exclude<keyof P, RequiredNames<P>>]?: TypeOf<P[Name]>
}

/** One run of a cmdlet. */
export interface Invocation<P extends ParameterTable = ParameterTable> {
  readonly given: Given<P>
  /** The objects of the pipeline, for a cmdlet with `input: 'whole'`; empty at its beginning. */
  readonly input: AsyncIterable<Value>
  /** Whether a pipeline leads here. */
  readonly piped: boolean
}

/** A question to the person at the keyboard. */
export interface Question {
  readonly label: string
  /** The answer must not be seen. */
  readonly secret: boolean
  /** One key is the answer, without Enter; it is not shown. */
  readonly key?: boolean
}

/** The commands of a shell, found by name or alias without regard to case. */
export interface KnownCmdlets {
  /** In the order of their names. */
  readonly all: readonly Cmdlet[]
  find(name: string): Cmdlet | undefined
  /** Why there is no command of a name that Exchange knows; undefined for any other word. */
  absent(name: string): string | undefined
  /** A sentence on a name that is none: why, or which one it most likely meant. */
  hint(name: string): string | undefined
}

/** What a cmdlet may use of the shell while it runs. */
export interface CmdletContext {
  /** Aborts when the command is to stop: Ctrl-C, or enough objects for Select-Object -First. */
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly session: Session
  readonly cmdlets: KnownCmdlets
  /** Columns of the terminal, or the width of text that does not go to one. */
  readonly width: number
  /** Lines of the terminal; Infinity where there is none. */
  readonly height: number
  /** Tells of an error and goes on, unless errors are to stop the command. */
  writeError(error: ShellError): void
  /** `WARNING: …` */
  writeWarning(text: string): void
  /** `VERBOSE: …`, when -Verbose is given. */
  writeVerbose(text: string): void
  /** Text straight to the screen, past the pipeline; in colours where there are any. */
  writeHost(text: string, colours?: Colours): void
  /** Empties the screen, where there is one. */
  clearScreen(): void
  /**
   * Must be asked before each change, with a sentence of what is about to be done (`Removing Send
   * connector "To Edge".`). False when it must not be done: -WhatIf, or the answer was no.
   */
  confirmChange(sentence: string): Promise<boolean>
  /** Asks at the terminal or reads a line of standard input; undefined when nobody can answer. */
  ask(question: Question): Promise<string | undefined>
  /**
   * The value of a script block's last expression with `$_` set; at once when it runs no command. Where it
   * chooses objects a variable that was never set is an error.
   */
  evaluate(
    block: ScriptBlock,
    item: Value,
    options?: { readonly choosesObjects: boolean },
  ): Awaitable<Value>
  /** Runs a script block with `$_` set and gives all that it puts out. */
  invoke(block: ScriptBlock, item: Value): AsyncIterable<Value>
}

/** A command line for Get-Help with what it does. */
export interface Example {
  readonly code: string
  readonly text: string
}

/** A command of the shell. */
export interface Cmdlet {
  /** Verb and noun: `Get-Queue`. */
  readonly name: string
  readonly aliases?: readonly string[]
  /** One sentence, for lists of commands. */
  readonly synopsis: string
  readonly description?: string
  readonly parameters: ParameterTable
  /** Properties of the objects that it puts out, for completion behind a pipe. */
  readonly outputs?: readonly string[]
  readonly examples: readonly Example[]
  /**
   * `each`: run once for every object of the pipeline, bound to the parameters that take it.
   * `whole`: run once, with the objects as `input`.
   */
  readonly input: 'each' | 'whole'
  /**
   * Set for cmdlets that change something: -WhatIf and -Confirm are theirs then, and `always` asks
   * unless -Confirm:$false is given.
   */
  readonly confirms?: 'on-request' | 'always'
  run(invocation: Invocation, context: CmdletContext): AsyncIterable<Value>
}

/** A cmdlet with the types of its parameters still known. */
export interface CmdletDefinition<P extends ParameterTable> extends Omit<
  Cmdlet,
  'parameters' | 'run' | 'input'
> {
  readonly parameters: P
  readonly input?: 'each' | 'whole'
  run(invocation: Invocation<P>, context: CmdletContext): AsyncIterable<Value>
}

/** Makes a cmdlet whose `run` sees its arguments with the types that its parameters declare. */
export function defineCmdlet<const P extends ParameterTable>(
  definition: CmdletDefinition<P>,
): Cmdlet {
  return {
    input: 'each',
    ...definition,
    // The binder has put into `given` what the parameters' own types made.
    run: (invocation, context) => definition.run(invocation as Invocation<P>, context),
  }
}
