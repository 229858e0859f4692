import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type SecureContext, TLSSocket, createSecureContext } from 'node:tls'

/**
 * What the fake says to a verb: reply text as it stands on the wire (without the last CRLF), nothing
 * at all (`hang`), the end of the connection (`drop`), a reset (`reset`), or continuation lines for
 * ever (`endless`). A function decides by the whole command line.
 */
export type FakeAnswer = string | ((line: string, session: FakeSession) => string)

export interface FakeMxOptions {
  readonly address?: string
  readonly port?: number
  /** Lines of the EHLO reply after the first; STARTTLS is added while `tls` is given and not on. */
  readonly capabilities?: readonly string[]
  /** By verb in upper case; also `greeting`, and `content` for the verdict after the final dot. */
  readonly answers?: Readonly<Record<string, FakeAnswer>>
  /** Closes behind such an answer. */
  readonly leavesBehind?: RegExp
  /** Key and certificate for STARTTLS and X-ANONYMOUSTLS. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly requestCert?: boolean }
  /** How a handshake goes wrong, once the client has begun it. */
  readonly handshakeFault?: (session: FakeSession) => 'drop' | 'reset' | 'alert' | undefined
  /** Begins with TLS. */
  readonly implicitTls?: boolean
  /** Says this (or drops) once so many octets of content have come. */
  readonly midContent?: { readonly after: number; readonly answer: string }
}

export interface FakeMessage {
  readonly mail: string
  readonly recipients: readonly string[]
  /** As on the wire, dots still stuffed, without the final dot line. */
  readonly content: string
}

/** What one connection saw. */
export interface FakeSession {
  readonly lines: string[]
  readonly messages: FakeMessage[]
  secured: boolean
  closed: boolean
  /** The certificate that the client showed (DER). */
  clientCertificate?: Buffer | undefined
  /** The client resumed a TLS session. */
  resumed?: boolean
}

/** A server whose every answer is scripted; it keeps what it was told. */
export class FakeMx implements AsyncDisposable {
  readonly sessions: FakeSession[] = []
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #waiting = new Set<() => void>()
  /** One for all sessions, so that they can be resumed. */
  #context: SecureContext | undefined
  /** May be replaced between sessions. */
  options: FakeMxOptions

  private constructor(options: FakeMxOptions) {
    this.options = options
    this.#server = createServer((socket) => this.#serve(socket))
  }

  static async start(options: FakeMxOptions = {}): Promise<FakeMx> {
    const fake = new FakeMx(options)
    fake.#server.listen(options.port ?? 0, options.address ?? '127.0.0.1')
    await once(fake.#server, 'listening')
    return fake
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get messages(): readonly FakeMessage[] {
    return this.sessions.flatMap((session) => session.messages)
  }

  /** All command lines, over all sessions. */
  get lines(): readonly string[] {
    return this.sessions.flatMap((session) => session.lines)
  }

  get secureContext(): SecureContext {
    this.#context ??= createSecureContext(this.options.tls)
    return this.#context
  }

  /** Resolves when `condition` holds; looked at after each event. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      this.#waiting.add(() => resolve(undefined))
      await promise
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  changed(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }

  #serve(socket: Socket): void {
    const session = { lines: [], messages: [], secured: false, closed: false }
    this.sessions.push(session)
    this.#sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      session.closed = true
      this.#sockets.delete(socket)
      this.changed()
    })
    new FakeConnection(this, session, socket).greet()
    this.changed()
  }
}

/** The fake's side of one connection. */
class FakeConnection {
  readonly #fake: FakeMx
  readonly #session: FakeSession
  #socket: Socket
  /** The connection itself, below a TLS layer. */
  readonly #connection: Socket
  #input = ''
  #inContent = false
  /** Octets of a BDAT chunk still to come, and those of the message so far. */
  #chunkRest = 0
  #chunks = ''
  #lastChunk = false
  #interrupted = false
  #mail = ''
  #recipients: string[] = []

  constructor(fake: FakeMx, session: FakeSession, socket: Socket) {
    this.#fake = fake
    this.#session = session
    this.#socket = socket
    this.#connection = socket
    if (fake.options.implicitTls === true) this.#upgrade()
    else this.#listen()
  }

  greet(): void {
    this.#answer('greeting', '', '220 fake.example ESMTP')
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#input += chunk.toString('latin1')
      while (this.#chunkRest > 0 ? this.#readChunk() : this.#readNext());
      this.#fake.changed()
    })
  }

  #readNext(): boolean {
    return this.#inContent ? this.#readContent() : this.#readLine()
  }

  #chunk(line: string): void {
    const [, size, last] = /^BDAT (\d+)( LAST)?$/.exec(line) ?? []
    this.#chunkRest = Number(size)
    this.#lastChunk = last !== undefined
    if (this.#chunkRest === 0) this.#endChunk()
  }

  #readChunk(): boolean {
    const part = this.#input.slice(0, this.#chunkRest)
    this.#input = this.#input.slice(part.length)
    this.#chunkRest -= part.length
    this.#chunks += part
    if (this.#chunkRest > 0) return false
    this.#endChunk()
    return true
  }

  #endChunk(): void {
    const content = this.#chunks
    if (!this.#lastChunk) {
      this.#answer('chunk', '', '250 2.6.0 CHUNK received OK')
      return
    }
    this.#chunks = ''
    const answer = this.#answer('content', '', '250 2.6.0 Queued')
    const message = { mail: this.#mail, recipients: this.#recipients, content }
    if (answer.startsWith('250')) this.#session.messages.push(message)
    this.#forget()
  }

  #readLine(): boolean {
    const end = this.#input.indexOf('\r\n')
    if (end < 0) return false
    const line = this.#input.slice(0, end)
    this.#input = this.#input.slice(end + 2)
    this.#session.lines.push(line)
    this.#command(line)
    return true
  }

