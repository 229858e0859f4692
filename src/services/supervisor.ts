import { type ChildProcess, spawn } from 'node:child_process'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { ProgramLog } from '../base/program-log.ts'
import {
  type ListenerRow,
  type ServiceMessage,
  asServiceMessage,
} from './workers/service-messages.ts'
import type { ServiceName } from './workers/service-names.ts'
import { SharingBoard } from './workers/sharing-board.ts'
import { type Worker, workerName } from './workers/worker.ts'

/** Until a service that had listened is started again. */
const restartDelay: Milliseconds = second / 4
/** The delay doubles up to this while a service dies before it listens. */
const longestRestartDelay: Milliseconds = 30 * second
/** A service that has not ended so long after it was told to drain is killed. */
const killAfter: Milliseconds = 40 * second
/**
 * Word to end that comes so soon after the first is the same word: a terminal's Ctrl-C goes to the whole
 * process group, and npm, or a script that started us, passes it on once more.
 */
const sameWordWithin: Milliseconds = 2 * second

/** What a word to end was taken for. */
export type StopWord = 'first' | 'repeated' | 'hastened'

export interface SupervisorOptions {
  readonly workers: readonly Worker[]
  /** The command line that runs one worker: program, then its arguments. */
  readonly commandFor: (worker: Worker) => readonly [string, ...string[]]
  /** Environment of the workers, beside this process's own. */
  readonly env: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly logger: ProgramLog
  /** Called each time a worker listens; once at start, and after each restart. */
  readonly onReady: (worker: Worker, listeners: readonly ListenerRow[]) => void
}

type WorkerState =
  /** Started when the first worker of its service has shown whether the service can start. */
  | { readonly kind: 'held' }
  | { readonly kind: 'running'; readonly process: ChildProcess; ready: boolean }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'ended' }

