import { certificateFits, type ClientTls } from './client-tls.ts'
import type { SendConnector } from './send-connector.ts'
import type { Target } from './target.ts'

/** Whether STARTTLS is never used, used when it works, or a condition for sending. */
export type TlsNeed = 'never' | 'opportunistic' | 'required'

/** What the connector asks of the connection. */
export function tlsNeed(connector: SendConnector): TlsNeed {
  const passwordNeedsTls = connector.SmartHostAuthMechanism === 'BasicAuthRequireTLS'
  if (connector.RequireTLS || passwordNeedsTls) return 'required'
  return connector.IgnoreSTARTTLS ? 'never' : 'opportunistic'
}

/**
 * Judges the peer's certificate by TlsAuthLevel and, where a password is to follow, by the smart host's
 * name. The answer is the reason to refuse, undefined when the certificate will do. Opportunistic TLS
 * looks at nothing: it is better than none.
 */
export function certificateRefusal(
  connector: SendConnector,
  { target, domain, tls }: { target: Target; domain: string; tls: ClientTls },
): string | undefined {
  const passwordFollows = connector.SmartHostAuthMechanism === 'BasicAuthRequireTLS'
  const level = connector.RequireTLS ? connector.TlsAuthLevel : undefined
  const validated = level === 'CertificateValidation' || level === 'DomainValidation'
  if (!validated && !passwordFollows) return undefined
  const { certificate } = tls
  if (certificate === undefined) return refusal('NoRemoteCertificate')
  if (!tls.trusted) return refusal(tls.distrust)
  const names = [
    ...(level === 'DomainValidation' ? [connector.TlsDomain || domain] : []),
    ...(passwordFollows ? [target.smartHost ?? target.host] : []),
  ]
  const mismatch = names.some((name) => !certificateMatches(certificate, name))
  return mismatch ? refusal('SubjectMismatch') : undefined
}

/** `*.contoso.com` takes a certificate for any name below contoso.com, or for that wildcard. */
function certificateMatches(
  certificate: NonNullable<ClientTls['certificate']>,
  name: string,
): boolean {
  if (!name.startsWith('*.')) return certificateFits(certificate, name.replace(/^\[(.*)\]$/, '$1'))
  const names = [...(certificate.subjectaltname ?? '').matchAll(/DNS:([^,\s"]+)/g)]
  const suffix = name.slice(1).toLowerCase()
  return names.some(([, dnsName = '']) => dnsName.toLowerCase().endsWith(suffix))
}

function refusal(reason: string): string {
  return `454 4.7.5 Certificate validation failure, Reason:${reason}`
}
