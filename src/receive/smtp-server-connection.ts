import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type SecureContext, type TLSSocket, createSecureContext } from 'node:tls'
import { SMTPServer } from 'smtp-server'
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js'
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js'
import { plainAddress } from '../base/ip-range.ts'
import type { Endpoint } from '../message/message-sink.ts'
import { internalServerName } from '../proxy/service-session.ts'
import type { KeyPair } from '../tls/certificates.ts'
import type {
  CertificateUse,
  Disconnection,
  SecuredConnection,
  SessionTransport,
  TransportEvents,
} from './session-transport.ts'

/**
 * The one place that touches the package smtp-server. From it come the set-up of sockets, the TLS
 * upgrade and the half-close; its parser, handlers, timers and replies are replaced. The package is
 * pinned, and a contract test watches every member that is used or overridden here.
 */

const lowestTlsVersion = 'TLSv1.2'

export interface TlsServerOptions {
  readonly certificate: KeyPair
  /** Shown to a client that asks for `internalServerName`. */
  readonly internal: KeyPair
  /** TLS starts on connect. */
  readonly implicit: boolean
  /** Ask clients for a certificate; any is let through, the session judges it. */
  readonly requestClientCertificate: boolean
}

/** TLS settings that connections share, as an SMTPServer that never listens. */
export class TlsServer extends SMTPServer {
  readonly #internal: KeyPair
  readonly #internalContext: SecureContext
  #certificate: KeyPair

