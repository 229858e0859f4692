import type { ServiceTarget } from '../../proxy/service-session.ts'
import type { Binding } from './binding.ts'
import { ConnectorSelection, isWildcard } from './connector-selection.ts'
import type { ReceiveConnector } from './receive-connector.ts'

/** Who the services of this server reach each other by. */
export interface OwnServer {
  readonly connectors: readonly ReceiveConnector[]
  /** The addresses that this machine has. */
  readonly addresses: readonly string[]
}

/** The listeners at which one service of this server finds the other. */
export interface ServiceTargets {
  /**
   * The listener of the Transport service that a front-end session is handed over to: Client Proxy (465)
   * for a connector of clients (587), Default (2525) for the others. Undefined when no connector of the
   * Transport service takes sessions from this server itself.
   */
  backEndOf(frontEnd: ReceiveConnector): ServiceTarget | undefined
  /**
   * The listener of the Front End Transport service through which Send connectors with
   * FrontendProxyEnabled deliver: Outbound Proxy Frontend (717), a connector for Exchange servers alone.
   */
  readonly outboundProxy: ServiceTarget | undefined
}

/** Works out the targets, once for each configuration. */
export function serviceTargets(server: OwnServer): ServiceTargets {
  const backEnds = targetsIn(server, 'HubTransport')
  const frontEnds = targetsIn(server, 'FrontendTransport')
  return {
    backEndOf({ PermissionGroups }) {
      const wanted = PermissionGroups.includes('AnonymousUsers') ? 'StartTls' : 'Implicit'
      return (backEnds.find(({ target }) => target.tlsMode === wanted) ?? backEnds[0])?.target
    },
    outboundProxy: frontEnds.find(({ connector }) => isForServicesAlone(connector))?.target,
  }
}

/** Whether the connector takes sessions from a service of this server, as far as not by its ranges. */
export function isOpenToServices(
  connector: ReceiveConnector,
  role: ReceiveConnector['TransportRole'],
): boolean {
  return (
    connector.Enabled &&
    connector.TransportRole === role &&
    connector.AuthMechanism.includes('ExchangeServer') &&
    connector.PermissionGroups.includes('ExchangeServers')
  )
}

/** Whether the connector of the front end is there for Exchange servers, and not for clients as well. */
export function isForServicesAlone(connector: ReceiveConnector): boolean {
  return (
    isOpenToServices(connector, 'FrontendTransport') &&
    !connector.PermissionGroups.includes('AnonymousUsers')
  )
}

/** A way by which this server can come to a listener of its own. */
export interface OwnWay {
  readonly end: Binding
  readonly source: Source
  /** Who gets a session that comes by it, as any client's. */
  readonly servedBy: ReceiveConnector | undefined
}

/** The ways to the listeners of a connector; `server` has all connectors of its service. */
export function waysTo(connector: ReceiveConnector, server: OwnServer): OwnWay[] {
  return waysBy(connector, server, selectionFor(server, connector.TransportRole))
}

function selectionFor({ connectors }: OwnServer, role: ReceiveConnector['TransportRole']) {
  return new ConnectorSelection(connectors.filter(({ TransportRole }) => TransportRole === role))
}

function waysBy(
  { Bindings }: ReceiveConnector,
  { addresses }: OwnServer,
  selection: ConnectorSelection,
): OwnWay[] {
  const ends = ipv4First(Bindings).flatMap((binding) =>
    reachable(binding, addresses).map((address) => ({ address, port: binding.port })),
  )
  return ends.flatMap((end) =>
    sourcesFor(end.address).map((source) => ({
      ...{ end, source },
      servedBy: selection.select(end, source.address),
    })),
  )
}

interface Found {
  /** The connector that gets the session. */
  readonly connector: ReceiveConnector
  readonly target: ServiceTarget
}

/** In the order of the connectors. */
function targetsIn(server: OwnServer, role: ReceiveConnector['TransportRole']): Found[] {
  const selection = selectionFor(server, role)
  return server.connectors
    .filter((connector) => isOpenToServices(connector, role))
    .flatMap((connector) => {
      const own = waysBy(connector, server, selection).filter(
        ({ servedBy }) => servedBy === connector,
      )
      return own.map(({ end, source }) => {
        const bound = source.bound && { source: source.address }
        return { connector, target: { ...end, ...bound, tlsMode: connector.TlsMode } }
      })
    })
}

function ipv4First(bindings: readonly Binding[]): Binding[] {
  const isIpv6 = ({ address }: Binding) => address.includes(':')
  return [...bindings.filter((binding) => !isIpv6(binding)), ...bindings.filter(isIpv6)]
}

/** Where a listener is reached from this machine: one on all addresses by loopback before any other. */
function reachable(binding: Binding, addresses: readonly string[]): string[] {
  if (!isWildcard(binding)) return [binding.address]
  const isIpv6 = binding.address === '::'
  const own = addresses.filter((address) => address.includes(':') === isIpv6)
  if (!isIpv6) return ['127.0.0.1', ...own.filter((address) => !isLoopback(address))]
  return [...own.filter(isLoopback), ...own.filter((address) => !isLoopback(address))]
}

/** An address that this server can come from, and whether it must ask the system for that one. */
interface Source {
  readonly address: string
  readonly bound: boolean
}

/** To loopback the system itself takes 127.0.0.1; to others it may take another address of the interface. */
function sourcesFor(address: string): Source[] {
  if (address === '127.0.0.1' || address === '::1') return [{ address, bound: false }]
  const itself = { address, bound: true }
  return isLoopback(address) ? [{ address: '127.0.0.1', bound: false }, itself] : [itself]
}

/** Whether it is an address of the machine itself; IPv4 in its plain form. */
export function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1'
}
