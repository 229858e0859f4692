import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket } from 'node:tls'
import { internalServerName } from '../proxy/service-session.ts'
import type { KeyPair } from '../tls/certificates.ts'
import type { ServerContexts } from '../tls/server-contexts.ts'

export interface TlsServerOptions {
  readonly certificate: KeyPair
  /** Shown to a client that asks for `internalServerName`. */
  readonly internal: KeyPair
  /** Ask clients for a certificate; any is let through, the session judges it. */
  readonly requestClientCertificate: boolean
  readonly contexts: ServerContexts
}

/** TLS settings that connections share. */
export class TlsServer {
  readonly #requestClientCertificate: boolean
  #certificate: KeyPair
  #internal: KeyPair
  readonly #contexts: ServerContexts

  constructor(options: TlsServerOptions) {
    this.#certificate = options.certificate
    this.#internal = options.internal
    this.#requestClientCertificate = options.requestClientCertificate
    this.#contexts = options.contexts
  }

  /** Shows these certificates from the next handshake on. */
  useCertificates(certificate: KeyPair, internal: KeyPair): void {
    this.#certificate = certificate
    this.#internal = internal
  }

  /** The certificate that a client asking for `serverName` is shown. */
  certificateFor(serverName: string | false | null | undefined): KeyPair {
    return serverName === internalServerName ? this.#internal : this.#certificate
  }

  /** Starts a handshake on a connection; the result emits `secure` once at its end. */
  upgrade(socket: Socket): TLSSocket {
    return new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#contexts.of(this.#certificate),
      SNICallback: (serverName, callback) => callback(null, this.#contextFor(serverName)),
      requestCert: this.#requestClientCertificate,
      rejectUnauthorized: false,
    })
  }

  #contextFor(serverName: string): SecureContext {
    return this.#contexts.of(this.certificateFor(serverName))
  }
}
