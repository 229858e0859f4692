import type { Readable, Writable } from 'node:stream'

/** What a command may touch of the process it runs in; tests give their own. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Pick<Writable, 'write'>
  readonly stderr: Pick<Writable, 'write'>
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Exit codes of every command. */
export const exitCodes = { fine: 0, toldError: 1, usage: 2 } as const

/** A command of `edge`: its arguments after the name, answered by an exit code. */
export interface Command {
  /** Arguments as help shows them: `[--config FILE]`. */
  readonly usage: string
  /** One line for the list of commands. */
  readonly summary: string
  run(args: readonly string[], io: CommandIo): Promise<number>
}

/** Wrong arguments; shown with the command's usage, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Something the person at the keyboard can mend; shown as its message alone, exit code 1. */
export class ToldError extends Error {
  override readonly name = 'ToldError'
}
