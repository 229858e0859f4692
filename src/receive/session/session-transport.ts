import type { Duplex } from 'node:stream'
import type { Endpoint, TlsFacts } from '../../message/message-sink.ts'
import type { KeyPair } from '../../tls/certificates.ts'

/**
 * Which certificate a TLS upgrade shows: `Public` is the connector's (STARTTLS), `Internal` the one by
 * which this server's own services know one another (X-ANONYMOUSTLS).
 */
export type CertificateUse = 'Public' | 'Internal'

/** What the end of a TLS handshake tells. */
export interface SecuredConnection {
  readonly tls: TlsFacts
  /** The certificate that was shown. */
  readonly certificate: KeyPair
  /** The client's certificate (DER), not judged in any way; absent when it sent none. */
  readonly clientCertificate?: Buffer
}

/** The connection below a session, without any knowledge of SMTP. */
export interface SessionTransport {
  readonly local: Endpoint
  readonly remote: Endpoint
  /** Sends; false when the client does not keep up: then `drained` follows. Dropped once closed. */
  write(octets: string): boolean
  /**
   * Starts a TLS handshake behind what was written; all input that came before it is dropped. Ends
   * with `secured` or `closed`.
   */
  startTls(use: CertificateUse): void
  /** Ends the connection behind what was written; a client that does not leave is cut off. */
  close(): void
  /** The same for a client that said its last word, as by QUIT: nobody waits for it to leave. */
  hangUp(): void
  /** Gives the connection away as it is; only `closed` is called from now on. */
  detach(): Duplex
  /** Cuts the connection at once. */
  destroy(): void
}

/** Why a connection ended, as the protocol log names it. */
export type Disconnection = 'Local' | 'Remote' | 'Remote(SocketError)'

/** The session's side of a connection. Nothing is called after `closed`. */
export interface TransportEvents {
  /** The connection stands, with TLS if the connector's TlsMode is Implicit. */
  opened(secured?: SecuredConnection): void
  /** Octets came; the chunk belongs to the session. No more come before `release` is called. */
  received(chunk: Buffer, release: () => void): void
  /** The client will send no more, but may still read; what it sent before is not taken yet. */
  inputEnding(): void
  /** The same, once all was taken. */
  inputEnded(): void
  drained(): void
  secured(connection: SecuredConnection): void
  closed(reason: Disconnection, detail?: string): void
}
