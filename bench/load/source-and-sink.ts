import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { SmtpSink } from '../../test/support/smtp-sink.ts'
import type { Place } from '../mail-server.ts'
import { RunFailed } from '../result.ts'
import { type Done, type Order, type Traffic, patience } from '../traffic.ts'

export interface SourceOptions {
  /** Octets of each message's body. */
  readonly bytes: number
  /** Whether a session goes on to the next message, or there is a connection for each. */
  readonly kept: boolean
}

/** How often the sink's counter is looked at. */
const interval = 5

/** Postfix's own smtp-source and smtp-sink. */
export class SourceAndSink implements Traffic {
  readonly nextHop: Place
  readonly #sink: SmtpSink
  readonly #options: SourceOptions
  #before = 0

  private constructor(nextHop: Place, sink: SmtpSink, options: SourceOptions) {
    this.nextHop = nextHop
    this.#sink = sink
    this.#options = options
  }

  static async start(sink: Place, options: SourceOptions): Promise<SourceAndSink> {
    return new SourceAndSink(sink, await SmtpSink.start(sink), options)
  }

  get arrived(): number {
    return this.#sink.messages - this.#before
  }

  async run(order: Order, signal: AbortSignal): Promise<Done> {
    if (this.arrived > 0) throw new RunFailed(`${this.arrived} messages came twice`)
    const started = performance.now()
    await this.#send(order, signal)
    const accepted = performance.now() - started
    await this.#allArrived(order.messages, signal)
    const arrived = performance.now() - started
    this.#before += order.messages
    return { accepted, arrived }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#sink[Symbol.asyncDispose]()
  }

  async #send({ to, messages, sessions }: Order, signal: AbortSignal): Promise<void> {
    const { bytes, kept } = this.#options
    const args = [
      ...(kept ? ['-d'] : []),
      ...['-s', String(Math.min(sessions, messages)), '-m', String(messages), '-l', String(bytes)],
      ...['-f', 'a@contoso.test', '-t', 'b@contoso.test', `${to.address}:${to.port}`],
    ]
    const source = spawn('smtp-source', args, { stdio: ['ignore', 'pipe', 'pipe'], signal })
    let output = ''
    for (const stream of [source.stdout, source.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    }
    const ended = Promise.withResolvers<number | null>()
    source.on('error', ended.reject).on('close', ended.resolve)
    const code = await ended.promise
    if (code !== 0) throw new RunFailed(`smtp-source ended with ${code}: ${output.trim()}`)
  }

  async #allArrived(messages: number, signal: AbortSignal): Promise<void> {
    let last = { arrived: this.arrived, at: performance.now() }
    while (this.arrived < messages) {
      const now = performance.now()
      if (this.arrived > last.arrived) last = { arrived: this.arrived, at: now }
      if (now - last.at > patience) {
        throw new RunFailed(`${this.arrived} of ${messages} messages arrived`)
      }
      await delay(interval, undefined, { signal })
    }
    if (this.arrived > messages) throw new RunFailed(`${this.arrived} of ${messages} arrived`)
  }
}
