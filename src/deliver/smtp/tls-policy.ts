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
 * Whether mail may go in clear when TLS fails. Not where a password is to follow: a fault, or somebody who
 * makes one, must not be enough to have it told to the wire.
 */
export function mayFallBack(connector: SendConnector): boolean {
  const passwordFollows = connector.SmartHostAuthMechanism === 'BasicAuth'
  return tlsNeed(connector) === 'opportunistic' && !passwordFollows
}

/** Whom a session goes to. */
interface Peer {
  readonly target: Target
  /** The queue's domain. */
  readonly domain: string
}

/**
 * The names that the peer's certificate must be for, on top of being trusted; undefined when nobody
 * looks at it: opportunistic TLS is better than none. It depends on TlsAuthLevel and, where a password
 * is to follow, on the smart host's name.
 */
export function requiredNames(
  connector: SendConnector,
  { target, domain }: Peer,
): readonly string[] | undefined {
  const passwordFollows = connector.SmartHostAuthMechanism === 'BasicAuthRequireTLS'
  const level = connector.RequireTLS ? connector.TlsAuthLevel : undefined
  const validated = level === 'CertificateValidation' || level === 'DomainValidation'
  if (!validated && !passwordFollows) return undefined
  return [
    ...(level === 'DomainValidation' ? [connector.TlsDomain || domain] : []),
    ...(passwordFollows ? [target.smartHost ?? target.host] : []),
  ]
}

/** Judges the peer's certificate. The answer is the reason to refuse, undefined when it will do. */
export function certificateRefusal(
  connector: SendConnector,
  { tls, ...peer }: Peer & { readonly tls: ClientTls },
): string | undefined {
  const names = requiredNames(connector, peer)
  if (names === undefined) return undefined
  const { certificate } = tls
  if (certificate === undefined) return refusal('NoRemoteCertificate')
  if (!tls.trusted) return refusal(tls.distrust)
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
