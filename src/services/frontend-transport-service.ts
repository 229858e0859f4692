import { mapLive } from '../base/live.ts'
import { second } from '../base/time-span.ts'
import { liveRoutingTables } from '../pipeline/live-routing-tables.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { BackEndConnections } from '../proxy/back-end-connections.ts'
import { BackEndSink } from '../proxy/back-end-sink.ts'
import { OutboundProxyServer } from '../proxy/outbound-proxy-server.ts'
import type { ServiceTarget } from '../proxy/service-session.ts'
import { formatBinding } from '../receive/connectors/binding.ts'
import { ReceiveService } from '../receive/receive-service.ts'
import { isForServicesAlone } from '../receive/connectors/service-targets.ts'
import { directDialer } from '../deliver/smtp/dialer.ts'
import { acceptedDomainsOf } from './accepted-domains-of.ts'
import { openDirectory } from './open-directory.ts'
import { awaitBackEnd } from './await-back-end.ts'
import { LiveServiceTargets } from './live-service-targets.ts'
import { listensOnNothing, startListening } from './start-listening.ts'
import {
  CannotStart,
  type RunningService,
  type ServiceGround,
  messageOf,
} from './service-ground.ts'
import { openServiceLogs } from './service-log.ts'
import { openTransportAgents } from './transport-agents.ts'

/** How long clients may take to end their message when the service drains. */
const drainGrace = 25 * second

/** The Front End Transport service: a stateless proxy between clients and the Transport service. */
export async function openFrontendTransportService(ground: ServiceGround): Promise<RunningService> {
  await using opened = new AsyncDisposableStack()
  const { config, certificates, clock, logger, siblings } = ground
  const { Server } = config.current
  const logs = opened.use(openServiceLogs(ground, 'FrontEnd'))
  const targets = new LiveServiceTargets(config)
  const dialer = directDialer(clock)
  const connections = opened.use(
    new BackEndConnections({
      ...{ dialer, clock, log: logs.send, connectivityLog: logs.connectivity, fqdn: Server.Fqdn },
      certificate: certificates.internal,
      verbose: () =>
        config.current.FrontendTransportService.IntraOrgConnectorProtocolLoggingLevel === 'Verbose',
    }),
  )
  const tunnel = opened.use(
    new OutboundProxyServer({
      ...{ dialer, clock, log: logs.send, connectivityLog: logs.connectivity },
      verbose: (name) =>
        config.current.SendConnectors.find((connector) => connector.Name === name)
          ?.ProtocolLoggingLevel === 'Verbose',
    }),
  )
  const directory = opened.use(await openDirectory(ground))
  const agents = opened.use(await openTransportAgents(ground, 'FrontEnd'))
  const receive = opened.use(
    new ReceiveService({
      transportRole: 'FrontendTransport',
      server: Server,
      connectors: mapLive(config, ({ ReceiveConnectors }) => ReceiveConnectors),
      users: mapLive(config, ({ Users }) => Users),
      acceptedDomains: acceptedDomainsOf(liveRoutingTables(config)),
      directory,
      accounts: directory.accounts,
      certificates,
      maxConnectionRatePerMinute: mapLive(
        config,
        ({ FrontendTransportService }) => FrontendTransportService.MaxConnectionRatePerMinute,
      ),
      sink: new BackEndSink({
        connections,
        target: ({ connector }) => targetFor(config.current, connector, targets),
        clock,
        warn: (message) => logger.warn({}, message),
      }),
      protocolLog: logs.receive,
      clock,
      logger,
      tunnel,
      agents: agents.runner,
      ...(siblings !== undefined && { siblings: siblings.counts }),
    }),
  )
  await startTunnel(receive, config.current)
  await awaitBackEnd({
    targets: backEnds(config.current, targets),
    ...{ dialer, clock, logger, signal: ground.stopping },
  })
  const listeners = ground.stopping.aborted ? [] : await startListening(receive)
  let draining = false
  const closing = opened.move()
  return {
    listeners,
    adminMethods: agents.adminMethods,
    inForce: () => Promise.all([receive.inForce(), agents.inForce()]),
    unhealthy: () => (draining ? 'the service is draining' : listensOnNothing(receive)),
    async drain() {
      draining = true
      await receive.drain(drainGrace)
    },
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  }
}

/** Opens what the Transport service may need before it listens itself: its way out through this service. */
async function startTunnel(receive: ReceiveService, config: ServerConfig): Promise<void> {
  const ofServices = config.ReceiveConnectors.filter(isForServicesAlone)
  await receive.apply(ofServices).catch((error: unknown) => {
    throw new CannotStart(messageOf(error), [], { cause: error })
  })
}

/** The listeners that the connectors of clients hand over to, each once. */
function backEnds(
  { ReceiveConnectors }: ServerConfig,
  targets: LiveServiceTargets,
): readonly ServiceTarget[] {
  const found = ReceiveConnectors.filter(
    (connector) =>
      connector.Enabled &&
      connector.TransportRole === 'FrontendTransport' &&
      !isForServicesAlone(connector),
  ).flatMap((connector) => targets.backEndOf(connector) ?? [])
  return [...new Map(found.map((target) => [formatBinding(target), target])).values()]
}

/** The back end of a session, by the connector (`SERVER\Name`) that the session is on. */
function targetFor(
  { ReceiveConnectors, Server }: ServerConfig,
  connectorId: string,
  targets: LiveServiceTargets,
): ServiceTarget | undefined {
  const name = connectorId.slice(Server.Name.length + 1)
  const frontEnd = ReceiveConnectors.find((connector) => connector.Name === name)
  return frontEnd && targets.backEndOf(frontEnd)
}
