import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Clock, Timer } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { Endpoint } from '../message/message-sink.ts'
import type {
  CertificateUse,
  Disconnection,
  SecuredConnection,
  SessionTransport,
  TransportEvents,
} from './session/session-transport.ts'
import type { TlsServer } from './tls-server.ts'

/** How long a client may take to leave after we ended the connection. */
const lingerTimeout: Milliseconds = 5 * second

/** The TLS settings of a connector's connections. */
export interface ConnectionTls {
  /** STARTTLS, and TLS on connect where that is the connector's mode. */
  readonly Public: TlsServer
  /** X-ANONYMOUSTLS. */
  readonly Internal: TlsServer
  /** TLS starts on connect. */
  readonly implicit: boolean
}

export interface ReceivingConnectionOptions {
  readonly socket: Socket
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly tls: ConnectionTls
  readonly clock: Clock
}

/** One accepted connection. Call `begin` once, at once. */
export class ReceivingConnection implements SessionTransport {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly #tls: ConnectionTls
  readonly #clock: Clock
  #events: TransportEvents | undefined
  /** What the session speaks on; the TLS socket also during its handshake. */
  #socket: Socket
  #handshaking = false
  #closing = false
  /** The session has a chunk and did not release it. */
  #taken = false
  /** One chunk that came all the same: to stop reading for each answer that takes time would cost. */
  #waiting: Buffer | undefined
  #inputEnded = false
  #socketError: string | undefined
  /** Who ended the connection first. */
  #endedBy: 'Local' | 'Remote' | undefined
  #lingering: Timer | undefined

  constructor({ socket, local, remote, tls, clock }: ReceivingConnectionOptions) {
    this.#socket = socket
    this.local = local
    this.remote = remote
    this.#tls = tls
    this.#clock = clock
  }

  /** Starts to read; `events` hears of everything from now on. */
  begin(events: TransportEvents): void {
    this.#events = events
    if (this.#tls.implicit) {
      this.#upgrade('Public', (secured) => events.opened(secured))
      return
    }
    this.#watch()
    this.#read()
    events.opened()
  }

  write(octets: string): boolean {
    if (this.#handshaking || this.#closing || !this.#socket.writable) return true
    if (this.#socket.write(octets)) return true
    this.#socket.once('drain', () => this.#events?.drained())
    return false
  }

  startTls(use: CertificateUse): void {
    // What came before the handshake must not be taken for something said under its protection.
    this.#taken = false
    this.#waiting = undefined
    this.#upgrade(use, (secured) => this.#events?.secured(secured))
  }

  close(): void {
    this.#endedBy ??= 'Local'
    if (this.#handshaking) {
      this.destroy()
      return
    }
    if (this.#closing || this.#socket.destroyed) return
    this.#stopReading()
    this.#socket.end()
    // Read on and drop it: octets left in the kernel at the end would turn it into a reset, which may
    // overtake what we said last.
    this.#socket.resume()
    this.#lingering = this.#clock.after(lingerTimeout, () => this.destroy())
  }

  hangUp(): void {
    // All was handed to the kernel, which delivers it behind our back. TLS has its own goodbye to say.
    const said = this.#socket.writableLength === 0 && !(this.#socket instanceof TLSSocket)
    if (said) this.destroy()
    else this.close()
  }

  detach(): Duplex {
    const socket = this.#socket
    this.#stopReading()
    socket.pause()
    if (this.#waiting !== undefined) socket.unshift(this.#waiting)
    return socket
  }

  destroy(): void {
    this.#endedBy ??= this.#inputEnded ? 'Remote' : 'Local'
    this.#socket.destroy()
  }

  /** Listens for the end of the connection, however it comes. */
  #watch(): void {
    this.#socket.on('error', (error) => this.#failed(error))
    this.#socket.once('close', () => this.#closed())
  }

  #read(): void {
    this.#socket.on('data', this.#received)
    this.#socket.on('end', this.#ended)
  }

  #stopReading(): void {
    this.#closing = true
    this.#socket.off('data', this.#received)
    this.#socket.off('end', this.#ended)
  }

  readonly #received = (chunk: Buffer): void => {
    if (!this.#taken) {
      this.#pass(chunk)
      return
    }
    this.#waiting = chunk
    this.#socket.pause()
  }

  #pass(chunk: Buffer): void {
    this.#taken = true
    this.#events?.received(chunk, this.#release)
  }

  readonly #release = (): void => {
    this.#taken = false
    if (this.#closing) return
    const waiting = this.#waiting
    if (waiting !== undefined) {
      this.#waiting = undefined
      this.#socket.resume()
      this.#pass(waiting)
    } else if (this.#inputEnded) {
      this.#endInput()
    }
  }

  readonly #ended = (): void => {
    this.#inputEnded = true
    if (this.#taken) this.#events?.inputEnding()
    else this.#endInput()
  }

  /** The client half-closed its side; all it sent before was taken. */
  #endInput(): void {
    this.#inputEnded = false
    this.#endedBy ??= 'Remote'
    this.#events?.inputEnded()
  }

  /** The client went away before its handshake was done. */
  readonly #left = (): void => {
    this.#endedBy ??= 'Remote'
    this.#socket.destroy()
  }

  #upgrade(use: CertificateUse, secured: (connection: SecuredConnection) => void): void {
    const plain = this.#socket
    plain.removeAllListeners()
    plain.on('error', () => undefined)
    this.#handshaking = true
    const server = this.#tls[use]
    const socket = server.upgrade(plain)
    this.#socket = socket
    this.#watch()
    // Our side stays open until we end it, and no client has anything to hear before its handshake is done.
    for (const side of [plain, socket]) side.once('end', this.#left)
    // A failed handshake closes the socket without an `error`.
    socket.on('_tlsError', (error: Error) => this.#failed(error))
    // Once: a TLS 1.2 client may negotiate again.
    socket.once('secure', () => {
      this.#handshaking = false
      for (const side of [plain, socket]) side.off('end', this.#left)
      this.#read()
      secured(securedConnection(server, socket))
    })
  }

  #failed(error: Error): void {
    // A peer that resets after our goodbye has heard all there was to say.
    if (this.#endedBy === undefined) this.#socketError ??= error.message
    this.#socket.destroy()
  }

  #closed(): void {
    this.#lingering?.cancel()
    this.#stopReading()
    const events = this.#events
    this.#events = undefined
    events?.closed(this.#disconnection(), this.#socketError)
  }

  #disconnection(): Disconnection {
    if (this.#endedBy !== undefined) return this.#endedBy
    return this.#socketError === undefined ? 'Remote' : 'Remote(SocketError)'
  }
}

function securedConnection(server: TlsServer, socket: TLSSocket): SecuredConnection {
  const version = socket.getProtocol() ?? 'unknown'
  const { raw } = socket.getPeerCertificate(false) as { raw?: Buffer }
  return {
    tls: {
      version: version.replace(/^TLSv(\d)(?:\.(\d))?$/, 'TLS$1_$2'),
      cipher: socket.getCipher().standardName,
    },
    certificate: server.certificateFor(socket.servername),
    ...(raw !== undefined && { clientCertificate: raw }),
  }
}
