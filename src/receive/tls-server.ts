import type { Socket } from 'node:net'
import { type SecureContext, TLSSocket, createSecureContext } from 'node:tls'
import { internalServerName } from '../proxy/service-session.ts'
import type { KeyPair } from '../tls/certificates.ts'

/** Sets the tickets of this server's sessions apart where client certificates are asked for. */
const sessionIdContext = 'edge-relay'

export interface TlsServerOptions {
  readonly certificate: KeyPair
  /** Shown to a client that asks for `internalServerName`. */
  readonly internal: KeyPair
  /** Ask clients for a certificate; any is let through, the session judges it. */
  readonly requestClientCertificate: boolean
}

/** TLS settings that connections share. What costs is made at the first handshake that needs it. */
export class TlsServer {
  readonly #requestClientCertificate: boolean
  #certificate: KeyPair
  #internal: KeyPair
  #context: SecureContext | undefined
  #internalContext: SecureContext | undefined

  constructor({ certificate, internal, requestClientCertificate }: TlsServerOptions) {
    this.#certificate = certificate
    this.#internal = internal
    this.#requestClientCertificate = requestClientCertificate
  }

  /** Shows these certificates from the next handshake on. */
  useCertificates(certificate: KeyPair, internal: KeyPair): void {
    if (certificate.thumbprint !== this.#certificate.thumbprint) this.#context = undefined
    if (internal.thumbprint !== this.#internal.thumbprint) this.#internalContext = undefined
    this.#certificate = certificate
    this.#internal = internal
  }

  /** The certificate that a client asking for `serverName` is shown. */
  certificateFor(serverName: string | false | null | undefined): KeyPair {
    return serverName === internalServerName ? this.#internal : this.#certificate
  }

  /** Starts a handshake on a connection; the result emits `secure` once at its end. */
  upgrade(socket: Socket): TLSSocket {
    this.#context ??= secureContext(this.#certificate)
    return new TLSSocket(socket, {
      isServer: true,
      secureContext: this.#context,
      SNICallback: (serverName, callback) => callback(null, this.#contextFor(serverName)),
      requestCert: this.#requestClientCertificate,
      rejectUnauthorized: false,
    })
  }

  #contextFor(serverName: string): SecureContext | undefined {
    if (serverName !== internalServerName) return this.#context
    this.#internalContext ??= secureContext(this.#internal)
    return this.#internalContext
  }
}

function secureContext({ key, certificate }: KeyPair): SecureContext {
  return createSecureContext({
    key,
    cert: certificate,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    sessionIdContext,
  })
}
