import { type IpRange, rangeSize } from '../base/ip-range.ts'
import type { Problem } from '../base/problem.ts'
import { type Milliseconds, day } from '../base/time-span.ts'
import { saysPasswordInClear } from '../directory/directory-checks.ts'
import { entryKind } from '../agents/address-rewriting/address-rewrite-entry.ts'
import { domainOf } from '../message/envelope.ts'
import { AcceptedDomainTable } from '../pipeline/accepted-domains.ts'
import { hasPossibleSenders } from '../receive/connectors/possible-senders.ts'
import type { ReceiveConnector } from '../receive/connectors/receive-connector.ts'
import { routableConnectors } from '../pipeline/routable-connector.ts'
import { sameCertificateName } from '../tls/certificate-name.ts'
import { type CertificateFacts, chooseCertificate, fitsDomain } from '../tls/certificate-choice.ts'
import type { KeyPair } from '../tls/certificates.ts'
import { selfSignedFacts } from '../tls/own-certificate.ts'
import { type CertificateSelection, certificateGaps } from './certificate-gaps.ts'
import type { ReferencedFiles } from './referenced-files.ts'
import type { ServerConfig } from './server-config.ts'

/** What works and still deserves a word at start: secrets in clear, open relays, dying certificates. */
export function configWarnings(
  config: ServerConfig,
  { certificates }: ReferencedFiles,
  now: Milliseconds,
): Problem[] {
  return [
    ...plainPasswords(config),
    ...directoryPassword(config),
    ...openRelays(config),
    ...connectorsForNobody(config),
    ...certificates.flatMap(({ index, pair }) => certificateWarnings(config, pair, { index, now })),
    ...certificateGaps(config, selection(config, certificates, now)),
    ...nowhereToListen(config),
    ...oddHostNames(config),
    ...nowhereToGo(config),
    ...idleRewriting(config),
  ]
}

/** The choice that the services will have; the self-signed one is made at the first start. */
function selection(
  { Server }: ServerConfig,
  certificates: ReferencedFiles['certificates'],
  now: Milliseconds,
): CertificateSelection {
  const configured: readonly CertificateFacts[] = certificates.map(({ pair }) => pair)
  const selfSigned = selfSignedFacts(Server.Fqdn, now)
  return (fqdn, name) => chooseCertificate({ configured, selfSigned }, { fqdn, name }, now)
}

function plainPasswords({ Users, SendConnectors }: ServerConfig): Problem[] {
  const message = 'a password in clear; PasswordFile keeps it out of this file'
  return [
    ...Users.flatMap(({ Password }, index) =>
      Password === undefined
        ? []
        : { path: ['Users', index, 'Password'], message: `${message}, PasswordHash protects it` },
    ),
    ...SendConnectors.flatMap(({ AuthenticationCredential: credential }, index) =>
      credential?.Password === undefined
        ? []
        : { path: ['SendConnectors', index, 'AuthenticationCredential', 'Password'], message },
    ),
  ]
}

function directoryPassword({ Directory: { Ldap } }: ServerConfig): Problem[] {
  if (Ldap === undefined || !saysPasswordInClear(Ldap)) return []
  const message = 'passwords go over the network in clear; use ldaps:// or StartTls: true'
  return [{ path: ['Directory', 'Ldap', 'StartTls'], message }]
}

/** Who may relay anywhere without a log-in is meant to be a few hosts. */
function openRelays({ ReceiveConnectors }: ServerConfig): Problem[] {
  return ReceiveConnectors.flatMap((connector, index) => {
    const wide = connector.RemoteIPRanges.find(isWide)
    const grant = relayGrant(connector)
    if (wide === undefined || grant === undefined) return []
    return {
      path: ['ReceiveConnectors', index, 'RemoteIPRanges'],
      message: `with ${grant} each address in ${wide.text} may relay to any domain: an open relay; name the hosts that you trust`,
    }
  })
}

/** Only addresses of authoritative domains are rewritten. */
function idleRewriting({ AcceptedDomains, AddressRewriteEntries }: ServerConfig): Problem[] {
  const domains = new AcceptedDomainTable(AcceptedDomains)
  return AddressRewriteEntries.flatMap((entry, index) => {
    const kind = entryKind(entry)
    const domain =
      kind === 'address' ? domainOf(entry.InternalAddress) : entry.InternalAddress.toLowerCase()
    // Which domains below it there are is not known.
    if (kind === 'subdomains' || domains.isAuthoritative(domain)) return []
    return {
      path: ['AddressRewriteEntries', index, 'InternalAddress'],
      message: `nothing is rewritten, for ${domain} is no Authoritative accepted domain`,
    }
  })
}

