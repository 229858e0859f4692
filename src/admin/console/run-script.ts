import { aborted } from '../../base/aborted.ts'
import type { ShellHost } from '../shell/host.ts'
import type { Shell } from '../shell/shell.ts'
import type { InputLines } from './input-lines.ts'

export interface ScriptOptions {
  readonly shell: Shell
  readonly host: ShellHost
  readonly signal: AbortSignal
}

/** How a script ended: with an exit code, or by its signal. */
export type ScriptEnd = number | 'stopped'

/** Runs a whole script; nothing of it runs when it cannot be read. */
export async function runScript(text: string, options: ScriptOptions): Promise<ScriptEnd> {
  const { shell, host, signal } = options
  const result = await shell.runLine(text, { host, signal, final: true })
  if (result.kind === 'stopped') return 'stopped'
  return shell.session.exitCode ?? (result.kind === 'done' && result.failed ? 1 : 0)
}

/**
 * Runs the commands that come in line by line, each as soon as it is complete: what asks for something
 * is answered by the line behind it. An error is told and the next command runs.
 */
export async function runLines(lines: InputLines, options: ScriptOptions): Promise<ScriptEnd> {
  const { shell, host, signal } = options
  const stopped = aborted(signal)
  let failed = false
  let text = ''
  for (;;) {
    const line = await Promise.race([lines.next(), stopped])
    if (signal.aborted) return 'stopped'
    text = text === '' || line === undefined ? text + (line ?? '') : `${text}\n${line}`
    const result = await shell.runLine(text, { host, signal, final: line === undefined })
    if (result.kind === 'stopped') return 'stopped'
    if (result.kind === 'done') {
      failed ||= result.failed
      if (text.trim() !== '') shell.session.remember(text)
      text = ''
    }
    if (shell.session.exitCode !== undefined) return shell.session.exitCode
    if (line === undefined) return failed ? 1 : 0
  }
}
