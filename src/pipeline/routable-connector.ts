import { isIP } from 'node:net'
import type { Bytes } from '../base/byte-size.ts'
import { type DeliveryType, deliveryKinds } from '../queue/delivery-kinds.ts'
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
export interface RoutableSendConnector extends AnyConnector {
  readonly kind: 'Send'
  readonly DNSRoutingEnabled: boolean
  readonly SmartHosts: readonly string[]
}

/** Into a folder, from which another program takes the files. */
export interface RoutableForeignConnector extends AnyConnector {
  readonly kind: 'Foreign'
}

/** By an agent of its protocol. */
export interface RoutableDeliveryAgentConnector extends AnyConnector {
  readonly kind: 'DeliveryAgent'
}

/** A way by which mail can leave. */
export type RoutableConnector =
  RoutableSendConnector | RoutableForeignConnector | RoutableDeliveryAgentConnector

/** The sections of the configuration that hold connectors. */
export interface ConnectorSections {
  readonly SendConnectors: readonly Omit<RoutableSendConnector, 'kind'>[]
  readonly ForeignConnectors: readonly Omit<RoutableForeignConnector, 'kind'>[]
  readonly DeliveryAgentConnectors: readonly Omit<RoutableDeliveryAgentConnector, 'kind'>[]
}

/** A server by its two names. */
export interface ServerNames {
  readonly Name: string
  readonly Fqdn: string
}

/** All connectors of a configuration, among which routing chooses. */
export function routableConnectors(sections: ConnectorSections): readonly RoutableConnector[] {
  const { SendConnectors, ForeignConnectors, DeliveryAgentConnectors } = sections
  return [
    ...SendConnectors.map((connector) => ({ ...connector, kind: 'Send' }) as const),
    ...ForeignConnectors.map(
      (connector) => ({ ...connector, ...usable(connector), kind: 'Foreign' }) as const,
    ),
    ...DeliveryAgentConnectors.map(
      (connector) => ({ ...connector, kind: 'DeliveryAgent' }) as const,
    ),
  ]
}

/** A limit of 0 takes a Foreign connector out of use, in Exchange as here. */
const usable = ({ Enabled, MaxMessageSize }: Pick<AnyConnector, 'Enabled' | 'MaxMessageSize'>) => ({
  Enabled: Enabled && MaxMessageSize > 0,
})

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

/** The queue in which mail for the domain waits for the connector, which takes it by `space`. */
export function queueOf(
  connector: RoutableConnector,
  domain: string,
  space: AddressSpace,
): QueueKey {
  const nextHopConnector = connector.Name
  const deliveryType = deliveryTypeOf(connector)
  switch (connector.kind) {
    case 'Send':
      return {
        deliveryType,
        nextHopDomain: connector.DNSRoutingEnabled
          ? domain
          : formatSmartHosts(connector.SmartHosts),
        nextHopConnector,
      }
    case 'Foreign':
    case 'DeliveryAgent':
      return {
        deliveryType,
        // One queue for each address space, not for each domain that a client can name.
        nextHopDomain: space.type === 'SMTP' ? space.space : space.type,
        nextHopConnector,
      }
  }
}

/** Exchange's name for the way that mail takes by the connector. */
function deliveryTypeOf(connector: RoutableConnector): DeliveryType {
  switch (connector.kind) {
    case 'Send':
      return connector.DNSRoutingEnabled ? 'DnsConnectorDelivery' : 'SmartHostConnectorDelivery'
    case 'Foreign':
      return 'NonSmtpGatewayDelivery'
    case 'DeliveryAgent':
      return 'DeliveryAgent'
  }
}

/** Whether mail in the queue waits for the connector. */
export function isConnectorOf(queue: QueueKey, connector: RoutableConnector): boolean {
  const { agent } = deliveryKinds[deliveryTypeOf(connector)]
  return (
    connector.Name === queue.nextHopConnector && agent === deliveryKinds[queue.deliveryType].agent
  )
}

/** Smart hosts as queues show them: `[10.0.0.1],relay.example`. */
export function formatSmartHosts(smartHosts: readonly string[]): string {
  return smartHosts.map((host) => (isIP(host) === 0 ? host : `[${host}]`)).join(',')
}

/** All of a connector that routes depend on. */
export function connectorRouting(connector: RoutableConnector): readonly unknown[] {
  const { kind, Name, Enabled, AddressSpaces, SourceTransportServers, MaxMessageSize } = connector
  const common = [kind, Name, Enabled, AddressSpaces, SourceTransportServers, MaxMessageSize]
  if (connector.kind !== 'Send') return common
  return [...common, connector.DNSRoutingEnabled, connector.SmartHosts]
}

/** How mail of a delivery queue finds its next hop, told to a person. */
export function formatNextHop({ deliveryType, nextHopDomain }: QueueKey): string {
  switch (deliveryType) {
    case 'DnsConnectorDelivery':
      return `by MX of ${nextHopDomain}`
    case 'NonSmtpGatewayDelivery':
      return `a Drop folder for ${nextHopDomain}`
    case 'DeliveryAgent':
      return `a delivery agent for ${nextHopDomain}`
    case 'SmartHostConnectorDelivery':
    case 'SmtpRelayToServers':
    case 'Undefined':
    case 'Unreachable':
      return `smart hosts ${nextHopDomain}`
  }
}
