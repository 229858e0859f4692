import type { Clock } from '../../base/clock.ts'
import type { Statement } from '../grammar/syntax.ts'
import type { Value } from '../values/value.ts'
import type { CmdletTable } from './cmdlet-table.ts'
import type { ErrorOrigin } from './error-text.ts'
import type { Scope } from './evaluate.ts'
import type { ShellHost } from './host.ts'
import type { Session } from './session.ts'
import type { ShellError } from './shell-error.ts'

/** What the commands of one line share. */
export interface Runtime {
  readonly session: Session
  readonly cmdlets: CmdletTable
  readonly clock: Clock
  readonly host: ShellHost
  readonly signal: AbortSignal
  /** Puts on the screen what the line has put out so far, before something else is written there. */
  flush(): void
  /** Tells an error, and notes that the line did not succeed. */
  tell(error: ShellError, origin: ErrorOrigin): void
  /** Runs a statement of a script block or of brackets. */
  statement(statement: Statement, scope: Scope): AsyncIterable<Value>
}

/** An error that ends a statement; the next one runs. It has been told. */
export class StatementEnded extends Error {
  override readonly name = 'StatementEnded'
}

/** An error that ends the line, since errors were to stop it. It has been told. */
export class LineEnded extends Error {
  override readonly name = 'LineEnded'
}

/** All values of a stream. */
export async function collected(stream: AsyncIterable<Value>): Promise<readonly Value[]> {
  const values: Value[] = []
  for await (const value of stream) values.push(value)
  return values
}
