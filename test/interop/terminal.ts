import { RunningProgram } from './program.ts'

/** Keys as a terminal sends them. */
export const keys = {
  enter: '\r',
  tab: '\t',
  up: '\x1b[A',
  down: '\x1b[B',
  interrupt: '\x03',
  end: '\x04',
} as const

export interface TerminalOptions {
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
}

const quoted = (word: string) => `'${word.replaceAll("'", String.raw`'\''`)}'`

/** Text without what moves the cursor and changes colours. */
const plain = (text: string) =>
  text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r\n', '\n')

/**
 * A program on a pseudo-terminal of its own, which util-linux' `script` makes. What is awaited is what
 * comes behind the keys typed last.
 */
export class Terminal implements AsyncDisposable {
  readonly #program: RunningProgram
  #typedAt = 0

  constructor(command: readonly string[], { columns = 80, env = {} }: TerminalOptions = {}) {
    const settings = { TERM: 'xterm', ...env }
    const words = Object.entries(settings).map(([name, value]) => quoted(`${name}=${value}`))
    const line = ['exec env', ...words, ...command.map(quoted)].join(' ')
    const size = `stty rows 24 columns ${columns}`
    this.#program = new RunningProgram('script', ['-qfec', `${size}; ${line}`, '/dev/null'])
  }

  type(text: string): void {
    this.#typedAt = this.#program.output.length
    this.#program.say(text)
  }

  /** What came since the last keys, as a reader sees it, once it matches. */
  async shows(pattern: RegExp): Promise<string> {
    const isThere = (output: string) => pattern.test(plain(output.slice(this.#typedAt)))
    await this.#program.heard(isThere, pattern.source)
    return plain(this.#program.output.slice(this.#typedAt))
  }

  /** All that came since the beginning, with what moves the cursor. */
  get written(): string {
    return this.#program.output
  }

  /** The program's exit code. */
  async ended(): Promise<number | null> {
    return (await this.#program.finished).code
  }

  /** Takes the terminal away, at which the program ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#program.kill('SIGKILL')
    await this.#program[Symbol.asyncDispose]()
  }
}
