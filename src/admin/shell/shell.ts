import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import { coloured } from '../format/colour.ts'
import { folded } from '../format/text-width.ts'
import { Renderer } from '../format/renderer.ts'
import { parseScript } from '../grammar/parse.ts'
import type { Script, Statement } from '../grammar/syntax.ts'
import type { Value } from '../values/value.ts'
import type { Cmdlet } from './cmdlet.ts'
import { CmdletTable } from './cmdlet-table.ts'
import { type Completion, type CompletionSource, completeLine } from './complete.ts'
import { type ErrorOrigin, errorText } from './error-text.ts'
import type { Scope } from './evaluate.ts'
import type { ShellHost } from './host.ts'
import { runStatement } from './interpreter.ts'
import type { LineOptions } from './line-options.ts'
import { objectNames } from './object-names.ts'
import type { ObjectNames } from './parameter-type.ts'
import { LineEnded, type Runtime, StatementEnded } from './runtime.ts'
import { Session } from './session.ts'
import { ShellError, Stopped, asShellError } from './shell-error.ts'

/** How long the first rows of a table wait for more, so that its columns fit. */
const tablePatience: Milliseconds = 300

/** How long the Tab key waits for the names of objects. */
const namesPatience: Milliseconds = second

/** What became of a line. */
export type LineResult =
  /** It needs more text: a bracket is open, a pipe ends it. Nothing was run. */
  | { readonly kind: 'incomplete' }
  /** It was run. */
  | { readonly kind: 'done'; readonly failed: boolean }
  /** It was stopped by its signal. */
  | { readonly kind: 'stopped' }

/** A management shell: commands, and what lasts between its lines. */
export class Shell {
  readonly session = new Session()
  readonly cmdlets: CmdletTable
  readonly #clock: Clock

  /** Throws when two commands share a name. */
  constructor(options: {
    readonly cmdlets: readonly Cmdlet[]
    /** Why there are no others that are known by their names. */
    readonly absent?: ReadonlyMap<string, string>
    readonly clock: Clock
  }) {
    this.cmdlets = new CmdletTable(options.cmdlets, options.absent)
    this.#clock = options.clock
  }

  /** Runs a line, or several, and writes what comes of it to the host. Never rejects for what a command does. */
  async runLine(text: string, options: LineOptions): Promise<LineResult> {
    const parsed = parseScript(text)
    if (parsed.kind === 'parsed')
      return await new LineRun(this, this.#clock, { text, ...options }).run(parsed.tree)
    const { problem } = parsed
    if (problem.incomplete && options.final !== true) return { kind: 'incomplete' }
    const { id, message, start, end } = problem
    const error = new ShellError(message, {
      ...{ id, category: 'ParserError' },
      reason: 'ParentContainsErrorRecordException',
    })
    const told = errorText(error, { source: text, place: { start, end }, command: '' })
    writeError(options.host, told)
    return { kind: 'done', failed: true }
  }

  /** What could stand at the cursor. Names of objects are asked for, and waited for a moment only. */
  async complete(text: string, cursor: number): Promise<Completion> {
    const { cmdlets } = this
    const variables = this.session.variables.map(({ name }) => name)
    let asked: ObjectNames | undefined
    let names: readonly string[] = []
    const source: CompletionSource = {
      cmdlets,
      variables,
      namesOf: (wanted) => {
        asked = wanted
        return names
      },
    }
    const known = completeLine(text, cursor, source)
    if (asked === undefined) return known
    names = await this.#objectNames(asked)
    return completeLine(text, cursor, source)
  }

  async #objectNames(wanted: ObjectNames): Promise<readonly string[]> {
    const late = new AbortController()
    const timer = this.#clock.after(namesPatience, () => late.abort())
    const names = objectNames(wanted, (line, options) => this.runLine(line, options), late.signal)
    return await names.finally(() => timer.cancel())
  }
}

