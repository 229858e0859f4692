import { isatty } from 'node:tty'
import { systemClock } from '../base/clock.ts'
import { second } from '../base/time-span.ts'
import type { StopWord, Supervisor } from '../services/supervisor.ts'
import type { CommandIo } from './command-io.ts'

/**
 * What the signals to `edge start` mean, from before there is a server on: SIGTERM and SIGINT end it,
 * SIGHUP has the configuration read again, or ends a server whose terminal was closed.
 */
export class ServerSignals {
  readonly #io: CommandIo
  #server: Pick<Supervisor, 'stop' | 'reload'> | undefined
  #stopped = false

  constructor(io: CommandIo) {
    this.#io = io
    const stop = () => this.#stop()
    process.on('SIGTERM', stop).on('SIGINT', stop)
    const startedOnTerminal = io.stdout.isTTY === true
    process.on('SIGHUP', () => {
      // Nobody could end a server in the foreground whose terminal is gone.
      if (startedOnTerminal && !isatty(1)) this.#stop()
      else this.#server?.reload()
    })
  }

  /** Word to end came. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** From now on they are for `server`. */
  handTo(server: Pick<Supervisor, 'stop' | 'reload'>): void {
    this.#server = server
  }

  #stop(): void {
    this.#stopped = true
    const word = this.#server?.stop()
    if (word !== undefined && this.#io.stdout.isTTY === true) this.#tell(word)
  }

  /** For the person who pressed Ctrl-C, if they have to wait. */
  #tell(word: StopWord): void {
    const tell = (text: string) => this.#io.stdout.write(`\n${text}\n`)
    if (word === 'hastened') tell('Ended at once; mail that was accepted is in the queue.')
    if (word !== 'first') return
    systemClock.after(second, () =>
      tell('Waiting for what is in hand, 40 s at most; Ctrl-C again ends at once.'),
    )
  }
}
