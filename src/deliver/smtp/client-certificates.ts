import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import type { Certificates } from '../../tls/certificates.ts'
import type { SendConnector } from './send-connector.ts'

/**
 * TLS contexts for sending, made once per certificate. Peers are judged by Node's certificate
 * authorities (NODE_EXTRA_CA_CERTS adds to them) and the ones given here.
 */
export class ClientCertificates {
  readonly #certificates: Certificates
  readonly #authorities: string[]
  readonly #contexts = new Map<string, SecureContext>()

  constructor(certificates: Certificates, trusted: readonly string[] = []) {
    this.#certificates = certificates
    this.#authorities = [...getCACertificates('default'), ...trusted]
  }

  /**
   * The context for a connector: with the certificate that TlsCertificateName names, or without one.
   * Undefined when it names none that exists.
   */
  context(connector: SendConnector, fqdn: string): SecureContext | undefined {
    const name = connector.TlsCertificateName
    if (name === '') return this.#make('', {})
    const pair = this.#certificates.select(fqdn, name)
    if (pair === undefined) return undefined
    return this.#make(pair.thumbprint, { cert: pair.certificate, key: pair.key })
  }

  #make(thumbprint: string, pair: { cert?: string; key?: string }): SecureContext {
    const known = this.#contexts.get(thumbprint)
    if (known !== undefined) return known
    const context = createSecureContext({ ...pair, ca: this.#authorities, minVersion: 'TLSv1.2' })
    this.#contexts.set(thumbprint, context)
    return context
  }
}
