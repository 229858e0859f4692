import type { Awaitable } from '../base/awaitable.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress } from '../base/ip-range.ts'
import type { Recipient } from '../message/envelope.ts'
import type { IncomingMessage, MailTransaction } from '../message/message-sink.ts'
import { receivedLine } from '../message/received-line.ts'
import { rcptCommand } from '../send/envelope-commands.ts'
import type { SmtpClient } from '../send/smtp-client.ts'
import { type Reply, isPositive } from '../smtp/reply.ts'
import type { BackEndConnection, BackEndConnections } from './back-end-connections.ts'
import { proxyFailure } from './proxy-failure.ts'

export interface ProxiedMessageOptions {
  /** With the transaction open; the message's until it ends. */
  readonly connection: BackEndConnection
  readonly connections: Pick<BackEndConnections, 'giveBack'>
  readonly clock: Clock
}

/**
 * One message on its way through to the back end. Content goes by DATA; binary content (BODY=BINARYMIME)
 * by BDAT, which alone may carry it (RFC 3030 3).
 */
export class ProxiedMessage implements IncomingMessage {
  readonly #transaction: MailTransaction
  readonly #connection: BackEndConnection
  readonly #connections: Pick<BackEndConnections, 'giveBack'>
  readonly #clock: Clock
  readonly #chunked: boolean
  /** Our trace line, until it is sent before the first content. */
  #trace: Buffer | undefined
  #state: 'envelope' | 'content' | 'ended' = 'envelope'
  /** The answer to all that follows, once the back end is lost or has refused a chunk. */
  #verdict: Reply | undefined

  constructor(transaction: MailTransaction, options: ProxiedMessageOptions) {
    this.#transaction = transaction
    this.#connection = options.connection
    this.#connections = options.connections
    this.#clock = options.clock
    this.#chunked = transaction.envelope.body === 'BINARYMIME'
  }

  async addRecipient(recipient: Recipient): Promise<Reply | undefined> {
    const line = rcptCommand(recipient, this.#client.capabilities)
    const answer = await this.#ask('envelope', () => this.#client.command(line))
    return isPositive(answer) ? undefined : answer
  }

  async startContent(): Promise<Reply | undefined> {
    if (this.#verdict !== undefined) return this.#verdict
    if (!this.#chunked) {
      const answer = await this.#ask('content', () => this.#client.command('DATA'))
      if (answer.code !== 354) return isPositive(answer) ? this.#lost('content') : answer
    }
    this.#state = 'content'
    this.#trace = Buffer.from(this.#receivedLine())
    return undefined
  }

  write(chunk: Buffer): Awaitable<void> {
    if (this.#verdict !== undefined || this.#state !== 'content') return
    if (this.#chunked) return this.#sendChunk(chunk, false)
    const trace = this.#trace
    this.#trace = undefined
    const sending = this.#client.sendContent(trace === undefined ? chunk : joined(trace, chunk))
    if (sending !== undefined) return sending.catch(() => this.#lose())
  }

  async commit(): Promise<Reply> {
    if (this.#state !== 'content') return this.#verdict ?? proxyFailure('content')
    if (this.#chunked) await this.#sendChunk(Buffer.alloc(0), true)
    const verdict =
      this.#verdict ??
      (await this.#ask('content', async () => {
        if (this.#trace !== undefined) await this.#client.sendContent(this.#trace)
        return this.#client.endContent()
      }))
    this.#end()
    return verdict
  }

  abort(): void {
    if (this.#state === 'ended') return
    // Content cannot be taken back but by leaving.
    if (this.#state === 'content') this.#client.destroy()
    this.#connection.needsReset = true
    this.#end()
  }

  get #client(): SmtpClient {
    return this.#connection.client
  }

  #end(): void {
    this.#state = 'ended'
    this.#connections.giveBack(this.#connection)
  }

  async #sendChunk(chunk: Buffer, last: boolean): Promise<void> {
    if (this.#verdict !== undefined) return
    const trace = this.#trace
    this.#trace = undefined
    const data = trace === undefined ? chunk : joined(trace, chunk)
    const answer = await this.#ask('content', () => this.#client.sendChunk(data, { last }))
    if (last || !isPositive(answer)) this.#verdict = answer
    // A refused chunk leaves the transaction open (RFC 3030 2).
    if (!isPositive(answer)) this.#connection.needsReset = true
  }

  /** Asks the back end; its loss becomes the reply to this and to all that follows. */
  async #ask(step: 'envelope' | 'content', question: () => Promise<Reply>): Promise<Reply> {
    if (this.#verdict !== undefined) return this.#verdict
    try {
      return await question()
    } catch {
      return this.#lost(step)
    }
  }

  #lost(step: 'envelope' | 'content'): Reply {
    this.#client.destroy()
    this.#verdict = proxyFailure(step)
    return this.#verdict
  }

  #lose(): void {
    this.#lost('content')
  }

  #receivedLine(): string {
    const { helloName, remote, local, fqdn, tls } = this.#transaction.session
    return receivedLine({
      helloName,
      clientAddress: plainAddress(remote.address),
      fqdn,
      localAddress: plainAddress(local.address),
      viaFrontend: true,
      time: this.#clock.now(),
      ...(tls !== undefined && { tls }),
    })
  }
}

function joined(first: Buffer, second: Buffer): Buffer {
  return Buffer.concat([first, second])
}
