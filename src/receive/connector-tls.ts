import type { Certificates } from '../tls/certificates.ts'
import type { ReceiveConnector } from './receive-connector.ts'
import type { ConnectionTls } from './receiving-connection.ts'
import { TlsServer } from './tls-server.ts'

/** The TLS settings of a new connection, and whether STARTTLS can be offered on it. */
export interface OfferedTls {
  readonly tls: ConnectionTls
  readonly tlsAvailable: boolean
}

/**
 * The TLS side of one Receive connector. Certificates are looked up at each connection, so renewed
 * ones are shown from then on.
 */
export class ConnectorTls {
  readonly #connector: ReceiveConnector
  readonly #fqdn: string
  readonly #certificates: Certificates
  #tls: ConnectionTls | undefined

  constructor(connector: ReceiveConnector, serverFqdn: string, certificates: Certificates) {
    this.#connector = connector
    this.#fqdn = connector.Fqdn === '' ? serverFqdn : connector.Fqdn
    this.#certificates = certificates
  }

  /** Undefined when TLS should start on connect and there is no certificate for it. */
  offer(): OfferedTls | undefined {
    const { TlsCertificateName, TlsMode, AuthMechanism } = this.#connector
    const { internal } = this.#certificates
    const selected = this.#certificates.select(
      this.#fqdn,
      TlsCertificateName === '' ? undefined : TlsCertificateName,
    )
    const implicit = TlsMode === 'Implicit'
    if (selected === undefined && implicit) return undefined
    // Without a certificate STARTTLS is not offered, and this one is never shown.
    const certificate = selected ?? internal
    this.#tls ??= {
      implicit,
      Public: new TlsServer({
        internal,
        certificate,
        requestClientCertificate: implicit && AuthMechanism.includes('ExchangeServer'),
      }),
      Internal: new TlsServer({
        internal,
        certificate: internal,
        requestClientCertificate: true,
      }),
    }
    this.#tls.Public.useCertificates(certificate, internal)
    this.#tls.Internal.useCertificates(internal, internal)
    return { tls: this.#tls, tlsAvailable: selected !== undefined }
  }
}
