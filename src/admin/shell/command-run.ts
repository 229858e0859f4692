import { setImmediate as nextTurn } from 'node:timers/promises'
import { coloured, painted } from '../format/colour.ts'
import { folded } from '../format/text-width.ts'
import type { CommandCall } from '../grammar/syntax.ts'
import { listOf, type ScriptBlock, ShellObject, type Value } from '../values/value.ts'
import { textOf } from '../values/text-of.ts'
import { type Bindings, bindItem, converted, failMissing, missingParameters } from './bind.ts'
import { ChangeGate } from './change-gate.ts'
import {
  type Cmdlet,
  type CmdletContext,
  type Invocation,
  type Question,
  askedOf,
} from './cmdlet.ts'
import type { ErrorAction } from './common-parameters.ts'
import { errorActions, forceParameter } from './common-parameters.ts'
import type { ErrorOrigin } from './error-text.ts'
import { runBlock } from './control-flow.ts'
import { type Scope, evaluate, scriptValues, settle, unlisted } from './evaluate.ts'
import { askMissing } from './missing-parameters.ts'
import { type MatchedWord, matchWords, refuseUnavailable } from './match-words.ts'
import { LineEnded, type Runtime, StatementEnded, collected } from './runtime.ts'
import { ShellError, Stopped, asShellError } from './shell-error.ts'
import { splatted } from './splat.ts'

/** How many values a command puts out before the event loop gets a turn. */
const valuesPerTurn = 500

/** A command at its place in a pipeline. */
export interface CommandPlace {
  readonly cmdlet: Cmdlet
  readonly call: CommandCall
  readonly scope: Scope
  /** What the command before puts out; undefined at the beginning of the pipeline. */
  readonly upstream: AsyncIterable<Value> | undefined
  /** From 1, for prompts. */
  readonly position: number
}

/** One run of one command: its arguments, its dealings with the screen, and what it puts out. */
export class CommandRun {
  readonly #at: CommandPlace
  readonly #runtime: Runtime
  readonly #errors: Value[] = []
  #bound: Bindings = new Map()

  constructor(at: CommandPlace, runtime: Runtime) {
    this.#at = at
    this.#runtime = runtime
  }

  /** Binds the arguments, runs the command, and gives its output as it comes. */
  async *values(): AsyncGenerator<Value, undefined> {
    const output: Value[] = []
    const outVariable = () => this.#common('OutVariable')
    try {
      this.#bound = await this.#boundOrTold()
      let count = 0
      for await (const value of this.#run()) {
        // Without a turn of the event loop now and then a busy pipeline would not hear Ctrl-C.
        if (++count % valuesPerTurn === 0) await nextTurn()
        if (this.#runtime.signal.aborted) throw new Stopped()
        if (outVariable() !== undefined) output.push(value)
        yield value
      }
    } finally {
      this.#keep(outVariable(), output)
      this.#keep(this.#common('ErrorVariable'), this.#errors)
    }
    return undefined
  }

  async *#run(): AsyncGenerator<Value> {
    const { cmdlet, upstream } = this.#at
    const context = this.#context()
    if (cmdlet.input === 'whole' || upstream === undefined) {
      const input = upstream ?? emptyInput()
      yield* this.#guarded(this.#bound, { input, piped: upstream !== undefined, context })
      return
    }
    for await (const item of upstream) {
      if (this.#runtime.signal.aborted) throw new Stopped()
      try {
        const now = this.#at.scope.now()
        const bound = bindItem(cmdlet, this.#bound, item, now)
        yield* this.#guarded(bound, { input: emptyInput(), piped: true, context })
      } catch (error) {
        if (!(error instanceof ShellError)) throw error
        this.#report(error)
      }
    }
  }

  /** Runs the command once; an error ends this run and is told, unless it is to stop the line. */
  async *#guarded(
    bound: Bindings,
    { input, piped, context }: Omit<Invocation, 'given'> & { readonly context: CmdletContext },
  ): AsyncGenerator<Value> {
    const given = Object.fromEntries(bound)
    try {
      yield* this.#at.cmdlet.run({ given, input, piped }, context)
    } catch (error) {
      if (isEnd(error)) throw error
      if (this.#runtime.signal.aborted) throw new Stopped()
      this.#report(asShellError(error))
    }
  }

  /** What is wrong with the command's words ends the statement, whatever -ErrorAction says. */
  async #boundOrTold(): Promise<Bindings> {
    try {
      return await this.#bind()
    } catch (error) {
      if (!(error instanceof ShellError)) throw error
      this.#runtime.tell(error, this.#origin())
      throw new StatementEnded()
    }
  }

  #origin(): ErrorOrigin {
    const { call, scope, cmdlet } = this.#at
    const { start, end } = call
    return { source: scope.source, place: { start, end }, command: cmdlet.name }
  }

