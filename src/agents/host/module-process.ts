import { type ChildProcess, fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { followLines } from './output-lines.ts'

const megabyte = 1024 ** 2
/** Megabytes of one half of a young generation: what a call leaves behind is dead when it ends. */
const youngGeneration = 2

export interface ModuleProcessOptions {
  /** What runs in it; it calls `serveService` of in-module-process.ts. */
  readonly program: URL
  readonly environment: NodeJS.ProcessEnv
  /** Octets that it may take beyond those of a process without a module. */
  readonly maxMemory: number
  /** How the sentence "took more memory than …" calls that. */
  readonly memoryName: string
  readonly listener: ModuleProcessListener
}

/** Who hears of a process. */
export interface ModuleProcessListener {
  /** Not looked at yet: the module may write to the same channel whatever it likes. */
  readonly onMessage: (message: unknown) => void
  /** Something that the module wrote on its output. */
  readonly onLine: (line: string) => void
  /** It is gone, once; `reason` is the end of a sentence that begins with its name. */
  readonly onEnd: (reason: string) => void
}

/** The process of a user's module, from its start to its end. Whatever happens in it ends it and nothing else. */
export class ModuleProcess {
  readonly #process: ChildProcess
  readonly #options: ModuleProcessOptions
  /** Why it is ended, or ended itself, where that was said. */
  #reason: string | undefined
  #outOfMemory = false
  #ended = false

  constructor(options: ModuleProcessOptions) {
    this.#options = options
    const { program, environment, maxMemory, listener } = options
    this.#process = fork(fileURLToPath(program), [], {
      serialization: 'advanced',
      execArgv: [
        `--max-old-space-size=${Math.ceil(maxMemory / megabyte)}`,
        `--max-semi-space-size=${youngGeneration}`,
      ],
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#process.on('message', (message: unknown) => {
      if (!this.#ended) listener.onMessage(message)
    })
    this.#process.on('error', (error) => this.#end(`could not be started: ${error.message}`))
    this.#process.once('exit', (code, signal) => this.#end(this.#endOf(code, signal)))
    this.#follow(this.#process.stdout)
    this.#follow(this.#process.stderr)
    this.#process.unref()
    this.#process.channel?.unref()
  }

  /** Never throws; what a process that ends does not get is told by its end. */
  send(message: object): void {
    if (!this.#ended && this.#process.connected) this.#process.send(message, () => undefined)
  }

  /** Ends it at once. */
  kill(reason: string): void {
    this.#reason ??= reason
    this.#process.kill('SIGKILL')
  }

  /** It said that its module threw what no call waited for; it ends itself. */
  crashed(reason: string): void {
    this.#reason ??= `threw an error that nobody caught: ${reason}`
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#reason !== undefined) return this.#reason
    const { maxMemory, memoryName } = this.#options
    if (this.#outOfMemory || signal === 'SIGKILL')
      return `took more memory than ${memoryName} (${Math.round(maxMemory / megabyte)} MB)`
    return `ended its process (${signal ?? `exit code ${code}`})`
  }

  #end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#options.listener.onEnd(reason)
  }

  /** Without an output where the process could not be started. */
  #follow(output: Readable | null | undefined): void {
    if (output === null || output === undefined) return
    followLines(output, (line) => {
      // V8's last word before it gives up; what follows is its own stack.
      if (line.startsWith('FATAL ERROR')) this.#outOfMemory = true
      if (!this.#outOfMemory && line.trim() !== '') this.#options.listener.onLine(line)
    })
  }
}
