import { stringify } from 'yaml'
import { smartHostConnector } from './smart-host-connector.ts'

type Settings = Readonly<Record<string, string | number>>

/** Where the listeners of a relay under test are, and what is peculiar to it. */
export interface OpenMailbox {
  /** Loopback address of all listeners. */
  readonly address: string
  /** Where mail for inside.test goes. */
  readonly smartHost: { readonly address: string; readonly port: number }
  /** Further settings of the connector that clients of the front end use, and of the direct one. */
  readonly connector?: Settings
  readonly transportService?: Settings
  readonly frontendTransportService?: Settings
}

/** The ports of `openMailbox`. */
export const mailboxPorts = {
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

/** server.yaml of a Mailbox server that takes mail for inside.test from anyone, by its front end or directly. */
export function openMailbox(options: OpenMailbox): string {
  const { address, smartHost, connector, transportService, frontendTransportService } = options
  const clients = { ...openToClients, ...connector }
  return stringify({
    Server: { Name: 'FAULT01', Fqdn: 'fault01.example.test', Role: 'Mailbox' },
    AcceptedDomains: [{ DomainName: 'inside.test' }],
    ReceiveConnectors: [
      {
        ...{ Name: 'Front', TransportRole: 'FrontendTransport' },
        ...{ Bindings: `${address}:${mailboxPorts.frontEnd}`, ...clients },
      },
      {
        ...{ Name: 'Back', TransportRole: 'HubTransport' },
        Bindings: `${address}:${mailboxPorts.backEnd}`,
        RemoteIPRanges: '127.0.0.0/8',
        AuthMechanism: 'Tls, ExchangeServer',
        PermissionGroups: 'ExchangeServers',
        MaxRecipientsPerMessage: 5000,
        MaxInboundConnectionPerSource: 'unlimited',
        MaxInboundConnectionPercentagePerSource: 100,
      },
      {
        ...{ Name: 'Direct', TransportRole: 'HubTransport' },
        ...{ Bindings: `${address}:${mailboxPorts.direct}`, ...clients },
      },
    ],
    SendConnectors: [smartHostConnector('Out', 'inside.test', smartHost)],
    TransportService: {
      QueueGlitchRetryInterval: '00:00:01',
      MessageRetryInterval: '00:00:01',
      MaxConnectionRatePerMinute: 'unlimited',
      ...transportService,
    },
    FrontendTransportService: {
      MaxConnectionRatePerMinute: 'unlimited',
      ...frontendTransportService,
    },
  })
}
