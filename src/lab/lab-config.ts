import { allIpv4 } from '../base/ip-range.ts'
import { labUsers, partnerCredential } from './lab-accounts.ts'
import type { LabLayout } from './lab-layout.ts'

/** The relay's configuration for the lab, as a YAML file for people to read and change. */
export function labConfig(layout: LabLayout): string {
  return [
    header,
    acceptedDomains,
    'ReceiveConnectors:',
    ...receiveConnectors(layout.relay),
    '',
    sendConnectors(layout),
    users(),
    transportService(layout),
  ].join('\n')
}

const header = `# The lab's relay. Mail for contoso.test goes to the internal server, for partner.test to the
# partner's smart host, for all other domains by MX, all of it as the lab's DNS says.
Server:
  Name: LAB
  Fqdn: relay.contoso.test
  Role: Mailbox
`

const acceptedDomains = `AcceptedDomains:
  - DomainName: contoso.test
    DomainType: Authoritative
`

/** The default connectors of a Mailbox server, on the lab's address and logging everything. */
function receiveConnectors({ bind: address, ports }: LabLayout['relay']): readonly string[] {
  return [
    connector(address, {
      Name: 'Default Frontend LAB',
      port: ports.smtp,
      TransportRole: 'FrontendTransport',
      AuthMechanism: 'Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer',
      PermissionGroups: 'AnonymousUsers, ExchangeLegacyServers, ExchangeServers',
    }),
    connector(address, {
      Name: 'Client Frontend LAB',
      port: ports.submission,
      TransportRole: 'FrontendTransport',
      AuthMechanism: 'Tls, BasicAuth, BasicAuthRequireTLS',
      PermissionGroups: 'ExchangeUsers',
    }),
    connector(address, {
      Name: 'Outbound Proxy Frontend LAB',
      port: ports.outboundProxy,
      TransportRole: 'FrontendTransport',
      AuthMechanism: 'Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer',
      PermissionGroups: 'ExchangeServers',
    }),
    connector(address, {
      Name: 'Default LAB',
      port: ports.transport,
      TransportRole: 'HubTransport',
      AuthMechanism: 'Tls, BasicAuth, ExchangeServer',
      PermissionGroups: 'ExchangeLegacyServers, ExchangeServers, ExchangeUsers',
      SizeEnabled: 'EnabledWithoutValue',
      MaxRecipientsPerMessage: 5000,
      MaxInboundConnectionPerSource: 'unlimited',
      MaxInboundConnectionPercentagePerSource: 100,
    }),
    connector(address, {
      Name: 'Client Proxy LAB',
      port: ports.submissions,
      TransportRole: 'HubTransport',
      TlsMode: 'Implicit',
      AuthMechanism: 'Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer',
      PermissionGroups: 'ExchangeServers, ExchangeUsers',
    }),
  ]
}

interface ConnectorSettings {
  readonly Name: string
  readonly port: number
  readonly [setting: string]: string | number
}

function connector(address: string, { Name, port, ...settings }: ConnectorSettings): string {
  const lines = Object.entries({
    Bindings: `'${address}:${port}'`,
    RemoteIPRanges: allIpv4,
    ...settings,
    ProtocolLoggingLevel: 'Verbose',
  }).map(([name, value]) => `    ${name}: ${value}`)
  return [`  - Name: ${Name}`, ...lines].join('\n')
}

function sendConnectors({ internal, partner, mx1 }: LabLayout): string {
  const exchangers = mx1.port === 25 ? '' : `    Port: ${mx1.port}\n`
  return `SendConnectors:
  - Name: To contoso.test
    Usage: Internal
    AddressSpaces: contoso.test
    DNSRoutingEnabled: false
    SmartHosts: ${internal.address}
    Port: ${internal.port}
    ProtocolLoggingLevel: Verbose
  - Name: To partner.test
    Usage: Partner
    AddressSpaces: partner.test
    DNSRoutingEnabled: false
    SmartHosts: smarthost.partner.test
    Port: ${partner.port}
    SmartHostAuthMechanism: BasicAuthRequireTLS
    AuthenticationCredential:
      UserName: ${partnerCredential.userName}
      Password: ${partnerCredential.password}
    ProtocolLoggingLevel: Verbose
  # Goes out through the Front End Transport service.
  - Name: To proxied.test
    Usage: Internet
    AddressSpaces: proxied.test
${exchangers}    FrontendProxyEnabled: true
    UseExternalDNSServersEnabled: true
    ProtocolLoggingLevel: Verbose
  - Name: To Internet
    Usage: Internet
    AddressSpaces: '*'
${exchangers}    UseExternalDNSServersEnabled: true
    ProtocolLoggingLevel: Verbose
`
}

function users(): string {
  const entries = labUsers.map(
    ({ userName, password, address }) => `  - UserName: ${userName}
    Password: ${password}
    EmailAddresses: ${address}`,
  )
  return ['# Passwords in clear are for labs only.', 'Users:', ...entries, ''].join('\n')
}

function transportService({ dns }: LabLayout): string {
  const server = `'${dns.address}:${dns.port}'`
  return `# The intervals are short, so that a person can watch retries, delays and expiry.
TransportService:
  InternalDNSServers: ${server}
  ExternalDNSServers: ${server}
  QueueGlitchRetryInterval: 00:00:10
  TransientFailureRetryInterval: 00:00:30
  OutboundConnectionFailureRetryInterval: 00:01:00
  MessageRetryInterval: 00:00:30
  DelayNotificationTimeout: 00:05:00
  MessageExpirationTimeout: 00:30:00
`
}
