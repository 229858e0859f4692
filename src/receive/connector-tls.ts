import type { Certificates, KeyPair } from '../tls/certificates.ts'
import type { ServerContexts } from '../tls/server-contexts.ts'
import type { ReceiveConnector } from './connectors/receive-connector.ts'
import type { ConnectionTls } from './receiving-connection.ts'
import { TlsServer } from './tls-server.ts'

/** The TLS settings of a new connection, and whether STARTTLS can be offered on it. */
export interface OfferedTls {
  readonly tls: ConnectionTls
  readonly tlsAvailable: boolean
}

export interface ConnectorTlsOptions {
  readonly serverFqdn: string
  readonly certificates: Certificates
  readonly contexts: ServerContexts
}

/**
 * The TLS side of one Receive connector. Certificates are looked up at each connection, so renewed
 * ones are shown from then on.
 */
export class ConnectorTls {
  readonly #connector: ReceiveConnector
  readonly #fqdn: string
  readonly #certificates: Certificates
  readonly #contexts: ServerContexts
  #tls: ConnectionTls | undefined

  constructor(connector: ReceiveConnector, options: ConnectorTlsOptions) {
    this.#connector = connector
    this.#fqdn = connector.Fqdn === '' ? options.serverFqdn : connector.Fqdn
    this.#certificates = options.certificates
    this.#contexts = options.contexts
  }

  /** Whether there is a certificate to show now. */
  hasCertificate(): boolean {
    return this.#select() !== undefined
  }

  /** Undefined when TLS should start on connect and there is no certificate for it. */
  offer(): OfferedTls | undefined {
    const { TlsMode, AuthMechanism } = this.#connector
    const contexts = this.#contexts
    const { internal } = this.#certificates
    const selected = this.#select()
    const implicit = TlsMode === 'Implicit'
    if (selected === undefined && implicit) return undefined
    // Without a certificate STARTTLS is not offered, and this one is never shown.
    const certificate = selected ?? internal
    this.#tls ??= {
      implicit,
      Public: new TlsServer({
        ...{ contexts, internal, certificate },
        requestClientCertificate: implicit && AuthMechanism.includes('ExchangeServer'),
      }),
      Internal: new TlsServer({
        ...{ contexts, internal },
        certificate: internal,
        requestClientCertificate: true,
      }),
    }
    this.#tls.Public.useCertificates(certificate, internal)
    this.#tls.Internal.useCertificates(internal, internal)
    return { tls: this.#tls, tlsAvailable: selected !== undefined }
  }

  #select(): KeyPair | undefined {
    const { TlsCertificateName: name } = this.#connector
    return this.#certificates.select(this.#fqdn, name === '' ? undefined : name)
  }
}
