import type { Socket } from 'node:net'
import type { Certificates } from '../tls/certificates.ts'
import type { ReceiveConnector } from './receive-connector.ts'
import { ReceivingConnection, TlsServer } from './smtp-server-connection.ts'

/** A connection of a connector, and whether STARTTLS can be offered on it. */
export interface OpenedConnection {
  readonly connection: ReceivingConnection
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
  #servers: { readonly Public: TlsServer; readonly Internal: TlsServer } | undefined

  constructor(connector: ReceiveConnector, serverFqdn: string, certificates: Certificates) {
    this.#connector = connector
    this.#fqdn = connector.Fqdn === '' ? serverFqdn : connector.Fqdn
    this.#certificates = certificates
  }

  /** Undefined when TLS should start on connect and there is no certificate for it. */
  open(socket: Socket): OpenedConnection | undefined {
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
    this.#servers ??= {
      Public: new TlsServer({
        internal,
        certificate,
        implicit,
        requestClientCertificate: implicit && AuthMechanism.includes('ExchangeServer'),
      }),
      Internal: new TlsServer({
        internal,
        certificate: internal,
        implicit: false,
        requestClientCertificate: true,
      }),
    }
    this.#servers.Public.useCertificate(certificate)
    this.#servers.Internal.useCertificate(internal)
    const connection = new ReceivingConnection(this.#servers, socket)
    return { connection, tlsAvailable: selected !== undefined }
  }
}
