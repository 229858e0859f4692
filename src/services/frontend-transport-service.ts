import { mapLive } from '../base/live.ts'
import { second } from '../base/time-span.ts'
import { liveRoutingTables } from '../pipeline/live-routing-tables.ts'
import { BackEndConnections } from '../proxy/back-end-connections.ts'
import { BackEndSink } from '../proxy/back-end-sink.ts'
import { OutboundProxyServer } from '../proxy/outbound-proxy-server.ts'
import { ReceiveService } from '../receive/receive-service.ts'
import { directDialer } from '../send/dialer.ts'
import { acceptedDomainsOf } from './accepted-domains-of.ts'
import { listensOnNothing, startListening } from './start-listening.ts'
import type { RunningService, ServiceGround } from './service-ground.ts'
import { openServiceLogs } from './service-log.ts'
import { backEndTarget } from './service-targets.ts'

/** How long clients may take to end their message when the service drains. */
const drainGrace = 25 * second

/** The Front End Transport service: a stateless proxy between clients and the Transport service. */
export async function openFrontendTransportService(ground: ServiceGround): Promise<RunningService> {
  const { config, certificates, clock, logger, siblings } = ground
  const { Server } = config.current
  const logs = openServiceLogs(ground, 'FrontEnd')
  const dialer = directDialer(clock)
  const connections = new BackEndConnections({
    ...{ dialer, clock, log: logs.send, connectivityLog: logs.connectivity, fqdn: Server.Fqdn },
    certificate: certificates.internal,
    verbose: () =>
      config.current.FrontendTransportService.IntraOrgConnectorProtocolLoggingLevel === 'Verbose',
  })
  const tunnel = new OutboundProxyServer({
    ...{ dialer, clock, log: logs.send, connectivityLog: logs.connectivity },
    verbose: (name) =>
      config.current.SendConnectors.find((connector) => connector.Name === name)
        ?.ProtocolLoggingLevel === 'Verbose',
  })
  const receive = new ReceiveService({
    transportRole: 'FrontendTransport',
    server: Server,
    connectors: mapLive(config, ({ ReceiveConnectors }) => ReceiveConnectors),
    users: mapLive(config, ({ Users }) => Users),
    acceptedDomains: acceptedDomainsOf(
      mapLive(liveRoutingTables(config), (tables) => tables.acceptedDomains),
    ),
    certificates,
    maxConnectionRatePerMinute: mapLive(
      config,
      ({ FrontendTransportService }) => FrontendTransportService.MaxConnectionRatePerMinute,
    ),
    sink: new BackEndSink({
      connections,
      target: ({ connector }) => targetFor(ground, connector),
      clock,
      warn: (message) => logger.warn({}, message),
    }),
    protocolLog: logs.receive,
    clock,
    logger,
    tunnel,
    ...(siblings !== undefined && { siblings: siblings.counts }),
  })
  const listeners = await startListening(receive)
  let draining = false
  return {
    listeners,
    adminMethods: {},
    inForce: () => receive.inForce(),
    unhealthy: () => (draining ? 'the service is draining' : listensOnNothing(receive)),
    async drain() {
      draining = true
      await receive.drain(drainGrace)
    },
    async [Symbol.asyncDispose]() {
      await receive[Symbol.asyncDispose]()
      await tunnel[Symbol.asyncDispose]()
      await connections[Symbol.asyncDispose]()
      await logs[Symbol.asyncDispose]()
    },
  }
}

/** The back end of a session, by the connector (`SERVER\Name`) that the session is on. */
function targetFor({ config }: ServiceGround, connectorId: string) {
  const { ReceiveConnectors, Server } = config.current
  const name = connectorId.slice(Server.Name.length + 1)
  const frontEnd = ReceiveConnectors.find((connector) => connector.Name === name)
  return frontEnd && backEndTarget(ReceiveConnectors, frontEnd)
}
