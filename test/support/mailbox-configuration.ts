/** Where the listeners of a relay under test are, and what is peculiar to it. */
export interface MailboxConfiguration {
  /** Loopback address of all listeners. */
  readonly address: string
  /** Where mail for inside.test goes. */
  readonly smartHost: { readonly address: string; readonly port: number }
  /** Further settings of the connector that clients of the front end use, and of the direct one. */
  readonly connector?: Readonly<Record<string, string | number>>
  readonly transportService?: Readonly<Record<string, string | number>>
  readonly frontendTransportService?: Readonly<Record<string, string | number>>
}

/** The ports of `mailboxConfiguration`. */
export const relayPorts = {
  /** The front end's, for clients. */
  frontEnd: 10_025,
  /** The Transport service's, for the front end. */
  backEnd: 12_525,
  /** The Transport service's, for clients. */
  direct: 12_526,
} as const

const openToClients = {
  RemoteIPRanges: '127.0.0.0/8',
  AuthMechanism: 'Tls',
  PermissionGroups: 'AnonymousUsers',
  MaxInboundConnectionPerSource: 'unlimited',
  MaxInboundConnectionPercentagePerSource: 100,
  TarpitInterval: '00:00:00',
}

/** A server of role Mailbox that takes mail for inside.test from anyone, by its front end or directly. */
export function mailboxConfiguration(options: MailboxConfiguration): string {
  const { address, smartHost, connector, transportService, frontendTransportService } = options
  const clients = { ...openToClients, ...connector }
  return `
Server: { Name: FAULT01, Fqdn: fault01.example.test, Role: Mailbox }
AcceptedDomains:
  - { DomainName: inside.test }
ReceiveConnectors:
  - Name: Front
    TransportRole: FrontendTransport
    Bindings: ${address}:${relayPorts.frontEnd}
${settings(clients)}
  - Name: Back
    TransportRole: HubTransport
    Bindings: ${address}:${relayPorts.backEnd}
    RemoteIPRanges: 127.0.0.0/8
    AuthMechanism: [Tls, ExchangeServer]
    PermissionGroups: ExchangeServers
    MaxRecipientsPerMessage: 5000
    MaxInboundConnectionPerSource: unlimited
    MaxInboundConnectionPercentagePerSource: 100
  - Name: Direct
    TransportRole: HubTransport
    Bindings: ${address}:${relayPorts.direct}
${settings(clients)}
SendConnectors:
  - Name: Out
    AddressSpaces: inside.test
    DNSRoutingEnabled: false
    SmartHosts: ${smartHost.address}
    Port: ${smartHost.port}
TransportService:
${settings({ QueueGlitchRetryInterval: '00:00:01', MessageRetryInterval: '00:00:01', MaxConnectionRatePerMinute: 'unlimited', ...transportService })}
FrontendTransportService:
${settings({ MaxConnectionRatePerMinute: 'unlimited', ...frontendTransportService })}
`
}

function settings(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => `    ${name}: ${value}`)
    .join('\n')
}
