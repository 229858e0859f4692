import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

export interface SinkOptions {
  readonly address: string
  readonly port: number
  /** Its faults, in its own words: `-r RCPT`. */
  readonly faults?: readonly string[]
  /** Connections that the system holds until they are taken; default 1,000. */
  readonly backlog?: number
}

/** Its running counters take fewer octets a line. */
const longestLine = 128

/**
 * Postfix's smtp-sink, which counts what it takes. It writes its counters to a file whose end is looked
 * at when somebody asks, so that watching a fast one costs nothing.
 */
export class SmtpSink implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'smtp-sink-'))
  readonly #output = openSync(join(this.#folder, 'counters'), 'w+')
  readonly #process

  private constructor({ address, port, faults = [], backlog = 1000 }: SinkOptions) {
    const args = ['-c', '-u', 'postfix', ...faults, `${address}:${port}`, String(backlog)]
    this.#process = spawn('smtp-sink', args, { stdio: ['ignore', this.#output, this.#output] })
    this.#process.on('error', () => undefined)
  }

  /** Resolves when it takes connections. */
  static async start(options: SinkOptions): Promise<SmtpSink> {
    const sink = new SmtpSink(options)
    while (!(await takesConnections(options))) {
      if (sink.#hasEnded) throw new Error(`smtp-sink does not run: ${sink.#tail(1000)}`)
      await delay(20)
    }
    return sink
  }

  /** Messages whose final dot it saw. */
  get messages(): number {
    return Number(/.*mesg=(\d+)\r/s.exec(this.#tail(longestLine))?.[1] ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) {
      this.#process.kill('SIGTERM')
      await once(this.#process, 'exit')
    }
    closeSync(this.#output)
    rmSync(this.#folder, { recursive: true })
  }

  get #hasEnded(): boolean {
    const { pid, exitCode, signalCode } = this.#process
    return pid === undefined || exitCode !== null || signalCode !== null
  }

  #tail(length: number): string {
    const octets = Buffer.alloc(length)
    const from = Math.max(0, fstatSync(this.#output).size - length)
    return octets.toString('latin1', 0, readSync(this.#output, octets, 0, length, from))
  }
}

async function takesConnections({ address, port }: SinkOptions): Promise<boolean> {
  const socket = connect({ host: address, port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
