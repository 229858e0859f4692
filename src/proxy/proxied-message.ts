import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress } from '../base/ip-range.ts'
import type { Recipient } from '../message/envelope.ts'
import type { AddressCheck, IncomingMessage, MailTransaction } from '../message/message-sink.ts'
import { receivedLine } from '../message/received-line.ts'
import { rcptCommand } from '../deliver/smtp/envelope-commands.ts'
import type { SmtpClient } from '../deliver/smtp/smtp-client.ts'
import { messageTooLarge } from '../smtp/replies.ts'
import { type Reply, isPositive } from '../smtp/reply.ts'
import type { BackEndConnection, BackEndConnections } from './back-end-connections.ts'
import { ContentTop } from './content-top.ts'
import { proxyFailure } from './proxy-failure.ts'

export interface ProxiedMessageOptions {
  /** With the transaction open; the message's until it ends. */
  readonly connection: BackEndConnection
  readonly connections: Pick<BackEndConnections, 'giveBack'>
  readonly clock: Clock
}

/** Content up to this is gathered and goes out at once. */
const gathered: Bytes = 64 * 1024

/**
 * One message on its way through to the back end. A small one goes by BDAT (RFC 3030), command and
 * content in one write, and nobody looks for dots a second time. A larger one goes by DATA, which needs
 * no round trip for each piece, and so does all to a back end without CHUNKING. Binary content
 * (BODY=BINARYMIME) goes by BDAT only, which alone may carry it.
 */
export class ProxiedMessage implements IncomingMessage {
  readonly #transaction: MailTransaction
  readonly #connection: BackEndConnection
  readonly #connections: Pick<BackEndConnections, 'giveBack'>
  readonly #clock: Clock
  readonly #binary: boolean
  readonly #top: ContentTop
  /** Content goes by BDAT, as far as is known. */
  #chunked: boolean
  /** What waits to go out: our trace line, and the content behind it where that goes in chunks. */
  #held: Buffer[] = []
  #heldSize: Bytes = 0
  /** What is passed on, for the connectivity log. */
  #size: Bytes = 0
  #recipients = 0
  /** Octets of the client, for its connector's limit. */
  #received: Bytes = 0
  #state: 'envelope' | 'content' | 'ended' = 'envelope'
  /** The answer to all that follows, once the back end is lost or has refused a chunk. */
  #verdict: Reply | undefined

  constructor(transaction: MailTransaction, options: ProxiedMessageOptions) {
    this.#transaction = transaction
    this.#connection = options.connection
    this.#connections = options.connections
    this.#clock = options.clock
    this.#binary = transaction.envelope.body === 'BINARYMIME'
    this.#top = new ContentTop(transaction.limits.maxHeaderSize)
    this.#chunked = this.#binary || options.connection.client.capabilities.has('CHUNKING')
  }

  async addRecipient(recipient: Recipient, check?: AddressCheck): Promise<Reply | undefined> {
    const refusal = await check?.(recipient.address)
    if (refusal !== undefined) return refusal
    const line = rcptCommand(recipient, this.#client.capabilities)
    const answer = await this.#ask('envelope', () => this.#client.command(line))
    if (!isPositive(answer)) return answer
    this.#recipients++
    return undefined
  }

  async startContent(): Promise<Reply | undefined> {
    const refusal = this.#verdict ?? (this.#chunked ? undefined : await this.#startData())
    if (refusal !== undefined) return refusal
    this.#state = 'content'
    this.#hold(Buffer.from(this.#receivedLine()))
    return undefined
  }

  get refusal(): Reply | undefined {
    return this.#verdict === undefined || isPositive(this.#verdict) ? undefined : this.#verdict
  }

  refuse(reason: Reply): void {
    this.#verdict ??= reason
    this.abort()
  }

  write(chunk: Buffer): Awaitable<void> {
    if (this.#verdict !== undefined || this.#state !== 'content') return
    this.#received += chunk.length
    if (this.#received > (this.#transaction.maxSize ?? Infinity)) {
      this.refuse(messageTooLarge)
      return
    }
    this.#hold(this.#top.push(chunk))
    if (!this.#chunked) return this.#sendHeld()
    if (this.#heldSize > gathered) return this.#binary ? this.#sendChunk(false) : this.#stream()
  }

  async commit(): Promise<Reply> {
    if (this.#state !== 'content') return this.#verdict ?? proxyFailure('content')
    this.#hold(this.#top.end())
    if (this.#chunked) await this.#sendChunk(true)
    else await this.#sendHeld()
    const verdict = this.#verdict ?? (await this.#ask('content', () => this.#client.endContent()))
    if (isPositive(verdict)) this.#connection.connectivity.carried(this.#size, this.#recipients)
    this.#end()
    return verdict
  }

  abort(): void {
    if (this.#state === 'ended') return
    // What went behind DATA cannot be taken back but by leaving; chunks can, by RSET.
    if (this.#state === 'content' && !this.#chunked) this.#client.destroy()
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

  #hold(octets: Buffer): void {
    if (octets.length === 0) return
    this.#held.push(octets)
    this.#heldSize += octets.length
    this.#size += octets.length
  }

  #takeHeld(): readonly Buffer[] {
    const held = this.#held
    this.#held = []
    this.#heldSize = 0
    return held
  }

  /** DATA; answers why it cannot be. */
  async #startData(): Promise<Reply | undefined> {
    const answer = await this.#ask('content', () => this.#client.command('DATA'))
    if (answer.code === 354) return undefined
    return isPositive(answer) ? this.#lost('content') : answer
  }

  /** The content is larger than can be gathered. */
  async #stream(): Promise<void> {
    const refusal = await this.#startData()
    if (refusal === undefined) {
      this.#chunked = false
      await this.#sendHeld()
    } else {
      this.#verdict = refusal
      this.#connection.needsReset = true
      this.#takeHeld()
    }
  }

  /** Sends content behind DATA. */
  #sendHeld(): Awaitable<void> {
    const [first, ...more] = this.#takeHeld()
    if (first === undefined) return
    const octets = more.length === 0 ? first : Buffer.concat([first, ...more])
    const sending = this.#client.sendContent(octets)
    if (sending !== undefined) return sending.catch(() => this.#lose())
  }

  async #sendChunk(last: boolean): Promise<void> {
    if (this.#verdict !== undefined) return
    const pieces = this.#takeHeld()
    const answer = await this.#ask('content', () => this.#client.sendChunk(pieces, { last }))
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