/** Such a connector refuses every MAIL, and takes its clients away from others. */
function connectorsForNobody({ ReceiveConnectors }: ServerConfig): Problem[] {
  return ReceiveConnectors.flatMap((connector, index) => {
    if (!connector.Enabled || hasPossibleSenders(connector)) return []
    const [groups, mechanisms] = [connector.PermissionGroups, connector.AuthMechanism].map(
      (names) => names.join(', '),
    )
    return {
      path: ['ReceiveConnectors', index, 'PermissionGroups'],
      message: `nobody can send by this connector: with AuthMechanism ${mechanisms} no client can prove to be of ${groups}`,
    }
  })
}

/** The setting that lets any client of the connector relay; ExternalAuthoritative leaves no one anonymous. */
function relayGrant({ AuthMechanism, AnonymousRights }: ReceiveConnector): string | undefined {
  if (AuthMechanism.includes('ExternalAuthoritative')) return 'ExternalAuthoritative'
  const anonymous = AnonymousRights?.includes('SMTPAcceptAnyRecipient') === true
  return anonymous ? 'SMTPAcceptAnyRecipient in AnonymousRights' : undefined
}

function isWide(range: IpRange): boolean {
  return rangeSize(range) > (range.family === 4 ? 2n ** 24n : 2n ** 96n)
}

function certificateWarnings(
  config: ServerConfig,
  pair: KeyPair,
  { index, now }: { readonly index: number; readonly now: Milliseconds },
): Problem[] {
  const path = ['Certificates', index, 'CertificateFile']
  const problems: Problem[] = []
  const ends = pair.notAfter.toISOString().slice(0, 10)
  if (pair.notAfter.getTime() <= now)
    problems.push({ path, message: `the certificate expired on ${ends}; renew it` })
  else if (pair.notAfter.getTime() <= now + 14 * day)
    problems.push({ path, message: `the certificate expires on ${ends}; renew it` })
  if (pair.notBefore.getTime() > now)
    problems.push({ path, message: `not valid before ${pair.notBefore.toISOString()}` })
  if (!isUsed(config, pair))
    problems.push({
      path,
      message: `no connector uses it: its names (${pair.domains.join(', ')}) are no Fqdn of a connector or the server, and no TlsCertificateName is ${pair.name}`,
    })
  return problems
}

function isUsed(config: ServerConfig, pair: KeyPair): boolean {
  const connectors = [...config.ReceiveConnectors, ...config.SendConnectors]
  const names = [config.Server.Fqdn, ...connectors.map(({ Fqdn }) => Fqdn)]
  return (
    names.some((name) => pair.domains.some((domain) => fitsDomain(domain, name))) ||
    connectors.some(({ TlsCertificateName }) => sameCertificateName(TlsCertificateName, pair.name))
  )
}

function nowhereToListen({ Server, ReceiveConnectors }: ServerConfig): Problem[] {
  const services: readonly (readonly [string, ReceiveConnector['TransportRole']])[] =
    Server.Role === 'Edge'
      ? [['Transport', 'HubTransport']]
      : [
          ['Transport', 'HubTransport'],
          ['Front End Transport', 'FrontendTransport'],
        ]
  return services
    .filter(
      ([, role]) =>
        !ReceiveConnectors.some(({ Enabled, TransportRole }) => Enabled && TransportRole === role),
    )
    .map(([service]) => ({
      path: ['ReceiveConnectors'],
      message: `no Receive connector of the ${service} service is enabled: it listens on no port; leave the whole section out for the default ones`,
    }))
}

/** Names that are no fault and that other servers take for one. */
function oddHostNames({ Server, ReceiveConnectors, SendConnectors }: ServerConfig): Problem[] {
  const named = [
    { path: ['Server', 'Fqdn'], Fqdn: Server.Fqdn },
    ...Object.entries({ ReceiveConnectors, SendConnectors }).flatMap(([section, connectors]) =>
      connectors.map(({ Fqdn }, index) => ({ path: [section, index, 'Fqdn'], Fqdn })),
    ),
  ]
  return named.flatMap(({ path, Fqdn }) => {
    if (Fqdn === '') return []
    const advice = 'give the full name that DNS has for this server, such as mail.contoso.com'
    if (/(?:^|\.)\d+$/.test(Fqdn))
      return {
        path,
        message: `"${Fqdn}" is no name but a number: other servers may refuse it; ${advice}`,
      }
    if (Fqdn.includes('.')) return []
    return { path, message: `"${Fqdn}" has no domain: other servers may refuse it; ${advice}` }
  })
}

function nowhereToGo(config: ServerConfig): Problem[] {
  const { AcceptedDomains } = config
  const problems: Problem[] = []
  if (AcceptedDomains.length === 0)
    problems.push({
      path: ['AcceptedDomains'],
      message: 'there is no accepted domain: mail from outside is refused for every recipient',
    })
  if (!routableConnectors(config).some(({ Enabled }) => Enabled))
    problems.push({
      path: ['SendConnectors'],
      message: 'there is no Send connector: every message waits in the Unreachable queue',
    })
  return problems
}
