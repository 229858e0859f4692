import type { ServiceTarget } from '../proxy/service-session.ts'
import type { Binding } from '../receive/binding.ts'
import type { ReceiveConnector } from '../receive/receive-connector.ts'

/**
 * The listener of the Transport service that a front-end session is handed over to: Client Proxy (465)
 * for a connector of clients (587), Default (2525) for the others. Undefined when no connector of the
 * Transport service takes sessions from the front end.
 */
export function backEndTarget(
  connectors: readonly ReceiveConnector[],
  frontEnd: ReceiveConnector,
): ServiceTarget | undefined {
  const open = connectors.filter((connector) => isOpenToServices(connector, 'HubTransport'))
  const ofClients = !frontEnd.PermissionGroups.includes('AnonymousUsers')
  const wanted = ofClients ? 'Implicit' : 'StartTls'
  const chosen = open.find(({ TlsMode }) => TlsMode === wanted) ?? open[0]
  return chosen && targetOf(chosen)
}

/**
 * The listener of the Front End Transport service through which Send connectors with
 * FrontendProxyEnabled deliver: Outbound Proxy Frontend (717), a connector for Exchange servers alone.
 */
export function outboundProxyTarget(
  connectors: readonly ReceiveConnector[],
): ServiceTarget | undefined {
  const chosen = connectors
    .filter((connector) => isOpenToServices(connector, 'FrontendTransport'))
    .find(({ PermissionGroups }) => !PermissionGroups.includes('AnonymousUsers'))
  return chosen && targetOf(chosen)
}

function isOpenToServices(
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

function targetOf({ Bindings, TlsMode }: ReceiveConnector): ServiceTarget | undefined {
  const binding = Bindings.find(({ address }) => !address.includes(':')) ?? Bindings[0]
  return binding && { address: reachable(binding), port: binding.port, tlsMode: TlsMode }
}

/** A listener on all addresses is reached by loopback. */
function reachable({ address }: Binding): string {
  if (address === '0.0.0.0') return '127.0.0.1'
  return address === '::' ? '::1' : address
}