  #command(line: string): void {
    const verb = (line.split(' ', 1)[0] ?? '').toUpperCase()
    const answer = this.#answer(verb, line, this.#usual(verb))
    if (verb === 'RSET' || verb === 'EHLO') this.#forget()
    if (verb === 'MAIL' && answer.startsWith('250')) this.#mail = line
    if (verb === 'RCPT' && answer.startsWith('25')) this.#recipients.push(line)
    if (answer.startsWith('354')) this.#inContent = true
    if (verb.endsWith('TLS') && answer.startsWith('220')) this.#upgrade()
    if (verb === 'BDAT') this.#chunk(line)
    if (answer.startsWith('221') || answer.startsWith('421')) this.#socket.end()
  }

  #usual(verb: string): string {
    switch (verb) {
      case 'EHLO': {
        const { capabilities = [], tls } = this.#fake.options
        const offers = tls !== undefined && !this.#session.secured ? ['STARTTLS'] : []
        const lines = ['fake.example', ...capabilities, ...offers]
        const last = lines.length - 1
        return lines.map((line, at) => `250${at < last ? '-' : ' '}${line}`).join('\r\n')
      }
      case 'DATA':
        return this.#recipients.length === 0 ? '503 5.5.1 No recipients' : '354 Go on'
      case 'BDAT':
        return ''
      case 'QUIT':
        return '221 2.0.0 Bye'
      case 'STARTTLS':
      case 'X-ANONYMOUSTLS':
        return '220 2.0.0 Go ahead'
      case 'MAIL':
        return '250 2.1.0 Sender OK'
      case 'RCPT':
        return '250 2.1.5 Recipient OK'
      default:
        return '250 2.0.0 OK'
    }
  }

  #answer(verb: string, line: string, usual: string): string {
    const scripted = this.#fake.options.answers?.[verb]
    const answer =
      typeof scripted === 'function' ? scripted(line, this.#session) : (scripted ?? usual)
    switch (answer) {
      case '':
      case 'hang':
        break
      case 'drop':
        this.#socket.destroy()
        break
      case 'reset':
        this.#connection.resetAndDestroy()
        break
      case 'endless':
        this.#endless()
        break
      default:
        this.#socket.write(`${answer}\r\n`, 'latin1')
        if (this.#fake.options.leavesBehind?.test(answer) === true) this.#socket.end()
    }
    return answer
  }

  #endless(): void {
    while (this.#socket.writable && this.#socket.write('250-and another thing\r\n'));
    if (this.#socket.writable) this.#socket.once('drain', () => this.#endless())
  }

  #readContent(): boolean {
    const { midContent } = this.#fake.options
    if (midContent !== undefined && !this.#interrupted && this.#input.length >= midContent.after) {
      this.#interrupted = true
      if (midContent.answer === 'drop') this.#socket.destroy()
      else this.#socket.write(`${midContent.answer}\r\n`)
    }
    const whole = `\r\n${this.#input}`
    const end = whole.indexOf('\r\n.\r\n')
    if (end < 0) return false
    const content = whole.slice(2, end + 2)
    this.#input = whole.slice(end + 5)
    this.#inContent = false
    const answer = this.#answer('content', '', '250 2.6.0 Queued')
    const message = { mail: this.#mail, recipients: this.#recipients, content }
    if (answer.startsWith('250')) this.#session.messages.push(message)
    this.#forget()
    return true
  }

  #forget(): void {
    this.#chunks = ''
    this.#mail = ''
    this.#recipients = []
  }

  #failHandshake(fault: 'drop' | 'reset' | 'alert'): void {
    if (fault === 'reset') this.#connection.resetAndDestroy()
    else if (fault === 'drop') this.#connection.destroy()
    // A fatal alert: handshake_failure.
    else this.#connection.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))
  }

  #upgrade(): void {
    const { tls, handshakeFault } = this.#fake.options
    this.#socket.removeAllListeners('data')
    const fault = handshakeFault?.(this.#session)
    if (fault !== undefined) {
      this.#socket.once('data', () => this.#failHandshake(fault))
      return
    }
    if (tls === undefined) return
    const secured = new TLSSocket(this.#socket, {
      isServer: true,
      rejectUnauthorized: false,
      secureContext: this.#fake.secureContext,
      requestCert: tls.requestCert === true,
    })
    secured.on('error', () => undefined)
    secured.once('secure', () => {
      this.#session.secured = true
      this.#session.resumed = secured.isSessionReused()
      this.#session.clientCertificate = secured.getPeerX509Certificate()?.raw
    })
    this.#socket = secured
    this.#input = ''
    this.#listen()
  }
}
