import type { Duplex } from 'node:stream'
import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock } from '../../base/clock.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import type { ProtocolSession } from '../../logs/protocol-log.ts'
import type { Reply } from '../../smtp/reply.ts'
import { ReplyReader } from '../../smtp/reply-reader.ts'
import { ClientFailure, type ClientFailureKind, type ClientStage } from './client-failure.ts'
import { MovingDeadline } from './moving-deadline.ts'

/** What a caller waits for. */
interface Expectation {
  readonly count: number
  readonly timeout: Milliseconds
  readonly stageOf: (index: number) => ClientStage
  readonly replies: Reply[]
  readonly resolve: (replies: readonly Reply[]) => void
  readonly reject: (failure: ClientFailure) => void
}

/** A writer that waits until the peer has taken what was written. */
interface Writer {
  readonly resolve: () => void
  readonly reject: (failure: ClientFailure) => void
}

/** How the connection ended, in the words of the protocol log. */
type Ending = 'Local' | 'Remote' | 'Remote(SocketError)'

/**
 * One connection seen as octets out and replies in. It fails once: what waits then and whatever is
 * asked later rejects with that failure, and the socket is destroyed. A listener for errors stays on
 * every socket for good, because a retired one can still report a reset.
 */
export class ClientWire {
  readonly #deadline: MovingDeadline
  readonly #log: ProtocolSession
  #socket: Duplex
  #reader: ReplyReader
  #waiting: Expectation | undefined
  #writer: Writer | undefined
  #failure: ClientFailure | undefined
  /** Where the session stands while nobody waits for a reply: between STARTTLS and TLS that is `tls`. */
  #stageBetween: ClientStage = 'greeting'
  #early: Reply | undefined
  /** The first 421, asked for or not: whatever breaks behind it breaks because of it. */
  #farewell: Reply | undefined
  /** Positive intermediate and authentication replies are not logged word for word. */
  maskReplies = false
  /** Takes out of each line what nobody is to see, before it is logged or understood. */
  hide: ((line: string) => string) | undefined
  /** While content is written the peer may refuse it before its end. */
  inContent = false

