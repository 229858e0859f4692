import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** What a program that has ended left. */
export interface Finished {
  /** Null when a signal ended it. */
  readonly code: number | null
  /** Standard output and standard error, as they came. */
  readonly output: string
}

export interface ProgramOptions {
  /** All of its standard input. */
  readonly input?: string
  /** After so many milliseconds it is ended by SIGTERM. */
  readonly timeout?: number
}

/** Runs a program to its end. */
export async function runProgram(
  file: string,
  args: readonly string[],
  { input = '', timeout = 60_000 }: ProgramOptions = {},
): Promise<Finished> {
  const program = new RunningProgram(file, args, timeout)
  program.say(input)
  program.endInput()
  return await program.finished
}

/** A program that is talked to while it runs; disposing ends it. */
export class RunningProgram implements AsyncDisposable {
  readonly finished: Promise<Finished>
  readonly #child: ChildProcess
  readonly #heard = new Set<() => void>()
  #output = ''
  #ended = false

  constructor(file: string, args: readonly string[], timeout = 120_000) {
    const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text
        this.#wake()
      })
    }
    // A program that reads no input, or none any more.
    child.stdin.on('error', () => undefined)
    this.finished = once(child, 'close').then(([code]: unknown[]) => {
      this.#ended = true
      this.#wake()
      return { code: typeof code === 'number' ? code : null, output: this.#output }
    })
  }

  get output(): string {
    return this.#output
  }

  say(text: string): void {
    this.#child.stdin?.write(text)
  }

  endInput(): void {
    this.#child.stdin?.end()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** Resolves with the output when it matches; rejects with it when the program ended before. */
  async said(pattern: RegExp): Promise<string> {
    return await this.heard((output) => pattern.test(output), pattern.source)
  }

  /** Resolves with the output when the test holds for it; rejects with it when the program ended before. */
  async heard(test: (output: string) => boolean, wanted = 'what was awaited'): Promise<string> {
    while (!test(this.#output)) {
      if (this.#ended) throw new Error(`ended without ${wanted}:\n${this.#output}`)
      const heard = Promise.withResolvers<undefined>()
      this.#heard.add(() => heard.resolve(undefined))
      await heard.promise
    }
    return this.#output
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) this.#child.kill('SIGTERM')
    await this.finished
  }

  #wake(): void {
    for (const wake of this.#heard) wake()
    this.#heard.clear()
  }
}
