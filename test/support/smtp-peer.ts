import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { type ConnectionOptions, type TLSSocket, connect as connectTls } from 'node:tls'

export interface SmtpPeerOptions {
  readonly port: number
  readonly host?: string
  /** Loopback address to come from. */
  readonly from?: string
  /** TLS from the start. */
  readonly tls?: ConnectionOptions
}

/** An SMTP client driven by hand: says what it is told, and reads replies one at a time. */
export class SmtpPeer implements AsyncDisposable {
  #socket: Socket
  #text = ''
  #waiting: (() => void) | undefined
  #ended = false
  /** Code of the socket error, where there was one. */
  error: string | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#listen()
  }

  /** Connects, without waiting for the greeting. */
  static async connect(options: SmtpPeerOptions): Promise<SmtpPeer> {
    const { port, host = '127.0.0.1', from, tls } = options
    const source = from === undefined ? {} : { localAddress: from }
    if (tls !== undefined) {
      const socket = connectTls({ port, host, rejectUnauthorized: false, ...source, ...tls })
      await once(socket, 'secureConnect')
      return new SmtpPeer(socket)
    }
    const socket = connect({ port, host, ...source })
    await once(socket, 'connect')
    return new SmtpPeer(socket)
  }

  /** Connects, reads the greeting and says EHLO. */
  static async greeted(options: SmtpPeerOptions): Promise<SmtpPeer> {
    const peer = await SmtpPeer.connect(options)
    await peer.reply()
    await peer.command('EHLO client.example')
    return peer
  }

  /** The socket, for what this class has no words for. */
  get socket(): Socket {
    return this.#socket
  }

  /** Sends octets as they are. */
  write(octets: string | Buffer): void {
    this.#socket.write(octets)
  }

  /** Sends lines with their CRLF and gives the next reply. */
  async command(...lines: readonly string[]): Promise<string> {
    this.write(lines.map((line) => `${line}\r\n`).join(''))
    return await this.reply()
  }

  /**
   * The next reply, all its lines joined by LF, without the last CRLF; empty when the server has closed
   * the connection.
   */
  async reply(): Promise<string> {
    for (;;) {
      const match = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*)?\r\n/.exec(this.#text)
      if (match !== null) {
        this.#text = this.#text.slice(match[0].length)
        return match[0].replaceAll('\r\n', '\n').trimEnd()
      }
      if (this.#ended) return this.#text
      await this.#more()
    }
  }

  /** Resolves when the server has closed the connection; gives what it said before and nobody read. */
  async closed(): Promise<string> {
    while (!this.#ended) await this.#more()
    return this.#text
  }

  /** Says STARTTLS (or another verb) and does the handshake. */
  async startTls(options: ConnectionOptions = {}, verb = 'STARTTLS'): Promise<TLSSocket> {
    const answer = await this.command(verb)
    if (!answer.startsWith('220')) throw new Error(`no TLS: ${answer}`)
    return await this.handshake(options)
  }

  /** Does a TLS handshake on the connection as it is. */
  async handshake(options: ConnectionOptions = {}): Promise<TLSSocket> {
    this.#socket.removeAllListeners('data')
    this.#socket.removeAllListeners('end')
    this.#socket.removeAllListeners('close')
    const secure = connectTls({ socket: this.#socket, rejectUnauthorized: false, ...options })
    this.#socket = secure
    this.#listen()
    await once(secure, 'secureConnect')
    return secure
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    if (!this.#socket.closed) await once(this.#socket, 'close').catch(() => undefined)
  }

  #listen(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#text += chunk.toString('latin1')
      this.#waiting?.()
    })
    const end = () => {
      this.#ended = true
      this.#waiting?.()
    }
    this.#socket.on('end', end)
    this.#socket.on('close', end)
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      this.error = error.code
      end()
    })
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#waiting = resolve
    })
    this.#waiting = undefined
  }
}
