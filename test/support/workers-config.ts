import { stringify } from 'yaml'
import { smartHostConnector } from './mailbox-config.ts'

type Settings = Readonly<Record<string, unknown>>

export interface WorkersConfig {
  readonly address: string
  readonly port: number
  /** Where all mail goes. */
  readonly smartHost: { readonly address: string; readonly port: number }
  readonly connector?: Settings
  readonly transportService?: Settings
}

/** An Edge server with one connector, that runs as many workers as `transportService` says. */
export function workersConfig(options: WorkersConfig): string {
  const { address, port, smartHost, connector, transportService } = options
  return stringify({
    Server: { Name: 'EDGE01', Fqdn: 'edge01.relay.example', Role: 'Edge' },
    AcceptedDomains: [{ DomainName: 'home.example' }],
    ReceiveConnectors: [
      {
        Name: 'Trusted',
        Bindings: `${address}:${port}`,
        RemoteIPRanges: '127.0.0.0/8',
        AuthMechanism: 'Tls, ExternalAuthoritative',
        PermissionGroups: 'ExchangeServers',
        MaxInboundConnectionPerSource: 'unlimited',
        MaxInboundConnectionPercentagePerSource: 100,
        MessageRateLimit: 'unlimited',
        TarpitInterval: '00:00:00',
        ProtocolLoggingLevel: 'Verbose',
        ...connector,
      },
    ],
    SendConnectors: [smartHostConnector('To All', '*', smartHost)],
    TransportService: { MaxConnectionRatePerMinute: 'unlimited', ...transportService },
  })
}

/** The worker that gave an InternalId, or the reply that shows it. */
export function workerOf(text: string | number): number {
  const id = typeof text === 'number' ? text : Number(/InternalId=(\d+)/.exec(text)?.[1])
  return Math.floor(id / 2 ** 40) + 1
}
