import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { RunningProgram } from './program.ts'

export interface SinkOptions {
  readonly address: string
  readonly port: number
  /** Its faults, in its own words: `-r RCPT`. */
  readonly faults?: readonly string[]
}

/** Postfix's smtp-sink, which counts what it takes. */
export class SmtpSink implements AsyncDisposable {
  readonly #program: RunningProgram

  private constructor(program: RunningProgram) {
    this.#program = program
  }

  /** Resolves when it takes connections. */
  static async start({ address, port, faults = [] }: SinkOptions): Promise<SmtpSink> {
    const place = `${address}:${port}`
    const program = new RunningProgram('smtp-sink', [
      ...['-c', '-u', 'postfix', ...faults, place, '1000'],
    ])
    const sink = new SmtpSink(program)
    while (!(await takesConnections(address, port))) await delay(20)
    return sink
  }

  /** Messages whose final dot it saw. */
  get messages(): number {
    return Number(/.*mesg=(\d+)/s.exec(this.#program.output)?.[1] ?? 0)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#program[Symbol.asyncDispose]()
  }
}

async function takesConnections(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