/**
 * Runs the services of a role as child processes, one for each worker: starts one again that dies (with
 * a growing delay while it dies quickly), passes signals on, keeps what the workers of a service share,
 * and ends when all have ended.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #states = new Map<Worker, WorkerState>()
  readonly #restartDelays = new Map<Worker, Milliseconds>()
  readonly #boards = new Map<ServiceName, SharingBoard>()
  readonly #ended = Promise.withResolvers<number>()
  /** Workers that were started more than once. */
  readonly #restarted = new Set<Worker>()
  /** Workers that end for good. */
  readonly #drained = new Set<Worker>()
  /** When the first word to end came. */
  #stoppedAt: Milliseconds | undefined
  #exitCode = 0

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Starts the services; resolves with the exit code when the last has ended. */
  async run(): Promise<number> {
    const { workers, clock } = this.#options
    for (const worker of workers) {
      this.#states.set(worker, { kind: 'held' })
      if (worker.of > 1 && !this.#boards.has(worker.service))
        this.#boards.set(worker.service, new SharingBoard(clock))
    }
    // The first goes ahead, so that what stands in the way of a service is told once.
    for (const worker of workers) if (worker.number === 1) this.#start(worker)
    return await this.#ended.promise
  }

  /** Drains: every service finishes what it has in hand. A second call, of some later, ends them at once. */
  stop(): StopWord {
    const { clock } = this.#options
    const now = clock.monotonic()
    if (this.#stoppedAt === undefined) {
      this.#stoppedAt = now
      this.#signalAll('SIGTERM')
      clock.after(killAfter, () => this.#killLate())
      this.#settleIfEnded()
      return 'first'
    }
    if (now - this.#stoppedAt < sameWordWithin) return 'repeated'
    this.#signalAll('SIGKILL')
    return 'hastened'
  }

  get #stopping(): boolean {
    return this.#stoppedAt !== undefined
  }

  /** Tells every service to read its configuration again. */
  reload(): void {
    this.#signalAll('SIGHUP')
  }

  #start(worker: Worker): void {
    const { logger } = this.#options
    let child: ChildProcess
    try {
      child = this.#spawn(worker)
    } catch (error) {
      // Node tells some failures by an event and throws others: no memory, for one.
      this.#startAgain(worker, error instanceof Error ? error.message : String(error), false)
      return
    }
    this.#states.set(worker, { kind: 'running', process: child, ready: false })
    child.on('message', (message) => this.#hear(worker, asServiceMessage(message)))
    child.on('error', (error) =>
      logger.error({ child: nameOf(worker), error: error.message }, 'a service could not be run'),
    )
    child.once('close', (code, signal) => this.#onEnd(worker, signal ?? code ?? 0))
    this.#boards.get(worker.service)?.join(worker.number, (message, sent) => {
      if (child.connected) child.send(message, sent)
    })
  }

  #spawn(worker: Worker): ChildProcess {
    const [program, ...args] = this.#options.commandFor(worker)
    return spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...this.#options.env },
    })
  }

  #hear(worker: Worker, message: ServiceMessage | undefined): void {
    switch (message?.kind) {
      case undefined:
        return
      case 'ready': {
        const state = this.#states.get(worker)
        if (state?.kind === 'running') state.ready = true
        this.#restartDelays.delete(worker)
        this.#startHeld(worker.service)
        this.#options.onReady(worker, message.listeners)
        return
      }
      case 'cannot-start':
        // Only at the first start is there a person to tell; later it may pass, a port still held for example.
        if (this.#restarted.has(worker)) return
        this.#exitCode = 1
        this.stop()
        return
      case 'drained':
        this.#drained.add(worker)
        return
      case 'counts':
      case 'want-places':
      case 'give-back':
        this.#boards.get(worker.service)?.hear(worker.number, message)
        return
    }
  }

  #startHeld(service: ServiceName): void {
    for (const [worker, state] of this.#states) {
      if (worker.service === service && state.kind === 'held' && !this.#stopping)
        this.#start(worker)
    }
  }

  #onEnd(worker: Worker, how: number | NodeJS.Signals): void {
    const state = this.#states.get(worker)
    this.#states.set(worker, { kind: 'ended' })
    this.#boards.get(worker.service)?.leave(worker.number)
    if (this.#stopping) {
      if (!isEndAskedFor(how)) this.#exitCode = 1
      this.#settleIfEnded()
      return
    }
    if (this.#drained.has(worker)) return
    this.#startAgain(worker, how, state?.kind === 'running' && state.ready)
    this.#startHeld(worker.service)
  }

  /** `how` it ended: exit code, signal, or why there was no process. */
  #startAgain(worker: Worker, how: number | string, hadListened: boolean): void {
    const { clock, logger } = this.#options
    const delay = hadListened ? restartDelay : (this.#restartDelays.get(worker) ?? second)
    this.#restartDelays.set(worker, Math.min(delay * 2, longestRestartDelay))
    this.#restarted.add(worker)
    this.#states.set(worker, { kind: 'waiting' })
    const number = worker.of > 1 ? { worker: worker.number } : {}
    const tell = () =>
      logger.error(
        { died: worker.service, ...number, ended: how, restartInMs: delay },
        `the ${worker.service} service died; it is started again`,
      )
    // What ends all processes of a unit at once may reach the services before it reaches us.
    const askedFor = isEndAskedFor(how)
    if (!askedFor) tell()
    clock.after(delay, () => {
      if (this.#stopping) return
      if (askedFor) tell()
      this.#start(worker)
    })
  }

  #signalAll(signal: NodeJS.Signals): void {
    for (const [worker, state] of this.#states) {
      if (state.kind === 'running') state.process.kill(signal)
      else if (this.#stopping) this.#states.set(worker, { kind: 'ended' })
    }
  }

  #killLate(): void {
    for (const [worker, state] of this.#states) {
      if (state.kind !== 'running') continue
      this.#options.logger.error(
        { child: nameOf(worker) },
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

/** By itself, or by the signal where that came before the service listened for it. */
function isEndAskedFor(how: number | string): boolean {
  return how === 0 || how === 'SIGTERM' || how === 'SIGINT'
}

function nameOf({ service, number }: Worker): string {
  return workerName(service, number)
}
