import { type ChildProcess, fork } from 'node:child_process'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { isFromAgent } from './message-shape.ts'
import type { AgentStart, FromAgent, ToAgent } from './messages.ts'
import { followLines } from './output-lines.ts'

const program = fileURLToPath(new URL('./agent-process.ts', import.meta.url))
const megabyte = 1024 ** 2
/** Megabytes of one half of a young generation: what a call leaves behind is dead when it ends. */
const youngGeneration = 2

/** Who hears of an agent's process. */
export interface ChildListener {
  readonly onMessage: (message: FromAgent) => void
  /** Something that the module wrote on its output. */
  readonly onLine: (line: string) => void
  /** It is gone, once; `reason` is the end of a sentence that begins with its name. */
  readonly onEnd: (reason: string) => void
}

/** The process of an agent, from its start to its end. Whatever happens in it ends it and nothing else. */
export class AgentChild {
  readonly #process: ChildProcess
  readonly #listener: ChildListener
  readonly #maxMemory: number
  /** Why it is ended, or ended itself, where that was said. */
  #reason: string | undefined
  #outOfMemory = false
  #ended = false

  constructor(start: AgentStart, listener: ChildListener) {
    this.#listener = listener
    this.#maxMemory = start.maxMemory
    this.#process = fork(program, [], {
      serialization: 'advanced',
      execArgv: [
        `--max-old-space-size=${Math.ceil(start.maxMemory / megabyte)}`,
        `--max-semi-space-size=${youngGeneration}`,
      ],
      env: environmentOf(process.env),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    })
    this.#process.on('message', (message: unknown) => this.#received(message))
    this.#process.once('error', (error) => this.#end(`could not be started: ${error.message}`))
    this.#process.once('exit', (code, signal) => this.#end(this.#endOf(code, signal)))
    this.#follow(this.#process.stdout)
    this.#follow(this.#process.stderr)
    this.#process.unref()
    this.#process.channel?.unref()
    this.send({ kind: 'start', start })
  }

  /** Never throws; what a process that ends does not get is told by its end. */
  send(message: ToAgent): void {
    if (!this.#ended && this.#process.connected) this.#process.send(message, () => undefined)
  }

  /** Ends it at once. */
  kill(reason: string): void {
    this.#reason ??= reason
    this.#process.kill('SIGKILL')
  }

  #received(message: unknown): void {
    if (this.#ended || !isFromAgent(message)) return
    if (message.kind === 'crashed')
      this.#reason ??= `threw an error that nobody caught: ${message.reason}`
    else this.#listener.onMessage(message)
  }

  #endOf(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#reason !== undefined) return this.#reason
    if (this.#outOfMemory || signal === 'SIGKILL') {
      const allowed = Math.round(this.#maxMemory / megabyte)
      return `took more memory than its MaxMemory (${allowed} MB)`
    }
    return `ended its process (${signal ?? `exit code ${code}`})`
  }

  #end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#listener.onEnd(reason)
  }

  #follow(output: Readable | null): void {
    if (output === null) return
    followLines(output, (line) => {
      // V8's last word before it gives up; what follows is its own stack.
      if (line.startsWith('FATAL ERROR')) this.#outOfMemory = true
      if (!this.#outOfMemory && line.trim() !== '') this.#listener.onLine(line)
    })
  }
}

/** What agents see of the environment: not the settings of the server, which may hold its secrets. */
function environmentOf(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !name.startsWith('EDGE_')),
  )
}
