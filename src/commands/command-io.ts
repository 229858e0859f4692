import type { Readable, Writable } from 'node:stream'

/** What a command may touch of the process it runs in; tests give their own. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(on: boolean): unknown }
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Exit codes of every command. */
export const exitCodes = { fine: 0, toldError: 1, usage: 2 } as const

/** A command of `edge`: its arguments after the name, answered by an exit code. */
export interface Command {
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
