import type { ServerConfig } from '../../config/server-config.ts'
import type { ProtocolLogRecord } from '../../logs/protocol-log-record.ts'
import { inboundProxyConnector } from '../../proxy/inbound-proxy-connector.ts'
import type { ReceiveConnector } from '../../receive/connectors/receive-connector.ts'

/** Which log a record stands in. */
export interface LogPlace {
  readonly service: 'Transport' | 'FrontendTransport'
  readonly direction: 'Receive' | 'Send'
}

/**
 * A test for records of sessions between the front end and the Transport service of this server: what a
 * client said is told once more there. By the configuration as it is now; on an Edge server there are
 * none.
 */
export function internalSessions({
  Server,
  ReceiveConnectors,
}: Pick<ServerConfig, 'Server' | 'ReceiveConnectors'>): (
  record: Pick<ProtocolLogRecord, 'connectorId' | 'localEndpoint' | 'remoteEndpoint'>,
  place: LogPlace,
) => boolean {
  if (Server.Role === 'Edge') return () => false
  const proxies = ReceiveConnectors.filter(isOutboundProxy)
  const names = new Set(proxies.map(({ Name }) => Name.toLowerCase()))
  const ports = new Set(proxies.flatMap(({ Bindings }) => Bindings.map(({ port }) => port)))
  return ({ connectorId, localEndpoint, remoteEndpoint }, { service, direction }) => {
    if (connectorId === inboundProxyConnector) return true
    if (!isOfOneMachine(addressIn(localEndpoint), addressIn(remoteEndpoint))) return false
    if (direction === 'Send') return service === 'Transport' && ports.has(portIn(remoteEndpoint))
    if (service === 'Transport') return true
    return names.has(connectorId.slice(connectorId.indexOf('\\') + 1).toLowerCase())
  }
}

/** A connector of the front end for Exchange servers alone (717). */
function isOutboundProxy({ TransportRole, PermissionGroups }: ReceiveConnector): boolean {
  return (
    TransportRole === 'FrontendTransport' &&
    PermissionGroups.every((group) => group === 'ExchangeServers')
  )
}

/** One address at both ends, or two of the loopback network. */
const isOfOneMachine = (one: string, other: string) =>
  one === other || (one.startsWith('127.') && other.startsWith('127.'))

const addressIn = (endpoint: string) => endpoint.replace(/:\d+$/, '')

const portIn = (endpoint: string) => Number(/:(\d+)$/.exec(endpoint)?.[1])
