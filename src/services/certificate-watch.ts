import type { Live } from '../base/live.ts'
import { type CertificateGap, certificateGaps, formatGap } from '../config/certificate-gaps.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { Certificates } from '../tls/certificates.ts'
import type { ServiceName } from './workers/service-names.ts'

export interface CertificateWatchOptions {
  /** Whose connectors are watched. */
  readonly service: ServiceName
  readonly config: Live<ServerConfig>
  readonly log: { info(message: string): void; error(message: string): void }
}

/**
 * Tells of connectors that lose their certificate, as when a renewal comes from another issuer, and of those
 * that have it again. What is missing by the configuration itself is told by that.
 */
export class CertificateWatch {
  readonly #options: CertificateWatchOptions
  #certificates: Certificates | undefined
  #config: ServerConfig | undefined
  #told: ReadonlySet<string> = new Set()

  constructor(options: CertificateWatchOptions) {
    this.#options = options
  }

  /** The gaps as they are now, one line each; none before there are certificates. */
  lines(): readonly string[] {
    const { service, config } = this.#options
    const certificates = this.#certificates
    if (certificates === undefined) return []
    const select = (fqdn: string, name: string) => certificates.select(fqdn, name)
    return certificateGaps(config.current, select)
      .filter((gap) => isOf(service, gap, config.current))
      .map(formatGap)
  }

  /** All certificates were read again. */
  read(certificates: Certificates): void {
    const { config, log } = this.#options
    this.#certificates = certificates
    const lines = new Set(this.lines())
    if (config.current === this.#config) {
      for (const line of lines) if (!this.#told.has(line)) log.error(line)
      for (const line of this.#told)
        if (!lines.has(line)) log.info(`no more: ${line.replace(/;.*/, '')}`)
    }
    this.#config = config.current
    this.#told = lines
  }
}

function isOf(service: ServiceName, gap: CertificateGap, config: ServerConfig): boolean {
  if (gap.section === 'SendConnectors') return service === 'Transport'
  const connector = config.ReceiveConnectors.find(({ Name }) => Name === gap.connector)
  return (connector?.TransportRole === 'FrontendTransport') === (service === 'FrontendTransport')
}
