import { type Socket, connect } from 'node:net'
import { type SecureContext, connect as connectTls } from 'node:tls'
import type { SendOrder } from './orders.ts'
import { ReplyCounter } from './reply-counter.ts'

/** TLS sessions of earlier connections, to be resumed by later ones as real senders do. */
export interface TlsMemory {
  readonly context: SecureContext
  session: Buffer | undefined
}

export interface SessionOptions {
  readonly order: SendOrder
  readonly tls: TlsMemory
  /** The session can take a message. */
  readonly onReady: (session: ClientSession) => void
  /** The message was answered 250, so many milliseconds after its final dot. */
  readonly onAnswered: (session: ClientSession, after: number) => void
  readonly onClosed: () => void
  readonly onFailed: (reason: string) => void
}

/** One message, ready to be written. */
export interface PreparedMail {
  /** MAIL, RCPT and DATA, pipelined. */
  readonly envelope: Buffer
  readonly recipients: number
  /** Writes header, body and final dot. */
  readonly writeContent: (socket: Socket) => void
}

/** A client that does no more than it must: fixed octets out, reply codes in. */
export class ClientSession {
  readonly #options: SessionOptions
  readonly #replies = new ReplyCounter()
  #socket: Socket
  /** Codes that are expected, in this order; then `#then` goes on. */
  #expected: number[] = [220]
  #then: () => void
  #closing = false

  constructor(options: SessionOptions) {
    this.#options = options
    const { to } = options.order
    this.#socket = connect({ host: to.address, port: to.port, noDelay: true })
    this.#listen()
    this.#then = () => this.#greet(options.order.tls)
  }

  send(mail: PreparedMail): void {
    const accepted = Array.from({ length: 1 + mail.recipients }, () => 250)
    this.#await([...accepted, 354], () => {
      const dotAt = performance.now()
      this.#await([250], () => this.#options.onAnswered(this, performance.now() - dotAt))
      this.#socket.cork()
      mail.writeContent(this.#socket)
      this.#socket.uncork()
    })
    this.#socket.write(mail.envelope)
  }

  quit(): void {
    this.#await([221], () => this.#socket.end())
    this.#closing = true
    this.#socket.write('QUIT\r\n')
  }

  destroy(): void {
    this.#closing = true
    this.#socket.destroy()
  }

  #greet(startTls: boolean): void {
    const { user } = this.#options.order
    this.#await([250], () => {
      if (startTls) this.#startTls()
      else if (user !== undefined) this.#authenticate(user)
      else this.#options.onReady(this)
    })
    this.#socket.write('EHLO client.example.test\r\n')
  }

  #startTls(): void {
    this.#await([220], () => {
      this.#socket.removeAllListeners()
      const { tls } = this.#options
      const secure = connectTls({
        socket: this.#socket,
        secureContext: tls.context,
        rejectUnauthorized: false,
        ...(tls.session !== undefined && { session: tls.session }),
      })
      secure.on('session', (session: Buffer) => (tls.session = session))
      this.#socket = secure
      this.#listen()
      secure.once('secureConnect', () => this.#greet(false))
    })
    this.#socket.write('STARTTLS\r\n')
  }

  #authenticate({ name, password }: { readonly name: string; readonly password: string }): void {
    const secret = Buffer.from(`\0${name}\0${password}`).toString('base64')
    this.#await([235], () => this.#options.onReady(this))
    this.#socket.write(`AUTH PLAIN ${secret}\r\n`)
  }

  #await(codes: number[], then: () => void): void {
    this.#expected = codes
    this.#then = then
  }

  #listen(): void {
    const { onClosed, onFailed } = this.#options
    this.#socket.on('data', (chunk: Buffer) =>
      this.#replies.take(chunk, (code, text) => this.#hear(code, text)),
    )
    this.#socket.on('error', (error) => {
      if (!this.#closing) onFailed(error.message)
    })
    this.#socket.on('close', () => {
      if (!this.#closing) onFailed('the server closed a connection')
      else onClosed()
    })
  }

  #hear(code: number, text: Buffer): void {
    const expected = this.#expected.shift()
    if (code !== expected) {
      this.#options.onFailed(`expected ${expected}, heard ${text.toString('latin1').trim()}`)
    } else if (this.#expected.length === 0) {
      this.#then()
    }
  }
}