  async #bind(): Promise<Bindings> {
    const { cmdlet, call, upstream } = this.#at
    const bound = new Map<string, unknown>()
    for (const word of matchWords(cmdlet, splatted(call, this.#runtime.session)))
      await this.#bindWord(word, bound)
    const missing = missingParameters(cmdlet, bound, upstream !== undefined)
    if (missing.length === 0) return bound
    if (!this.#runtime.host.interactive) failMissing(missing)
    const ask = (question: Question) => this.#ask(question)
    return await askMissing({ ...this.#at, bound, missing, ask })
  }

  async #bindWord(word: MatchedWord, bound: Map<string, unknown>): Promise<void> {
    const { name, parameter, expression } = word
    if (expression === undefined) {
      bound.set(name, true)
      return
    }
    const { scope } = this.#at
    const seen = parameter.type.choosesObjects === true ? { ...scope, strict: true } : scope
    const value = await settle(evaluate(expression, seen), (statement) =>
      collected(this.#runtime.statement(statement, scope)),
    )
    const text = expression.kind === 'number' ? expression.text : undefined
    const place = { start: expression.start, end: expression.end }
    if (parameter.refused !== undefined) {
      const asked = askedOf(parameter, text ?? value)
      if (asked === 'more') refuseUnavailable(word, place)
      if (asked === 'the usual') this.#warn(`-${name} has no effect: ${parameter.refused}`)
      return
    }
    bound.set(name, converted({ name, parameter, value, text, place, now: scope.now() }))
    const remark = parameter.remark?.(text ?? listOf(value).map(textOf).join(','))
    if (remark !== undefined) this.#warn(`-${name}: ${remark}.`)
  }

  #context(): CmdletContext {
    const { session, cmdlets, clock, signal, host } = this.#runtime
    const gate = this.#gate()
    return {
      ...{ session, cmdlets, clock, signal },
      get width() {
        return host.width
      },
      get height() {
        return host.height
      },
      writeError: (error) => this.#report(error),
      writeWarning: (text) => this.#warn(text),
      writeVerbose: (text) => this.#verbose(text),
      writeHost: (text, colours = {}) => {
        this.#runtime.flush()
        host.output(host.colour ? painted(text, colours) : text)
      },
      clearScreen: () => {
        this.#runtime.flush()
        host.clear()
      },
      confirmChange: (sentence) => gate.allows(sentence),
      ask: (question) => this.#ask(question),
      evaluate: (block, item, options) =>
        this.#evaluate(block, this.#blockScope(block, item, options?.choosesObjects)),
      invoke: (block, item) => this.#invoke(block, item),
    }
  }

  #gate(): ChangeGate {
    const { host } = this.#runtime
    const confirm = this.#common('Confirm')
    const asksByItself = this.#at.cmdlet.confirms === 'always' && !this.#isForced()
    return new ChangeGate({
      whatIf: this.#common('WhatIf') === true,
      asks: confirm === undefined ? asksByItself : confirm === true,
      say: (text) => {
        this.#runtime.flush()
        host.output(text)
      },
      verbose: (text) => this.#verbose(text),
      ask: (question) => this.#ask(question),
    })
  }

  #evaluate(block: ScriptBlock, scope: Scope) {
    const values = settle(scriptValues(block.body, scope), (statement) =>
      collected(this.#runtime.statement(statement, scope)),
    )
    return values instanceof Promise ? values.then(unlisted) : unlisted(values)
  }

  #invoke(block: ScriptBlock, item: Value): AsyncIterable<Value> {
    return runBlock(block.body, this.#blockScope(block, item), this.#runtime)
  }

  #blockScope(block: ScriptBlock, item: Value, strict = false): Scope {
    return { ...this.#at.scope, item, source: block.origin, strict }
  }

  async #ask(question: Question): Promise<string | undefined> {
    this.#runtime.flush()
    return await this.#runtime.host.ask(question)
  }

  #common(name: string): unknown {
    return this.#bound.get(name)
  }

  #text(name: string): string | undefined {
    const value = this.#common(name)
    return typeof value === 'string' ? value : undefined
  }

  #verbose(text: string): void {
    if (this.#common('Verbose') === true) this.#notice(`VERBOSE: ${text}\n`, 'verbose')
  }

  /** Whether the -Force is given that silences; another one of the same name is the cmdlet's affair. */
  #isForced(): boolean {
    const { parameters } = this.#at.cmdlet
    return parameters['Force'] === forceParameter && this.#common('Force') === true
  }

  #warn(text: string): void {
    if (this.#isForced() && this.#common('WarningAction') === undefined) return
    const action = this.#action('WarningAction', 'WarningPreference')
    if (action === 'Continue' || action === 'Stop') this.#notice(`WARNING: ${text}\n`, 'warning')
    if (action === 'Stop') throw new LineEnded()
  }

  #notice(text: string, purpose: 'warning' | 'verbose'): void {
    const { host } = this.#runtime
    host.notice(coloured(folded(text, host.messageWidth), purpose, host.colour))
  }

  #report(error: ShellError): void {
    const action = this.#action('ErrorAction', 'ErrorActionPreference')
    if (action !== 'Ignore') this.#errors.push(errorObject(error, this.#at.cmdlet.name))
    if (action === 'Continue' || action === 'Stop') {
      this.#runtime.tell(error, this.#origin())
    }
    if (action === 'Stop') throw new LineEnded()
  }

  #action(name: string, preference: string): ErrorAction {
    const given = this.#text(name) ?? textOf(this.#runtime.session.variable(preference))
    const matches = (action: string) => action.toLowerCase() === given.toLowerCase()
    return errorActions.find(matches) ?? 'Continue'
  }

  #keep(variable: unknown, values: readonly Value[]): void {
    if (typeof variable !== 'string') return
    const { session } = this.#runtime
    const name = variable.replace(/^\+/, '')
    const before = variable.startsWith('+') ? listOf(session.variable(name)) : []
    session.setVariable(name, [...before, ...values])
  }
}

/** What ends more than this command, and has been told. */
const isEnd = (error: unknown) =>
  error instanceof Stopped || error instanceof LineEnded || error instanceof StatementEnded

/** An error as a value, for -ErrorVariable. */
function errorObject(error: ShellError, command: string): ShellObject {
  return new ShellObject({
    type: 'ErrorRecord',
    properties: {
      Message: error.message,
      FullyQualifiedErrorId: `${error.id},${command}`,
      Category: error.category,
      TargetObject: error.target,
    },
  })
}

// eslint-disable-next-line @typescript-eslint/require-await -- there is nothing to wait for
async function* emptyInput(): AsyncGenerator<Value> {
  yield* []
}