  constructor({ certificate, internal, implicit, requestClientCertificate }: TlsServerOptions) {
    super({
      key: certificate.key,
      cert: certificate.certificate,
      minVersion: lowestTlsVersion,
      requestCert: requestClientCertificate,
      rejectUnauthorized: false,
      secure: implicit,
      needsUpgrade: implicit,
      logger: false,
    })
    this.#certificate = certificate
    this.#internal = internal
    this.#internalContext = createSecureContext({
      key: internal.key,
      cert: internal.certificate,
      minVersion: lowestTlsVersion,
    })
  }

  /** Shows this certificate from the next handshake on. */
  useCertificate(certificate: KeyPair): void {
    if (certificate.thumbprint === this.#certificate.thumbprint) return
    this.#certificate = certificate
    this.updateSecureContext({ key: certificate.key, cert: certificate.certificate })
  }

  /** The certificate that a client asking for `serverName` is shown. */
  certificateFor(serverName: string | false | null | undefined): KeyPair {
    return serverName === internalServerName ? this.#internal : this.#certificate
  }

  override _resolveSNI(
    serverName: string,
    callback: (error: Error | null, context?: SecureContext) => void,
  ): void {
    if (serverName === internalServerName) callback(null, this.#internalContext)
    else super._resolveSNI(serverName, callback)
  }
}

/** The TLS settings of a connector's connections. */
export interface ConnectionTls {
  /** STARTTLS, and TLS on connect where that is the connector's mode. */
  readonly Public: TlsServer
  /** X-ANONYMOUSTLS. */
  readonly Internal: TlsServer
}

/** One accepted connection. Call `begin` once, at once. */
export class ReceivingConnection extends SMTPConnection implements SessionTransport {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly #servers: ConnectionTls
  #events: TransportEvents | undefined
  /** The socket that everything else hangs below: the TLS socket, also during its handshake. */
  #topmost: Socket
  #use: CertificateUse = 'Public'
  #socketError: string | undefined
  /** Who ended the connection first. */
  #endedBy: 'Local' | 'Remote' | undefined

  constructor(servers: ConnectionTls, socket: Socket) {
    super(servers.Public, socket)
    this.#servers = servers
    this.#topmost = socket
    this.local = endpoint(socket.localAddress, socket.localPort)
    this.remote = endpoint(socket.remoteAddress, socket.remotePort)
  }

  /** Starts to read; `events` hears of everything from now on. */
  begin(events: TransportEvents): void {
    this.#events = events
    this.init()
  }

  write(octets: string): boolean {
    if (this._upgrading || this._closing || !this._socket.writable) return true
    if (this._socket.write(octets)) return true
    this._socket.once('drain', () => this.#events?.drained())
    return false
  }

  startTls(use: CertificateUse): void {
    this.#use = use
    this._server = this.#servers[use]
    this.upgrade(
      () => undefined,
      () => this.#events?.secured(this.#securedConnection()),
    )
  }

  override close(): void {
    this.#endedBy ??= 'Local'
    if (this._upgrading) this.destroy()
    else super.close()
  }

  detach(): Duplex {
    if (this._parser !== false) {
      this._socket.unpipe(this._parser)
      this._parser.isClosed = true
    }
    this._socket.pause()
    return this._socket
  }

  destroy(): void {
    this.#endedBy ??= 'Local'
    this.#topmost.destroy()
  }

  /** Octets from the parser stream. */
  received(chunk: Buffer, release: () => void): void {
    if (this.#events === undefined) release()
    else this.#events.received(chunk, release)
  }

  /** The client half-closed; from the parser stream. */
  inputEnded(): void {
    this.#endedBy ??= 'Remote'
    this.#events?.inputEnded()
  }

  override init(): void {
    this._setListeners(() => {
      this.#events?.opened(this.secure ? this.#securedConnection() : undefined)
    })
  }

  /** Called by the base constructor too, before the fields of this class exist. */
  override _createParser(): SMTPStream {
    return new SessionInputStream(this)
  }

  /** The session keeps its own deadlines; what the base arms is always the topmost socket. */
  override _armTimeout(socket: Socket = this._socket): void {
    this.#topmost = socket
    // The base listens for one error; a later one must not be without a listener.
    socket.on('error', () => undefined)
  }

  override _onTimeout(): void {
    this.destroy()
  }

  override _onError(error: Error): void {
    // A peer that resets after our goodbye has heard all there was to say.
    if (this.#endedBy === undefined) this.#socketError ??= error.message
    if (!this.#topmost.destroyed) this.#topmost.destroy()
  }

  override _onClose(): void {
    if (this._closed) return
    super._onClose()
    const events = this.#events
    this.#events = undefined
    events?.closed(this.#disconnection(), this.#socketError)
  }

  /** Commands never reach the base. */
  override _onCommand(): void {
    this.destroy()
  }

  /** Replies come from the session alone. */
  override send(): void {
    this.close()
  }

  #disconnection(): Disconnection {
    if (this.#endedBy !== undefined) return this.#endedBy
    return this.#socketError === undefined ? 'Remote' : 'Remote(SocketError)'
  }

  #securedConnection(): SecuredConnection {
    // Only called after `upgrade`, which puts a TLS socket in place.
    const socket = this._socket as TLSSocket
    const version = socket.getProtocol() ?? 'unknown'
    const { raw } = socket.getPeerCertificate(false) as { raw?: Buffer }
    return {
      tls: {
        version: version.replace(/^TLSv(\d)(?:\.(\d))?$/, 'TLS$1_$2'),
        cipher: socket.getCipher().standardName,
      },
      certificate: this.#servers[this.#use].certificateFor(socket.servername),
      ...(raw !== undefined && { clientCertificate: raw }),
    }
  }
}

/** Stands where smtp-server's command parser stood and hands the octets on as they are. */
class SessionInputStream extends SMTPStream {
  readonly #connection: ReceivingConnection

  constructor(connection: ReceivingConnection) {
    super()
    this.#connection = connection
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, release: () => void): void {
    if (this.isClosed) release()
    else this.#connection.received(chunk, release)
  }

  override _final(done: () => void): void {
    if (!this.isClosed) this.#connection.inputEnded()
    done()
  }
}

function endpoint(address: string | undefined, port: number | undefined): Endpoint {
  return { address: plainAddress(address ?? ''), port: port ?? 0 }
}
