import { stringify } from 'yaml'

type Settings = Readonly<Record<string, unknown>>

export interface TrustingEdge {
  readonly address: string
  readonly port: number
  /** The organisation's; home.example unless it says otherwise. */
  readonly domain?: string
  /** Further settings of its one Receive connector, `Trusted`. */
  readonly connector?: Settings
  readonly sendConnectors: readonly Settings[]
  readonly transportService?: Settings
}

/** Settings of a Receive connector without the limits for one source: a test's clients all are one. */
export const manyFromOneSource = {
  MaxInboundConnectionPerSource: 'unlimited',
  MaxInboundConnectionPercentagePerSource: 100,
  MessageRateLimit: 'unlimited',
  TarpitInterval: '00:00:00',
}

/** server.yaml of an Edge server by which anyone on this machine may relay anywhere. */
export function trustingEdge(options: TrustingEdge): string {
  const { address, port, domain = 'home.example', connector } = options
  return stringify({
    Server: { Name: 'EDGE01', Fqdn: 'edge01.relay.example', Role: 'Edge' },
    AcceptedDomains: [{ DomainName: domain }],
    ReceiveConnectors: [
      {
        Name: 'Trusted',
        Bindings: `${address}:${port}`,
        RemoteIPRanges: '127.0.0.0/8',
        AuthMechanism: 'Tls, ExternalAuthoritative',
        PermissionGroups: 'ExchangeServers',
        ...connector,
      },
    ],
    SendConnectors: options.sendConnectors,
    TransportService: options.transportService,
  })
}
