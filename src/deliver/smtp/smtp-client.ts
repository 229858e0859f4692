import type { Duplex } from 'node:stream'
import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { ProtocolSession } from '../../logs/protocol-log.ts'
import { DotEncoder } from '../../smtp/dot-encoder.ts'
import { isAboutCommand, type Reply } from '../../smtp/reply.ts'
import { ClientFailure, type ClientStage } from './client-failure.ts'
import type { ClientTimeouts } from './client-timeouts.ts'
import {
  type ClientTls,
  type ClientTlsOptions,
  clientTlsFacts,
  describeCertificate,
  startClientTls,
} from './client-tls.ts'
import { credentialMask } from './credential-mask.ts'
import type { ClientCredential } from './credential.ts'
import { ClientWire } from './client-wire.ts'

/** What EHLO offered: keyword in upper case, and its parameters as one text. */
export type Capabilities = ReadonlyMap<string, string>

export interface SmtpClientOptions {
  readonly clock: Clock
  readonly log: ProtocolSession
  readonly timeouts: ClientTimeouts
}

const certificateContext =
  'Received certificate Subject Issuer name Serial number Thumbprint Not before Not after Subject alternate names'
const controlCharacters = /[\x00-\x1f\x7f]/

/** Whether `text` can stand in a command line: nothing in it ends the line or hides from a log. */
export function isWireSafe(text: string): boolean {
  return !controlCharacters.test(text)
}

/**
 * One SMTP session as client over a connected socket. Refusals are replies; a session that breaks
 * rejects with a ClientFailure and is then of no more use. One call at a time. The socket is the
 * client's until `quit` or `destroy`.
 */
export class SmtpClient {
  readonly #wire: ClientWire
  readonly #clock: Clock
  readonly #log: ProtocolSession
  readonly #timeouts: ClientTimeouts
  /** The command lines last sent. */
  #lines: readonly string[] = []
  #encoder: DotEncoder | undefined
  #capabilities: Capabilities = new Map()
  #tls: ClientTls | undefined
  /** The first reply; 220 when the server takes sessions. */
  readonly greeting: Reply

  private constructor(wire: ClientWire, greeting: Reply, options: SmtpClientOptions) {
    this.#wire = wire
    this.greeting = greeting
    this.#clock = options.clock
    this.#log = options.log
    this.#timeouts = options.timeouts
  }

  /** Waits for the greeting, whatever it says. Rejects with a ClientFailure. */
  static async open(socket: Duplex, options: SmtpClientOptions): Promise<SmtpClient> {
    const wire = new ClientWire(socket, options.clock, options.log)
    const [greeting] = await wire.expect(1, options.timeouts.greeting, () => 'greeting')
    return new SmtpClient(wire, answered(greeting), options)
  }

  /** What the last EHLO offered; empty before it and after HELO. */
  get capabilities(): Capabilities {
    return this.#capabilities
  }

  /** The TLS layer, once STARTTLS succeeded. */
  get tls(): ClientTls | undefined {
    return this.#tls
  }

  /** Why the session broke, if it did. */
  get failure(): ClientFailure | undefined {
    return this.#wire.failure
  }

  /** Whether another command makes sense: not broken, no 421, no content refused half-way. */
  get usable(): boolean {
    return this.#wire.usable
  }

  /** Monotonic time since when it waits for the peer; undefined while it does not. */
  get waitingSince(): Milliseconds | undefined {
    return this.#wire.waitingSince
  }

  /** At which stage, and for the reply to which command line; the line is empty where it is none or a secret. */
  get awaited(): { readonly stage: ClientStage; readonly line: string } {
    const { stage, answered: before } = this.#wire.awaited
    const line = this.#lines[before] ?? ''
    return { stage, line: stageOfCommand(line) === stage ? line : '' }
  }

  /** Ends the session as if the peer had not answered in time. */
  giveUp(message: string): void {
    this.#wire.giveUp(message)
  }

  /**
   * Sends one command line (without CRLF) and waits for its reply; `timeout` defaults to RFC 5321's
   * for the verb. Throws a RangeError for a line with control characters.
   */
  async command(line: string, timeout?: Milliseconds): Promise<Reply> {
    const [answer] = await this.pipeline([line], timeout)
    return answered(answer)
  }

