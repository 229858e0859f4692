import { allIpv4, allIpv6 } from '../../base/ip-range.ts'
import {
  type ReceiveConnector,
  completeReceiveConnector,
  receiveConnectorSchema,
} from './receive-connector.ts'

/** What the connectors need to know of the server. */
export interface ReceivingServer {
  /** Short name, `EDGE01`. */
  readonly Name: string
  readonly Role: 'Mailbox' | 'Edge'
}

/** Settings as they would stand in a file. */
export type ConnectorSettings = Readonly<Record<string, string | readonly string[]>>

/**
 * The Receive connectors that a server of this role has when the configuration names none. Exchange's
 * lists of mechanisms also hold Integrated, which the relay does not have; and 465 starts TLS on
 * connect here.
 */
export function defaultReceiveConnectors(server: ReceivingServer): ReceiveConnector[] {
  return defaultConnectorSettings(server).map((connector) =>
    completeReceiveConnector(receiveConnectorSchema.parse(connector), server.Role),
  )
}

/** The same as they would be written into the configuration. */
export function defaultConnectorSettings({
  Name,
  Role,
}: ReceivingServer): readonly ConnectorSettings[] {
  return Role === 'Edge' ? edgeConnectors(Name) : mailboxConnectors(Name)
}

const basicOverTls = ['Tls', 'BasicAuth', 'BasicAuthRequireTLS']

/** Both families, any source, on one port. */
const everywhere = (port: number): ConnectorSettings => ({
  Bindings: [`0.0.0.0:${port}`, `[::]:${port}`],
  RemoteIPRanges: [allIpv6, allIpv4],
})

function mailboxConnectors(server: string): readonly ConnectorSettings[] {
  return [
    {
      Name: `Default Frontend ${server}`,
      TransportRole: 'FrontendTransport',
      ...everywhere(25),
      AuthMechanism: [...basicOverTls, 'ExchangeServer'],
      PermissionGroups: ['AnonymousUsers', 'ExchangeServers', 'ExchangeLegacyServers'],
      ProtocolLoggingLevel: 'Verbose',
    },
    {
      Name: `Client Frontend ${server}`,
      TransportRole: 'FrontendTransport',
      ...everywhere(587),
      AuthMechanism: basicOverTls,
      PermissionGroups: ['ExchangeUsers'],
      MessageRateLimit: '5',
      MessageRateSource: 'User',
    },
    {
      Name: `Outbound Proxy Frontend ${server}`,
      TransportRole: 'FrontendTransport',
      ...everywhere(717),
      AuthMechanism: [...basicOverTls, 'ExchangeServer'],
      PermissionGroups: ['ExchangeServers'],
    },
    {
      Name: `Default ${server}`,
      TransportRole: 'HubTransport',
      ...everywhere(2525),
      AuthMechanism: ['Tls', 'BasicAuth', 'ExchangeServer'],
      PermissionGroups: ['ExchangeUsers', 'ExchangeServers', 'ExchangeLegacyServers'],
      SizeEnabled: 'EnabledWithoutValue',
      MaxRecipientsPerMessage: '5000',
      MaxInboundConnectionPerSource: 'unlimited',
      MaxInboundConnectionPercentagePerSource: '100',
    },
    {
      Name: `Client Proxy ${server}`,
      TransportRole: 'HubTransport',
      ...everywhere(465),
      TlsMode: 'Implicit',
      AuthMechanism: [...basicOverTls, 'ExchangeServer'],
      PermissionGroups: ['ExchangeUsers', 'ExchangeServers'],
      MessageRateLimit: '5',
      MessageRateSource: 'User',
    },
  ]
}

function edgeConnectors(server: string): readonly ConnectorSettings[] {
  return [
    {
      Name: `Default internal receive connector ${server}`,
      TransportRole: 'HubTransport',
      Bindings: ['0.0.0.0:25'],
      RemoteIPRanges: [allIpv4],
      AuthMechanism: ['Tls', 'ExchangeServer'],
      PermissionGroups: ['AnonymousUsers', 'ExchangeServers', 'Partners'],
    },
  ]
}
