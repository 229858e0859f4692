import { isIP } from 'node:net'
import type { Bytes } from '../base/byte-size.ts'
import type { QueueKey } from '../queue/queue-key.ts'
import type { AddressSpace } from './address-space.ts'

/** What routing needs of any connector. */
interface AnyConnector {
  readonly Name: string
  readonly Enabled: boolean
  readonly AddressSpaces: readonly AddressSpace[]
  /** The servers that may use it; none, or left out: this one. */
  readonly SourceTransportServers?: readonly string[]
  readonly MaxMessageSize: Bytes
}

/** By SMTP: to the MX hosts of each domain, or to smart hosts. */
interface RoutableSendConnector extends AnyConnector {
  readonly kind: 'Send'
  readonly DNSRoutingEnabled: boolean
  readonly SmartHosts: readonly string[]
}

/** A way by which mail can leave. */
export type RoutableConnector = RoutableSendConnector

/** The sections of the configuration that hold connectors. */
export interface ConnectorSections {
  readonly SendConnectors: readonly Omit<RoutableSendConnector, 'kind'>[]
}

/** A server by its two names. */
export interface ServerNames {
  readonly Name: string
  readonly Fqdn: string
}

/** All connectors of a configuration, among which routing chooses. */
export function routableConnectors(sections: ConnectorSections): readonly RoutableConnector[] {
  return sections.SendConnectors.map((connector) => ({ kind: 'Send', ...connector }))
}

/** Whether this server may use a connector: it is enabled, and its source servers include this one. */
export function isUsable(
  { Enabled, SourceTransportServers }: Pick<AnyConnector, 'Enabled' | 'SourceTransportServers'>,
  server: ServerNames | undefined,
): boolean {
  return Enabled && isSourceServer(SourceTransportServers, server)
}

/** Whether `servers`, the source servers of a connector, include this one. */
export function isSourceServer(
  servers: readonly string[] = [],
  server: ServerNames | undefined,
): boolean {
  if (servers.length === 0) return true
  const own = server === undefined ? [] : [server.Name.toLowerCase(), server.Fqdn.toLowerCase()]
  return servers.some((name) => own.includes(name.trim().toLowerCase()))
}

/** The queue in which mail for the domain waits for the connector. */
export function queueOf(connector: RoutableConnector, domain: string): QueueKey {
  const nextHopConnector = connector.Name
  return connector.DNSRoutingEnabled
    ? { deliveryType: 'DnsConnectorDelivery', nextHopDomain: domain, nextHopConnector }
    : {
        deliveryType: 'SmartHostConnectorDelivery',
        nextHopDomain: formatSmartHosts(connector.SmartHosts),
        nextHopConnector,
      }
}

/** Whether mail in the queue waits for the connector. */
export function isConnectorOf(queue: QueueKey, { Name }: RoutableConnector): boolean {
  return Name === queue.nextHopConnector
}

/** Smart hosts as queues show them: `[10.0.0.1],relay.example`. */
export function formatSmartHosts(smartHosts: readonly string[]): string {
  return smartHosts.map((host) => (isIP(host) === 0 ? host : `[${host}]`)).join(',')
}

/** All of a connector that routes depend on. */
export function connectorRouting(connector: RoutableConnector): readonly unknown[] {
  const { kind, Name, Enabled, AddressSpaces, SourceTransportServers, MaxMessageSize } = connector
  const { DNSRoutingEnabled, SmartHosts } = connector
  const common = [kind, Name, Enabled, AddressSpaces, SourceTransportServers, MaxMessageSize]
  return [...common, DNSRoutingEnabled, SmartHosts]
}

/** How mail of a delivery queue finds its next hop, told to a person. */
export function formatNextHop(queue: QueueKey): string {
  const byMx = queue.deliveryType === 'DnsConnectorDelivery'
  return byMx ? `by MX of ${queue.nextHopDomain}` : `smart hosts ${queue.nextHopDomain}`
}
