export interface RelayConfigOptions {
  /** Address of all its listeners. */
  readonly address: string
  /** Items of SendConnectors, two spaces in. */
  readonly sendConnectors: string
  /** More top-level settings. */
  readonly more?: string
  /** More settings of each Receive connector. */
  readonly connector?: Readonly<Record<string, string | number>>
}

/** The account that may log in. */
export const user = { name: 'alice', password: 'correct horse', address: 'alice@contoso.test' }

/**
 * A Mailbox server with its five default connectors on one address: contoso.test is its own, alice may
 * relay anywhere. Limits that Exchange sets for one source are lifted, for one source is all there is.
 */
export function mailboxConfig({ address, sendConnectors, ...rest }: RelayConfigOptions): string {
  const { more = '', connector } = rest
  return `
Server: { Name: MBX01, Fqdn: mail.contoso.test, Role: Mailbox }
AcceptedDomains:
  - DomainName: contoso.test
ReceiveConnectors:
  - Name: Default Frontend MBX01
    TransportRole: FrontendTransport
    Bindings: ${address}:25
    AuthMechanism: [Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer]
    PermissionGroups: [AnonymousUsers, ExchangeServers, ExchangeLegacyServers]
    ${receiveSettings(connector)}
  - Name: Client Frontend MBX01
    TransportRole: FrontendTransport
    Bindings: ${address}:587
    AuthMechanism: [Tls, BasicAuth, BasicAuthRequireTLS]
    PermissionGroups: ExchangeUsers
    ${receiveSettings(connector)}
  - Name: Outbound Proxy Frontend MBX01
    TransportRole: FrontendTransport
    Bindings: ${address}:717
    AuthMechanism: [Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer]
    PermissionGroups: ExchangeServers
    ${receiveSettings(connector)}
  - Name: Default MBX01
    Bindings: ${address}:2525
    AuthMechanism: [Tls, BasicAuth, ExchangeServer]
    PermissionGroups: [ExchangeUsers, ExchangeServers, ExchangeLegacyServers]
    SizeEnabled: EnabledWithoutValue
    ${receiveSettings(connector)}
  - Name: Client Proxy MBX01
    Bindings: ${address}:465
    TlsMode: Implicit
    AuthMechanism: [Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer]
    PermissionGroups: [ExchangeUsers, ExchangeServers]
    ${receiveSettings(connector)}
SendConnectors:
${sendConnectors}
Users:
  - UserName: ${user.name}
    Password: ${user.password}
    EmailAddresses: ${user.address}
${more}`
}

/** An Edge server: one connector on port 25 of the address, contoso.test is the organisation's. */
export function edgeConfig({ address, sendConnectors, ...rest }: RelayConfigOptions): string {
  const { more = '', connector } = rest
  return `
Server: { Name: EDGE01, Fqdn: edge.contoso.test, Role: Edge }
AcceptedDomains:
  - DomainName: contoso.test
ReceiveConnectors:
  - Name: Default internal receive connector EDGE01
    Bindings: ${address}:25
    ${receiveSettings({ ...edgeRights, ...connector })}
SendConnectors:
${sendConnectors}
${more}`
}

const edgeRights = {
  AuthMechanism: '[Tls, ExchangeServer]',
  PermissionGroups: '[AnonymousUsers, ExchangeServers, Partners]',
  MessageRateLimit: 'unlimited',
}

const unlimited = {
  RemoteIPRanges: '127.0.0.0/8',
  MaxInboundConnectionPerSource: 'unlimited',
  MaxInboundConnectionPercentagePerSource: 100,
  TarpitInterval: '00:00:00',
  AuthTarpitInterval: '00:00:00',
}

function receiveSettings(connector: RelayConfigOptions['connector']): string {
  return Object.entries({ ...unlimited, ...connector })
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n    ')
}

/** A Send connector for some address spaces that hands all to one host and port. */
export function smartHost(
  spaces: string,
  host: { readonly address: string; readonly port: number },
  settings = '',
): string {
  return `  - Name: To ${spaces.replaceAll('*', 'anywhere')}
    AddressSpaces: '${spaces}'
    DNSRoutingEnabled: false
    SmartHosts: ${host.address}
    Port: ${host.port}
    ${settings}`
}
