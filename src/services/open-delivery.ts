import { mapLive } from '../base/live.ts'
import { systemRandom } from '../base/random.ts'
import { AgentDelivery } from '../deliver/agents/agent-delivery.ts'
import { DeliveryByKind } from '../deliver/delivery-by-kind.ts'
import { DropDelivery } from '../deliver/drop/drop-delivery.ts'
import { SmtpDelivery } from '../deliver/smtp/delivery.ts'
import { type Dialer, directDialer } from '../deliver/smtp/dialer.ts'
import type { SendConnector } from '../deliver/smtp/send-connector.ts'
import { nodeResolver } from '../dns/node-resolver.ts'
import type { ProtocolLog } from '../logs/protocol-log.ts'
import { noFrontEnd, outboundProxyDialer } from '../proxy/outbound-proxy.ts'
import type { DeliveryAgent } from '../queue/delivery-agent.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import { LiveServiceTargets } from './live-service-targets.ts'
import { ownListeners } from './own-listeners.ts'
import type { ServiceGround } from './service-ground.ts'
import type { ServiceLogs } from './service-log.ts'

/** All ways by which mail leaves. */
export interface OpenDelivery extends AsyncDisposable {
  /** Delivers from queues of every kind. */
  readonly agent: DeliveryAgent
  /** The one for queues with hosts. */
  readonly smtp: SmtpDelivery
}

/** Opens the delivery of every kind of queue. */
export function openDelivery(
  ground: ServiceGround,
  store: QueueStore,
  logs: ServiceLogs,
): OpenDelivery {
  const { config, clock, logger, dataFolder } = ground
  const smtp = smtpDelivery(ground, store, logs)
  const drop = new DropDelivery({
    connectors: mapLive(config, ({ ForeignConnectors }) => ForeignConnectors),
    server: mapLive(config, ({ Server }) => Server),
    root: mapLive(config, ({ TransportService }) => TransportService.RootDropDirectoryPath),
    dataFolder,
    store,
    connectivityLog: logs.connectivity,
    clock,
    logger,
  })
  const agent = new AgentDelivery({
    connectors: mapLive(config, ({ DeliveryAgentConnectors }) => DeliveryAgentConnectors),
    server: mapLive(config, ({ Server }) => Server),
    workers: mapLive(config, ({ TransportService }) => TransportService.Workers),
    dataFolder,
    store,
    connectivityLog: logs.connectivity,
    clock,
    logger,
  })
  return {
    agent: new DeliveryByKind({ smtp, drop, agent }),
    smtp,
    [Symbol.asyncDispose]: () => smtp[Symbol.asyncDispose](),
  }
}

function smtpDelivery(ground: ServiceGround, store: QueueStore, logs: ServiceLogs): SmtpDelivery {
  const { config, clock, logger, certificates } = ground
  const servers = (which: 'InternalDNSServers' | 'ExternalDNSServers') =>
    nodeResolver(
      mapLive(config, ({ TransportService }) => TransportService[which]),
      clock,
    )
  return new SmtpDelivery({
    connectors: mapLive(config, ({ SendConnectors }) => SendConnectors),
    limits: mapLive(config, ({ TransportService }) => TransportService),
    server: mapLive(config, ({ Server }) => Server),
    resolvers: { internal: servers('InternalDNSServers'), external: servers('ExternalDNSServers') },
    dialerFor: dialers(ground, logs.send),
    certificates,
    store,
    protocolLog: logs.send,
    connectivityLog: logs.connectivity,
    isOwnListener: ownListeners(() => config.current.ReceiveConnectors),
    clock,
    random: systemRandom,
    logger,
  })
}

/** Direct connections, or those through the front end for connectors with FrontendProxyEnabled. */
function dialers(ground: ServiceGround, log: ProtocolLog): (connector: SendConnector) => Dialer {
  const { config, clock, certificates } = ground
  const direct = directDialer(clock)
  const targets = new LiveServiceTargets(config)
  return (connector) => {
    const { Server } = config.current
    // An Edge server has no front end.
    if (!connector.FrontendProxyEnabled || Server.Role === 'Edge') return direct
    const frontEnd = targets.outboundProxy()
    if (frontEnd === undefined) return noFrontEnd
    return outboundProxyDialer({
      ...{ dialer: direct, clock, log, frontEnd, fqdn: Server.Fqdn, connector: connector.Name },
      certificate: certificates.internal,
      verbose: () => connector.ProtocolLoggingLevel === 'Verbose',
    })
  }
}
