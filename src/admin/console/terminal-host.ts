import type { Question } from '../shell/cmdlet.ts'
import type { ShellHost } from '../shell/host.ts'
import type { Keyboard, TerminalOutput } from './keyboard.ts'

/** Where the terminal does not tell its size. */
const usualWidth = 80
const usualHeight = 24

/** The shell's screen and keyboard on a terminal. */
export class TerminalHost implements ShellHost {
  readonly interactive = true
  readonly colour: boolean
  readonly #screen: TerminalOutput
  readonly #keyboard: Keyboard

  constructor(options: {
    readonly screen: TerminalOutput
    readonly keyboard: Keyboard
    readonly colour: boolean
  }) {
    this.#screen = options.screen
    this.#keyboard = options.keyboard
    this.colour = options.colour
  }

  get width(): number {
    return this.#screen.columns ?? usualWidth
  }

  get height(): number {
    return this.#screen.rows ?? usualHeight
  }

  get messageWidth(): number {
    return this.width
  }

  output(text: string): void {
    this.#screen.write(text)
  }

  error(text: string): void {
    this.#screen.write(text)
  }

  notice(text: string): void {
    this.#screen.write(text)
  }

  clear(): void {
    this.#screen.write('\x1b[H\x1b[2J\x1b[3J')
  }

  async ask({ label, secret, key = false }: Question): Promise<string | undefined> {
    const keyboard = this.#keyboard
    const reading = await (key ? keyboard.readKey(label) : keyboard.read({ label, secret }))
    if (reading.kind === 'interrupted') keyboard.onInterrupt?.()
    return reading.kind === 'line' ? reading.line : undefined
  }
}
