import { InputLines } from '../admin/console/input-lines.ts'
import { Keyboard } from '../admin/console/keyboard.ts'
import {
  type ScriptEnd,
  type ScriptOptions,
  runLines,
  runScript,
} from '../admin/console/run-script.ts'
import { StreamHost } from '../admin/console/stream-host.ts'
import type { Shell } from '../admin/shell/shell.ts'
import { type CommandIo, exitCodes } from './command-io.ts'

export interface RunOnceOptions {
  readonly shell: Shell
  readonly io: CommandIo
  /** A line or a script; without it the lines of standard input are run as they come. */
  readonly text?: string
  readonly noColour?: boolean
}

/** Runs a line or a script without a prompt, and resolves with the exit code. */
export async function runOnce({ shell, io, text, noColour }: RunOnceOptions): Promise<number> {
  const { stdin, stdout, stderr } = io
  const stopping = new AbortController()
  using _signals = heedSignals(io, stopping)
  using lines = new InputLines(stdin)
  using keyboard = new Keyboard(stdin, stdout.isTTY === true ? stdout : stderr)
  keyboard.onInterrupt = () => stopping.abort()
  const host = new StreamHost({
    ...{ stdout, stderr },
    answers: stdin.isTTY === true ? { kind: 'keyboard', keyboard } : { kind: 'lines', lines },
    colour: wantsColour(io, noColour),
  })
  const options: ScriptOptions = { shell, host, signal: stopping.signal }
  const end = text === undefined ? await runLines(lines, options) : await runScript(text, options)
  return exitCodeOf(end, stopping.signal)
}

/** Colour is for terminals, unless somebody says no (https://no-color.org). */
export function wantsColour({ stdout, env }: CommandIo, refused = false): boolean {
  if (refused || stdout.isTTY !== true || env['TERM'] === 'dumb') return false
  return (env['NO_COLOR'] ?? '') === ''
}

/** Ctrl-C stops the command, a second one the program; so does a reader that went away. */
function heedSignals({ stdout }: CommandIo, stopping: AbortController): Disposable {
  const interrupt = () => stopping.abort(interrupted)
  const lost = () => stopping.abort()
  process.once('SIGINT', interrupt)
  stdout.on('error', lost)
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', interrupt)
      // The error of a write may come after the last line was run.
      setImmediate(() => stdout.off('error', lost))
    },
  }
}

const interrupted = Symbol('interrupted')

/** A program that Ctrl-C stopped dies by that signal, so that a script around it stops as well. */
function exitCodeOf(end: ScriptEnd, signal: AbortSignal): number {
  if (end !== 'stopped') return end
  if (signal.reason === interrupted) process.kill(process.pid, 'SIGINT')
  return exitCodes.toldError
}
