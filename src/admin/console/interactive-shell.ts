import type { Shell } from '../shell/shell.ts'
import type { ShellHost } from '../shell/host.ts'
import { keyCompletion } from './completion-keys.ts'
import type { Keyboard } from './keyboard.ts'
import type { LineHistory } from './line-history.ts'

export interface InteractiveShellOptions {
  readonly shell: Shell
  readonly host: ShellHost
  readonly keyboard: Keyboard
  readonly history: LineHistory
  /** Stands before each command: `[PS] EDGE01>`. */
  readonly prompt: string
}

const continuation = '>> '

/** Reads commands at a terminal and runs them, one after the other. */
export class InteractiveShell {
  readonly #options: InteractiveShellOptions
  /** For the arrow keys: the last line first. */
  #lines: readonly string[] = []

  constructor(options: InteractiveShellOptions) {
    this.#options = options
  }

  /** Resolves with the exit code when the administrator leaves. */
  async run(): Promise<number> {
    const { shell, keyboard, history } = this.#options
    this.#lines = (await history.load()).toReversed()
    using _raw = keyboard
    keyboard.open()
    for (;;) {
      const text = await this.#command()
      if (text === 'ended') return 0
      if (text !== undefined) await history.add(text)
      const { exitCode } = shell.session
      if (exitCode !== undefined) return exitCode
    }
  }

  /** Reads a command, over several lines where it has them, and runs it; gives its text. */
  async #command(): Promise<string | undefined> {
    const { shell, keyboard, prompt } = this.#options
    let text = ''
    for (;;) {
      const before = text === '' ? '' : `${text}\n`
      const reading = await keyboard.read({
        label: text === '' ? `${prompt} ` : continuation,
        command: true,
        history: this.#lines,
        complete: (line, cursor) => this.#complete(before, line, cursor),
      })
      if (reading.kind === 'ended' && text === '') return 'ended'
      if (reading.kind !== 'line') return undefined
      this.#remember(reading.line)
      text = before + reading.line
      if (text.trim() === '') return undefined
      const result = await this.#run(text)
      if (result === 'done') break
    }
    shell.session.remember(text)
    return text
  }

  async #run(text: string): Promise<'incomplete' | 'done'> {
    const { shell, host, keyboard } = this.#options
    const controller = new AbortController()
    keyboard.onInterrupt = () => controller.abort()
    try {
      const { kind } = await shell.runLine(text, { host, signal: controller.signal })
      return kind === 'incomplete' ? 'incomplete' : 'done'
    } finally {
      keyboard.onInterrupt = undefined
    }
  }

  async #complete(before: string, line: string, cursor: number) {
    const text = before + line
    const found = await this.#options.shell.complete(text, before.length + cursor)
    return keyCompletion(text, found, this.#options.host.width)
  }

  #remember(line: string): void {
    if (line.trim() === '' || line === this.#lines[0]) return
    this.#lines = [line, ...this.#lines.filter((other) => other !== line)]
  }
}