function writeError(host: ShellHost, told: string): void {
  host.error(coloured(`${folded(told, host.messageWidth)}\n`, 'error', host.colour))
}

/** One line on its way. */
class LineRun implements Runtime {
  readonly session: Session
  readonly cmdlets: CmdletTable
  readonly clock: Clock
  readonly host: ShellHost
  readonly signal: AbortSignal
  readonly #text: string
  readonly #renderer: Renderer
  #failed = false
  #flushPlanned = false

  constructor(shell: Shell, clock: Clock, options: LineOptions & { readonly text: string }) {
    const { host, signal = new AbortController().signal, text } = options
    this.session = shell.session
    this.cmdlets = shell.cmdlets
    this.clock = clock
    this.host = host
    this.signal = signal
    this.#text = text
    const { session } = shell
    this.#renderer = new Renderer({
      width: host.width,
      colour: host.colour,
      get listLimit() {
        return session.listLimit
      },
      write: (chunk) => host.output(chunk),
      warn: (warning) => {
        const told = folded(`WARNING: ${warning}\n`, host.messageWidth)
        host.notice(coloured(told, 'warning', host.colour))
      },
    })
  }

  async run({ statements }: Script): Promise<LineResult> {
    const scope: Scope = {
      session: this.session,
      item: null,
      now: () => new Date(this.clock.now()),
      source: this.#text,
    }
    try {
      for (const statement of statements) {
        if (this.session.exitCode !== undefined) break
        await this.#topLevel(statement, scope)
      }
      return { kind: 'done', failed: this.#failed }
    } catch (error) {
      if (error instanceof LineEnded) return { kind: 'done', failed: true }
      if (error instanceof Stopped) return { kind: 'stopped' }
      throw error
    } finally {
      this.#renderer.end()
    }
  }

  flush(): void {
    this.#renderer.flush()
  }

  tell(error: ShellError, origin: ErrorOrigin): void {
    this.#failed = true
    const { host } = this
    // What was put out before stands before it.
    this.flush()
    writeError(host, errorText(error, origin))
  }

  statement(statement: Statement, scope: Scope): AsyncIterable<Value> {
    return runStatement(statement, scope, this)
  }

  /** Runs a top-level statement; its error is told and the next statement runs. */
  async #topLevel(statement: Statement, scope: Scope): Promise<void> {
    try {
      for await (const value of untilAborted(runStatement(statement, scope, this), this.signal)) {
        this.#renderer.write(value)
        this.#planFlush()
      }
    } catch (error) {
      if (error instanceof LineEnded || error instanceof Stopped) throw error
      if (this.signal.aborted) throw new Stopped()
      if (!(error instanceof StatementEnded)) {
        const { start, end } = statement
        this.tell(asShellError(error), { source: scope.source, place: { start, end }, command: '' })
      }
      const preference = this.session.variable('ErrorActionPreference')
      if (/^stop$/i.test(String(preference))) throw new LineEnded()
    }
  }

  #planFlush(): void {
    if (this.#flushPlanned) return
    this.#flushPlanned = true
    this.clock.after(tablePatience, () => {
      this.#flushPlanned = false
      this.#renderer.flush()
    })
  }
}

/** The values of a stream up to the signal, which is heeded even by commands that do not look at it. */
async function* untilAborted(
  stream: AsyncGenerator<Value>,
  signal: AbortSignal,
): AsyncGenerator<Value> {
  let stop: (error: Error) => void = () => undefined
  const abort = () => stop(new Stopped())
  signal.addEventListener('abort', abort, { once: true })
  try {
    for (;;) {
      const step = await new Promise<IteratorResult<Value>>((resolve, reject) => {
        stop = reject
        if (signal.aborted) abort()
        else stream.next().then(resolve, reject)
      })
      if (step.done === true) return
      yield step.value
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // A command in the middle of a wait ends by itself; nobody waits for it or hears its error.
    void stream.return(undefined).catch(() => undefined)
  }
}
