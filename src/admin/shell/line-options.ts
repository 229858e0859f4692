import type { ShellHost } from './host.ts'

/** How a line is run. */
export interface LineOptions {
  readonly host: ShellHost
  /** Ctrl-C. */
  readonly signal?: AbortSignal
  /** No more text can come, so what is incomplete is an error. */
  readonly final?: boolean
}
