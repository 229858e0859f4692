import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = new URL('../..', import.meta.url).pathname
const ownMain = new URL('../../bin/edge.js', import.meta.url).pathname

/** How long a line of the program log is waited for. */
const patienceMs = 120_000

/** One line of the relay's program log. */
export interface LogLine {
  readonly level: number
  readonly service: string
  readonly pid: number
  /** Of a service that runs as several workers. */
  readonly worker?: number
  readonly msg: string
  readonly [detail: string]: unknown
}

export interface RelayOptions {
  /** Text of server.yaml. */
  readonly config: string
  /** Services whose listening is awaited. */
  readonly services?: readonly string[]
  /** This service alone, without the supervisor. */
  readonly alone?: string
  /** A folder to go on with (restart on the same queue); made new when absent. */
  readonly folder?: string
  readonly env?: Readonly<Record<string, string>>
  /** The relay's entry, of another checkout than this one. */
  readonly main?: string
  /** By `npm start`, in a process group of its own as a terminal has it in the foreground. */
  readonly throughNpm?: boolean
}

/** The real `edge start` as a child process, in a temporary folder. */
export class RelayProcess implements AsyncDisposable {
  readonly folder: string
  readonly #child: ChildProcess
  readonly #lines: LogLine[] = []
  readonly #waiting = new Set<() => void>()
  #text = ''

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child
    this.folder = folder
    for (const stream of [child.stdout, child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.#hear(line))
    }
    child.once('exit', () => this.#wake())
  }

  /** Resolves when every service listens; rejects with all output when the command ends before. */
  static async start(options: RelayOptions): Promise<RelayProcess> {
    const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'edge-relay-')))
    await mkdir(folder, { recursive: true })
    const config = join(folder, 'server.yaml')
    await writeFile(config, options.config)
    const args = ['start', '--config', config, '--data', join(folder, 'data')]
    if (options.alone !== undefined) args.push('--service', options.alone)
    const alone = options.alone === undefined ? undefined : [options.alone]
    const relay = RelayProcess.#run(args, folder, options)
    await relay.#listening(options.services ?? alone ?? ['Transport', 'FrontendTransport'])
    return relay
  }

  /** `edge lab` with these arguments in a temporary folder, in the same way. */
  static async startLab(
    args: readonly string[] = [],
    services: readonly string[] = ['Transport', 'FrontendTransport'],
  ): Promise<RelayProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'edge-lab-'))
    const relay = RelayProcess.#run(['lab', '--data', join(folder, 'data'), ...args], folder, {})
    await relay.#listening(services)
    return relay
  }

  static #run(
    args: readonly string[],
    folder: string,
    options: Pick<RelayOptions, 'env' | 'main' | 'throughNpm'>,
  ) {
    const { main = ownMain, throughNpm = false } = options
    const [program, first] = throughNpm
      ? ['npm', ['start', '--silent', '--', ...args.slice(1)]]
      : [process.execPath, [main, ...args]]
    const child = spawn(program, first, {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: throughNpm,
      cwd: root,
      env: { ...process.env, ...options.env },
    })
    return new RelayProcess(child, folder)
  }

  async #listening(services: readonly string[]): Promise<void> {
    for (const service of services) await this.logged((line) => isListening(line, service))
  }

  get dataFolder(): string {
    return join(this.folder, 'data')
  }

  /** Everything printed so far. */
  get output(): string {
    return this.#text
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /**
   * Resolves with the first log line, past or to come (from the `from`th on), that `matches`; rejects
   * with all output when the relay ends before, or says nothing of the kind for a long time.
   */
  async logged(matches: (line: LogLine) => boolean, from = 0): Promise<LogLine> {
    const late = AbortSignal.timeout(patienceMs)
    for (;;) {
      const found = this.#lines.slice(from).find(matches)
      if (found !== undefined) return found
      if (this.#hasEnded) {
        throw new Error(`the relay ended before it logged that:\n${this.#text}`)
      }
      if (late.aborted) throw new Error(`the relay did not log that:\n${this.#text}`)
      await this.#nextOutput(late)
    }
  }

  /** How many log lines there are, for `logged(…, from)`. */
  get lineCount(): number {
    return this.#lines.length
  }

  /** The process id of the service as last started. */
  servicePid(service: string): number {
    return this.#lines.findLast((line) => isListening(line, service))?.pid ?? 0
  }

  /** The process id of a worker as last started. */
  workerPid(service: string, worker: number): number {
    const ofWorker = (line: LogLine) => isListening(line, service) && line.worker === worker
    return this.#lines.findLast(ofWorker)?.pid ?? 0
  }

  /** Resolves when these workers of a service listen, from the `from`th log line on. */
  async workersListen(service: string, workers: readonly number[], from = 0): Promise<void> {
    for (const worker of workers)
      await this.logged((line) => isListening(line, service) && line.worker === worker, from)
  }

  /** The process ids of the supervisor and of the services that ran, by name. */
  get processes(): Readonly<Record<string, number>> {
    const services = this.#lines.filter((line) => isListening(line, line.service))
    return Object.fromEntries([
      ['Supervisor', this.pid],
      ...services.map(({ service, pid }) => [service, pid] as const),
    ])
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** To every process of its group at once, as a terminal does, or a service manager. */
  killGroup(signal: NodeJS.Signals): void {
    process.kill(-this.pid, signal)
  }

  /** Whether a process of its group is left. */
  get groupLives(): boolean {
    try {
      return process.kill(-this.pid, 0)
    } catch {
      return false
    }
  }

  /** Sends `signal` and resolves with the exit code (null when a signal ended it). */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.#hasEnded) this.#child.kill(signal)
    return await this.ended()
  }

  /** Resolves with the exit code when the relay has ended (null when a signal ended it). */
  async ended(): Promise<number | null> {
    if (!this.#hasEnded) await once(this.#child, 'exit')
    return this.#child.exitCode
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /** Ends the relay and removes its folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }

  async #nextOutput(signal: AbortSignal): Promise<void> {
    const output = Promise.withResolvers<undefined>()
    const wake = () => output.resolve(undefined)
    this.#waiting.add(wake)
    signal.addEventListener('abort', wake, { once: true })
    await output.promise
    signal.removeEventListener('abort', wake)
  }

  #hear(text: string): void {
    this.#text += `${text}\n`
    const line = asLogLine(text)
    if (line !== undefined) this.#lines.push(line)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#waiting) wake()
    this.#waiting.clear()
  }
}

function isListening(line: LogLine, service: string): boolean {
  return line.service === service && line.msg === 'the service listens'
}

function asLogLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    return JSON.parse(text) as LogLine
  } catch {
    return undefined
  }
}

/** Runs `edge <args>` to its end. */
export async function runEdge(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(process.execPath, [ownMain, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  })
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  child.stdin.end(options.input ?? '')
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, ...output }
}
