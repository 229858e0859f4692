import type { Problem } from '../base/problem.ts'
import type { ReceiveConnector } from '../receive/connectors/receive-connector.ts'
import type { SendConnector } from '../deliver/smtp/send-connector.ts'
import { tlsNeed } from '../deliver/smtp/tls-policy.ts'
import { type CertificateFacts, fitsDomain } from '../tls/certificate-choice.ts'
import type { ServerConfig } from './server-config.ts'

/** Chooses a certificate as the services do: by TlsCertificateName, or empty, by Fqdn. */
export type CertificateSelection = (
  fqdn: string,
  tlsCertificateName: string,
) => CertificateFacts | undefined

/** A connector that has not the certificate it should have. */
export interface CertificateGap extends Problem {
  readonly section: 'ReceiveConnectors' | 'SendConnectors'
  /** The connector's name. */
  readonly connector: string
}

/** The connectors whose TlsCertificateName or Fqdn no certificate fits, and what follows for each. */
export function certificateGaps(
  config: ServerConfig,
  select: CertificateSelection,
): readonly CertificateGap[] {
  const receiving = config.ReceiveConnectors.flatMap((connector, index) => {
    const finding = receiveGap(connector, { select, serverFqdn: config.Server.Fqdn })
    return gapOf('ReceiveConnectors', { index, connector: connector.Name, finding })
  })
  const sending = config.SendConnectors.flatMap((connector, index) =>
    gapOf('SendConnectors', {
      ...{ index, connector: connector.Name },
      finding: sendGap(connector, select),
    }),
  )
  return [...receiving, ...sending]
}

/** One line for people who have no place in the file before them. */
export function formatGap({ section, connector, message }: CertificateGap): string {
  const kind = section === 'ReceiveConnectors' ? 'Receive' : 'Send'
  return `${kind} connector "${connector}": ${message}`
}

interface Finding {
  readonly setting: 'TlsCertificateName' | 'Fqdn'
  readonly message: string
}

interface Place {
  readonly index: number
  readonly connector: string
  readonly finding: Finding | undefined
}

function gapOf(
  section: CertificateGap['section'],
  { index, connector, finding }: Place,
): readonly CertificateGap[] {
  if (finding === undefined) return []
  return [{ section, connector, path: [section, index, finding.setting], message: finding.message }]
}

interface Given {
  readonly select: CertificateSelection
  readonly serverFqdn: string
}

/** Exchange's event 12014. */
function receiveGap(
  connector: ReceiveConnector,
  { select, serverFqdn }: Given,
): Finding | undefined {
  const { Enabled, TlsMode, AuthMechanism, TlsCertificateName, Fqdn } = connector
  if (!Enabled || (TlsMode === 'StartTls' && !AuthMechanism.includes('Tls'))) return undefined
  const fqdn = Fqdn === '' ? serverFqdn : Fqdn
  const chosen = select(fqdn, TlsCertificateName)
  if (chosen === undefined)
    return {
      setting: 'TlsCertificateName',
      message: `no certificate of this server is ${TlsCertificateName}, so ${withoutCertificate(connector)}; add it to Certificates, or leave TlsCertificateName out to have one chosen by Fqdn`,
    }
  if (TlsCertificateName !== '' || chosen.domains.some((domain) => fitsDomain(domain, fqdn)))
    return undefined
  return {
    setting: 'Fqdn',
    message: `no certificate of this server has the name ${fqdn}, so TLS shows the one of ${chosen.domains.join(', ')}, and clients that verify it refuse it; add one to Certificates`,
  }
}

function withoutCertificate({ TlsMode, RequireTLS }: ReceiveConnector): string {
  if (TlsMode === 'Implicit') return 'every connection is dropped'
  return RequireTLS ? 'STARTTLS is not offered and no mail is taken' : 'STARTTLS is not offered'
}

function sendGap(connector: SendConnector, select: CertificateSelection): Finding | undefined {
  const { Enabled, TlsCertificateName, Fqdn } = connector
  if (!Enabled || TlsCertificateName === '' || tlsNeed(connector) === 'never') return undefined
  if (select(Fqdn, TlsCertificateName) !== undefined) return undefined
  return {
    setting: 'TlsCertificateName',
    message: `no certificate of this server is ${TlsCertificateName}, so mail for next hops with STARTTLS waits (454 4.7.5); add it to Certificates, or leave TlsCertificateName out to show none`,
  }
}
