import type { Readable, Writable } from 'node:stream'

/** What a command may touch of its process; tests give their own. */
export interface CommandIo {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  readonly stdout: Pick<Writable, 'write'>
  readonly stderr: Pick<Writable, 'write'>
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Exit codes of every command. */
export const exitCodes = { fine: 0, failed: 1, usage: 2 } as const
