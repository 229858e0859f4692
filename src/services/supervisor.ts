import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { type ListenerRow, type ServiceMessage, asServiceMessage } from './service-messages.ts'
import type { ServiceName } from './service-names.ts'

/** A service that ran this long before it died is started again at once. */
const steadyAfter: Milliseconds = minute
const longestRestartDelay: Milliseconds = 30 * second
/** A service that has not ended so long after it was told to drain is killed. */
const killAfter: Milliseconds = 40 * second

export interface SupervisorOptions {
  readonly services: readonly ServiceName[]
  /** The command line that runs one service: program, then its arguments. */
  readonly commandFor: (service: ServiceName) => readonly [string, ...string[]]
  /** Environment of the services, beside this process's own. */
  readonly env: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly logger: ProgramLog
  /** Called each time a service listens; once at start, and after each restart. */
  readonly onReady: (service: ServiceName, listeners: readonly ListenerRow[]) => void
}

type ServiceState =
  | { readonly kind: 'running'; readonly process: ChildProcess; readonly since: Milliseconds }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ended' }

/**
 * Runs the services of a role as child processes: starts one again that dies (with a growing delay
 * while it dies quickly), passes signals on, and ends when all have ended.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #states = new Map<ServiceName, ServiceState>()
  readonly #restartDelays = new Map<ServiceName, Milliseconds>()
  readonly #ended = Promise.withResolvers<number>()
  #stopping = false
  #exitCode = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Starts the services; resolves with the exit code when the last has ended. */
  async run(): Promise<number> {
    for (const service of this.#options.services) this.#start(service)
    return await this.#ended.promise
  }

  /** Drains: every service finishes what it has in hand. A second call ends them at once. */
  stop(): void {
    const again = this.#stopping
    this.#stopping = true
    this.#signalAll(again ? 'SIGKILL' : 'SIGTERM')
    if (!again) this.#options.clock.after(killAfter, () => this.#killLate())
    this.#settleIfEnded()
  }

  /** Tells every service to read its configuration again. */
  reload(): void {
    this.#signalAll('SIGHUP')
  }

  #start(service: ServiceName): void {
    const { clock, logger, commandFor, env } = this.#options
    const [program, ...args] = commandFor(service)
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    })
    this.#states.set(service, { kind: 'running', process: child, since: clock.now() })
    child.on('message', (message) => this.#hear(service, asServiceMessage(message)))
    child.on('error', (error) =>
      logger.error({ service, error: error.message }, 'a service could not be run'),
    )
    child.once('close', (code, signal) => this.#onEnd(service, signal ?? code ?? 0))
  }

  #hear(service: ServiceName, message: ServiceMessage | undefined): void {
    if (message?.kind === 'ready') this.#options.onReady(service, message.listeners)
    if (message?.kind !== 'cannot-start') return
    this.#exitCode = 1
    this.stop()
  }

  #onEnd(service: ServiceName, how: number | NodeJS.Signals): void {
    const state = this.#states.get(service)
    this.#states.set(service, { kind: 'ended' })
    if (this.#stopping) {
      if (how !== 0) this.#exitCode = 1
      this.#settleIfEnded()
      return
    }
    const ranFor = state?.kind === 'running' ? this.#options.clock.now() - state.since : 0
    this.#startAgain(service, { how, ranFor })
  }

  #startAgain(
    service: ServiceName,
    end: { how: number | NodeJS.Signals; ranFor: Milliseconds },
  ): void {
    const last = end.ranFor >= steadyAfter ? 0 : (this.#restartDelays.get(service) ?? 0)
    const delay = last
    this.#restartDelays.set(service, Math.min(Math.max(second, last * 2), longestRestartDelay))
    this.#states.set(service, { kind: 'waiting' })
    this.#options.logger.error(
      { service, ended: end.how, restartInMs: delay },
      `the ${service} service died; it is started again`,
    )
    this.#options.clock.after(delay, () => {
      if (!this.#stopping) this.#start(service)
    })
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const [service, state] of this.#states) {
      if (state.kind === 'running') state.process.kill(signal)
      else if (this.#stopping) this.#states.set(service, { kind: 'ended' })
    }
  }

  #killLate(): void {
    for (const [service, state] of this.#states) {
      if (state.kind !== 'running') continue
      this.#options.logger.error({ service }, 'the service did not end in time and is killed')
      state.process.kill('SIGKILL')
    }
  }

  #settleIfEnded(): void {
    const ended = [...this.#states.values()].every((state) => state.kind === 'ended')
    if (ended) this.#ended.resolve(this.#exitCode)
  }
}