  /**
   * Sends the lines in one write and waits for all replies, in order; for a peer that offers
   * PIPELINING. A failure in between carries the replies that came before it.
   */
  pipeline(lines: readonly string[], timeout?: Milliseconds): Promise<readonly Reply[]> {
    for (const line of lines)
      if (!isWireSafe(line)) throw new RangeError('an SMTP command cannot hold control characters')
    if (this.#wire.failure === undefined) for (const line of lines) this.#log.record('>', line)
    this.#lines = lines
    this.#wire.write(`${lines.join('\r\n')}\r\n`)
    const stageOf = (index: number) => stageOfCommand(lines[index] ?? '')
    const patience = timeout ?? this.#patience(stageOf(0))
    return this.#wire.expect(lines.length, patience, stageOf)
  }

  /**
   * Introduces us by EHLO; by HELO when `helo` asks for it or the peer refuses EHLO for good. The
   * answer is the one that tells: HELO's when it is a welcome or the peer just does not know EHLO, else
   * that to EHLO, behind which many a peer closes.
   */
  async hello(name: string, { helo = false } = {}): Promise<Reply> {
    this.#capabilities = new Map()
    if (helo) return this.command(`HELO ${name}`)
    const answer = await this.command(`EHLO ${name}`)
    if (answer.code === 250) this.#capabilities = readCapabilities(answer)
    if (answer.code < 500 || !this.usable) return answer
    try {
      const second = await this.command(`HELO ${name}`)
      return second.code === 250 || isAboutCommand(answer) ? second : answer
    } catch (error) {
      if (error instanceof ClientFailure) return answer
      throw error
    }
  }

  /**
   * Asks for TLS and shakes hands. A positive reply means that the session is encrypted and that
   * EHLO is due again. A handshake that fails rejects with stage and kind `tls`.
   */
  async startTls(
    options: ClientTlsOptions,
    verb: 'STARTTLS' | 'X-ANONYMOUSTLS' = 'STARTTLS',
  ): Promise<Reply> {
    const answer = await this.command(verb)
    if (answer.code !== 220) return answer
    const plain = this.#wire.detach()
    try {
      const deadline = { clock: this.#clock, timeout: this.#timeouts.tlsHandshake }
      const secured = await startClientTls(plain, options, deadline)
      this.#wire.attach(secured)
      this.#tls = clientTlsFacts(secured, options)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#wire.fail('tls', 'tls', `TLS negotiation failed: ${reason}`, error)
      throw this.#wire.failure ?? error
    }
    this.#capabilities = new Map()
    this.#logTls(this.#tls)
    return answer
  }

  /**
   * Logs on by AUTH LOGIN or PLAIN, whichever is offered first in that order. Rejects with kind
   * `unsupported` when neither is. The credential does not reach the log, nor any text that comes of
   * this session, though the peer repeat it.
   */
  async authenticate(credential: ClientCredential): Promise<Reply> {
    const offered = (this.#capabilities.get('AUTH') ?? '').toUpperCase().split(' ')
    this.#wire.maskReplies = true
    this.#wire.hide = credentialMask(credential)
    try {
      if (offered.includes('LOGIN')) return await this.#authLogin(credential)
      if (offered.includes('PLAIN')) return await this.#authPlain(credential)
    } finally {
      this.#wire.maskReplies = false
    }
    const message = 'the peer offers neither AUTH LOGIN nor AUTH PLAIN'
    throw new ClientFailure(message, { stage: 'auth', kind: 'unsupported' })
  }

  /**
   * Adds content after a 354, in any pieces; it is dot-stuffed and its line ends made CRLF on the way.
   * Waits while the peer is slow. Rejects with a ClientFailure. Once the peer has refused the
   * content, the rest is swallowed and `endContent` tells.
   */
  sendContent(chunk: Buffer): Awaitable<void> {
    const encoder = this.#beginContent()
    if (this.#wire.early !== undefined || chunk.length === 0) return
    if (this.#wire.write(encoder.encode(chunk))) return
    return this.#flush()
  }

  /** Ends the content and waits for the peer's verdict, or tells the one that came early. */
  async endContent(): Promise<Reply> {
    const encoder = this.#beginContent()
    this.#encoder = undefined
    if (this.#wire.early !== undefined) return this.#refusedEarly(this.#wire.early)
    this.#wire.inContent = false
    this.#wire.write(encoder.end())
    this.#wire.socket.uncork()
    const [answer] = await this.#wire.expect(1, this.#timeouts.finalDot, () => 'final-dot')
    return answered(answer)
  }

  /** Sends pieces 0, 1, … until there is none, then ends the content: see `endContent`. */
  async writeContent(
    piece: (index: number, spare?: Buffer) => Awaitable<Buffer | undefined>,
  ): Promise<Reply> {
    let spare: Buffer | undefined
    for (let index = 0; this.#wire.early === undefined; index++) {
      const reading = piece(index, spare)
      const chunk = reading instanceof Promise ? await reading : reading
      if (chunk === undefined) break
      const sending = this.sendContent(chunk)
      if (sending !== undefined) await sending
      // Only what the system has taken may be overwritten.
      spare = this.#wire.socket.writableLength === 0 ? chunk : undefined
    }
    return this.endContent()
  }

  /**
   * Sends `pieces` as one chunk by BDAT (RFC 3030), in one write with its command, and waits for the
   * reply; nothing in them is changed. For a peer that offers CHUNKING. Rejects with a ClientFailure.
   */
  async sendChunk(pieces: readonly Buffer[], { last }: { readonly last: boolean }): Promise<Reply> {
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const line = `BDAT ${size}${last ? ' LAST' : ''}`
    if (this.#wire.failure === undefined) this.#log.record('>', line)
    this.#wire.socket.cork()
    this.#wire.write(`${line}\r\n`)
    for (const piece of pieces) this.#wire.write(piece)
    this.#wire.socket.uncork()
    const patience = last ? this.#timeouts.finalDot : this.#timeouts.content
    const [answer] = await this.#wire.expect(1, patience, () => (last ? 'final-dot' : 'content'))
    return answered(answer)
  }

  /**
   * Hands the socket out, paused, between two commands, for a peer that goes on in another protocol; the
   * session is of no more use. Throws the ClientFailure when it is broken.
   */
  release(): Duplex {
    const socket = this.#wire.detach()
    socket.pause()
    return socket
  }

  /** Says goodbye and closes; never rejects, and does not wait long for the answer. */
  async quit(): Promise<void> {
    try {
      if (this.usable) await this.command('QUIT', this.#timeouts.quit)
    } catch {
      // The peer may close at once: either way the session is over.
    }
    this.destroy()
  }

  /** Closes without a word. */
  destroy(): void {
    this.#wire.destroy()
  }

  /** Content is collected until the socket's buffer is full or it ends: small messages go as one write. */
  #beginContent(): DotEncoder {
    if (this.#encoder === undefined) {
      this.#encoder = new DotEncoder()
      this.#wire.inContent = true
      this.#wire.socket.cork()
    }
    return this.#encoder
  }

  async #flush(): Promise<void> {
    this.#wire.socket.uncork()
    await this.#wire.drained(this.#timeouts.content)
    this.#wire.socket.cork()
  }

  /** The peer still waits for the rest of the content, so the session cannot go on. */
  #refusedEarly(refusal: Reply): Reply {
    this.destroy()
    return refusal
  }

  async #authLogin({ userName, password }: ClientCredential): Promise<Reply> {
    const asked = await this.command('AUTH LOGIN')
    if (asked.code !== 334) return asked
    const named = await this.#secret(base64(userName))
    return named.code === 334 ? this.#secret(base64(password)) : named
  }

  async #authPlain({ userName, password }: ClientCredential): Promise<Reply> {
    this.#log.record('>', 'AUTH PLAIN <authentication response>')
    return this.#unlogged(`AUTH PLAIN ${base64(`\0${userName}\0${password}`)}`)
  }

  #secret(line: string): Promise<Reply> {
    this.#log.record('>', '<authentication response>')
    return this.#unlogged(line)
  }

  async #unlogged(line: string): Promise<Reply> {
    this.#wire.write(`${line}\r\n`)
    const [answer] = await this.#wire.expect(1, this.#timeouts.command, () => 'auth')
    return answered(answer)
  }

  #logTls(tls: ClientTls): void {
    const { version, cipher, certificate } = tls
    const negotiated = `TLS protocol ${version} negotiation succeeded using cipher ${cipher}`
    this.#log.record('*', '', negotiated)
    if (certificate === undefined) return
    this.#log.record('*', describeCertificate(certificate), certificateContext)
    const status = tls.trusted ? 'Valid' : tls.distrust
    this.#log.record('*', '', `TlsDomainCapabilities='None'; Status='${status}'`)
  }