  constructor(socket: Duplex, clock: Clock, log: ProtocolSession) {
    this.#deadline = new MovingDeadline(clock, () => this.#timedOut())
    this.#log = log
    this.#socket = socket
    this.#reader = this.#newReader()
    log.record('+', '')
    socket.on('error', this.#onError)
    this.#listen()
  }

  get socket(): Duplex {
    return this.#socket
  }

  get failure(): ClientFailure | undefined {
    return this.#failure
  }

  /** Fit for another command: not failed, and the peer did not say 421 or refuse content early. */
  get usable(): boolean {
    return this.#failure === undefined && this.#farewell === undefined && this.#early === undefined
  }

  /** A refusal that came before the content's end. */
  get early(): Reply | undefined {
    return this.#early
  }

  /** Monotonic time since when it waits for the peer; undefined while it does not. */
  get waitingSince(): Milliseconds | undefined {
    return this.#deadline.since
  }

  /** What the next reply belongs to, and how many of those expected with it have come. */
  get awaited(): { readonly stage: ClientStage; readonly answered: number } {
    return { stage: this.#currentStage(), answered: this.#waiting?.replies.length ?? 0 }
  }

  /** Ends the connection as if the peer had not answered in time. */
  giveUp(message: string): void {
    this.fail(this.#currentStage(), 'timeout', message)
  }

  /** Hands octets to the socket; false asks to wait by `drained`. */
  write(octets: string | Buffer): boolean {
    return this.#failure === undefined && this.#socket.write(octets)
  }

  /** Resolves when the peer has taken what was written or refused the content early. */
  drained(timeout: Milliseconds): Awaitable<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (!this.#socket.writableNeedDrain || this.#early !== undefined) return undefined
    return new Promise((resolve, reject) => {
      this.#deadline.set(timeout)
      this.#writer = { resolve, reject }
    })
  }

  /** The next `count` replies, at least one; `timeout` runs anew for each. One caller at a time. */
  expect(
    count: number,
    timeout: Milliseconds,
    stageOf: (index: number) => ClientStage,
  ): Promise<readonly Reply[]> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure)
        return
      }
      this.#deadline.set(timeout)
      this.#waiting = { count, timeout, stageOf, replies: [], resolve, reject }
    })
  }

  /** Takes the socket out for a TLS layer, to be followed by `attach`. Octets sent ahead are refused. */
  detach(): Duplex {
    if (this.#reader.midReply || this.#socket.readableLength > 0) this.#sentBeforeTls()
    if (this.#failure !== undefined) throw this.#failure
    this.#stopListening()
    return this.#socket
  }

  attach(socket: Duplex): void {
    this.#socket = socket
    this.#reader = this.#newReader()
    this.#stageBetween = 'command'
    socket.on('error', this.#onError)
    this.#listen()
  }

  /** Ends the connection for a reason; the first one stays. */
  fail(stage: ClientStage, kind: ClientFailureKind, message: string, cause?: unknown): void {
    if (this.#failure === undefined) this.#log.record('*', '', message)
    this.#end('Local', { stage, kind, message, cause })
  }

  /** Ends the connection because we are done with it. */
  destroy(): void {
    const message = 'we closed the connection'
    this.#end('Local', { stage: this.#stage, kind: 'closed', message })
  }

  #end(
    ending: Ending,
    why: { stage: ClientStage; kind: ClientFailureKind; message: string; cause?: unknown },
  ): void {
    if (this.#failure !== undefined) return
    const replies = this.#waiting?.replies ?? []
    this.#failure = new ClientFailure(why.message, { ...why, replies, refusal: this.#farewell })
    this.#deadline.close()
    this.#log.record('-', '', ending)
    this.#waiting?.reject(this.#failure)
    this.#waiting = undefined
    this.#writer?.reject(this.#failure)
    this.#writer = undefined
    this.#socket.destroy()
  }

  #listen(): void {
    this.#socket.on('data', this.#onData).on('drain', this.#onDrain)
    this.#socket.on('end', this.#onClose).on('close', this.#onClose)
    // It may come paused, with the peer's first octets in it.
    this.#socket.resume()
    if (this.#socket.destroyed) this.#onClose()
  }

  #stopListening(): void {
    this.#socket.off('data', this.#onData).off('drain', this.#onDrain)
    this.#socket.off('end', this.#onClose).off('close', this.#onClose)
  }

  #newReader(): ReplyReader {
    return new ReplyReader((received) => {
      const line = this.hide === undefined ? received : this.hide(received)
      const secret = this.maskReplies && /^(334|235)/.test(line)
      this.#log.record('<', secret ? `${line.slice(0, 3)} <authentication response>` : line)
      return line
    })
  }

  readonly #onData = (chunk: Buffer): void => {
    if (this.#failure !== undefined) return
    for (const reply of this.#reader.push(chunk)) this.#onReply(reply)
    const fault = this.#reader.fault
    if (fault !== undefined) this.fail(this.#stage, 'protocol', fault)
  }

  #onReply(reply: Reply): void {
    const waiting = this.#waiting
    if (waiting === undefined && this.#stageBetween === 'tls') {
      this.#sentBeforeTls()
      return
    }
    if (reply.code === 421) this.#farewell ??= reply
    if (waiting === undefined) {
      this.#unasked(reply)
      return
    }
    waiting.replies.push(reply)
    if (waiting.replies.length < waiting.count) {
      this.#deadline.set(waiting.timeout)
      return
    }
    this.#deadline.clear()
    this.#waiting = undefined
    const beforeTls = reply.code === 220 && waiting.stageOf(waiting.count - 1) === 'tls'
    this.#stageBetween = beforeTls ? 'tls' : 'command'
    waiting.resolve(waiting.replies)
  }

  #sentBeforeTls(): void {
    this.fail('tls', 'protocol', 'the peer sent data between its reply to STARTTLS and TLS')
  }

  /** A refusal of the content before its end, the farewell of a peer grown tired, or nonsense. */
  #unasked(reply: Reply): void {
    if (this.inContent && reply.code >= 400) {
      this.#early ??= reply
      this.#onDrain()
      return
    }
    if (reply.code !== 421) this.fail(this.#stage, 'protocol', 'the peer sent a reply unasked')
  }

  readonly #onDrain = (): void => {
    const writer = this.#writer
    this.#writer = undefined
    if (writer === undefined) return
    this.#deadline.clear()
    writer.resolve()
  }

  readonly #onClose = (): void => {
    const stage = this.#currentStage()
    this.#end('Remote', { stage, kind: 'closed', message: 'the peer closed the connection' })
  }

  readonly #onError = (error: Error): void => {
    const stage = this.#currentStage()
    const message = `the connection broke: ${error.message}`
    this.#end('Remote(SocketError)', { stage, kind: 'closed', message, cause: error })
  }

  #timedOut(): void {
    this.fail(this.#currentStage(), 'timeout', 'the peer did not answer in time')
  }

  #currentStage(): ClientStage {
    return this.inContent ? 'content' : this.#stage
  }

  get #stage(): ClientStage {
    const waiting = this.#waiting
    return waiting === undefined ? this.#stageBetween : waiting.stageOf(waiting.replies.length)
  }
}
