import type { Writable } from 'node:stream'
import { pipedWidth } from '../format/renderer.ts'
import type { Question } from '../shell/cmdlet.ts'
import type { ShellHost } from '../shell/host.ts'
import type { Keyboard } from './keyboard.ts'
import type { InputLines } from './input-lines.ts'

/** Somebody who answers questions: at a keyboard, or in standard input. */
export type Answers =
  | { readonly kind: 'keyboard'; readonly keyboard: Keyboard }
  | { readonly kind: 'lines'; readonly lines: InputLines }

type OutputStream = Writable & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

export interface StreamHostOptions {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly answers: Answers
  /** Of what goes to standard output. */
  readonly colour: boolean
}

/** The shell's surroundings when it runs one command or a script: output and errors are two streams. */
export class StreamHost implements ShellHost {
  readonly #options: StreamHostOptions

  constructor(options: StreamHostOptions) {
    this.#options = options
  }

  get width(): number {
    const { stdout } = this.#options
    return stdout.isTTY === true ? (stdout.columns ?? pipedWidth) : pipedWidth
  }

  get height(): number {
    const { stdout } = this.#options
    return stdout.isTTY === true && this.interactive ? (stdout.rows ?? Infinity) : Infinity
  }

  get messageWidth(): number {
    const { stderr } = this.#options
    return stderr.isTTY === true ? (stderr.columns ?? pipedWidth) : Infinity
  }

  get colour(): boolean {
    return this.#options.colour
  }

  get interactive(): boolean {
    return this.#options.answers.kind === 'keyboard'
  }

  output(text: string): void {
    this.#options.stdout.write(text)
  }

  error(text: string): void {
    this.#options.stderr.write(text)
  }

  notice(text: string): void {
    this.#options.stderr.write(text)
  }

  clear(): void {
    if (this.#options.stdout.isTTY === true) this.#options.stdout.write('\x1b[H\x1b[2J')
  }

  async ask({ label, secret, key = false }: Question): Promise<string | undefined> {
    const { answers } = this.#options
    if (answers.kind === 'lines') return await answers.lines.next()
    const { keyboard } = answers
    keyboard.open()
    const reading = await (key ? keyboard.readKey(label) : keyboard.read({ label, secret }))
    keyboard.close()
    if (reading.kind === 'interrupted') keyboard.onInterrupt?.()
    return reading.kind === 'line' ? reading.line : undefined
  }
}