  #patience(stage: ClientStage): Milliseconds {
    if (stage === 'mail' || stage === 'rcpt' || stage === 'data') return this.#timeouts[stage]
    return this.#timeouts.command
  }
}

function answered(reply: Reply | undefined): Reply {
  if (reply === undefined) throw new TypeError('a session answered without a reply')
  return reply
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

const stagesByVerb: Readonly<Record<string, ClientStage>> = {
  EHLO: 'hello',
  HELO: 'hello',
  STARTTLS: 'tls',
  'X-ANONYMOUSTLS': 'tls',
  AUTH: 'auth',
  MAIL: 'mail',
  RCPT: 'rcpt',
  DATA: 'data',
}

function stageOfCommand(line: string): ClientStage {
  return stagesByVerb[line.split(' ', 1)[0] ?? ''] ?? 'command'
}

/** Lines after the first: `SIZE 36700160`, and `AUTH=LOGIN` as old servers write it. */
function readCapabilities(answer: Reply): Capabilities {
  const entries = answer.lines.slice(1).map((line): readonly [string, string] => {
    const [keyword = '', ...parameters] = line
      .trim()
      .replace(/^AUTH=/i, 'AUTH ')
      .split(/ +/)
    return [keyword.toUpperCase(), parameters.join(' ')]
  })
  return new Map(entries)
}
