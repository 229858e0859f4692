import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { type ListenerRow, type ServiceMessage, asServiceMessage } from './service-messages.ts'
import type { ServiceName } from './service-names.ts'

/** Until a service that had listened is started again. */
const restartDelay: Milliseconds = second / 4
/** The delay doubles up to this while a service dies before it listens. */
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
  | { readonly kind: 'running'; readonly process: ChildProcess; ready: boolean }
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
  /** Services that were started more than once. */
  readonly #restarted = new Set<ServiceName>()
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
    const { logger, commandFor, env } = this.#options
    const [program, ...args] = commandFor(service)
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
    })
    this.#states.set(service, { kind: 'running', process: child, ready: false })
    child.on('message', (message) => this.#hear(service, asServiceMessage(message)))
    child.on('error', (error) =>
      logger.error({ child: service, error: error.message }, 'a service could not be run'),
    )
    child.once('close', (code, signal) => this.#onEnd(service, signal ?? code ?? 0))
  }

  #hear(service: ServiceName, message: ServiceMessage | undefined): void {
    const state = this.#states.get(service)
    if (message?.kind === 'ready') {
      if (state?.kind === 'running') state.ready = true
      this.#restartDelays.delete(service)
      this.#options.onReady(service, message.listeners)
    }
    // Only at the first start is there a person to tell; later it may pass, a port still held for example.
    if (message?.kind !== 'cannot-start' || this.#restarted.has(service)) return
    this.#exitCode = 1
    this.stop()
  }

  #onEnd(service: ServiceName, how: number | NodeJS.Signals): void {
    const state = this.#states.get(service)
    this.#states.set(service, { kind: 'ended' })
    if (this.#stopping) {
      // By the signal itself where it came before the service listened for it.
      if (how !== 0 && how !== 'SIGTERM') this.#exitCode = 1
      this.#settleIfEnded()
      return
    }
    this.#startAgain(service, how, state?.kind === 'running' && state.ready)
  }

  #startAgain(service: ServiceName, how: number | NodeJS.Signals, hadListened: boolean): void {
    const { clock, logger } = this.#options
    const delay = hadListened ? restartDelay : (this.#restartDelays.get(service) ?? second)
    this.#restartDelays.set(service, Math.min(delay * 2, longestRestartDelay))
    this.#restarted.add(service)
    this.#states.set(service, { kind: 'waiting' })
    logger.error(
      { died: service, ended: how, restartInMs: delay },
      `the ${service} service died; it is started again`,
    )
    clock.after(delay, () => {
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
      this.#options.logger.error(
        { child: service },
        'the service did not end in time and is killed',
      )
      state.process.kill('SIGKILL')
    }
  }

  #settleIfEnded(): void {
    const ended = [...this.#states.values()].every((state) => state.kind === 'ended')
    if (ended) this.#ended.resolve(this.#exitCode)
  }
}
