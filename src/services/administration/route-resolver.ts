import { systemClock } from '../../base/clock.ts'
import { LiveValue } from '../../base/live.ts'
import { systemRandom } from '../../base/random.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { nodeResolver } from '../../dns/node-resolver.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import { findConnectorNextHop } from '../../deliver/smtp/connector-next-hop.ts'
import { type NextHop, allTargets } from '../../deliver/smtp/next-hop.ts'
import { ownListeners } from '../own-listeners.ts'

/** Looks up where a queue's mail would go, as the delivery does. Rejects when no connector has its name. */
export async function resolveRoute(config: ServerConfig, queue: QueueKey): Promise<NextHop> {
  const connector = config.SendConnectors.find(({ Name }) => Name === queue.nextHopConnector)
  if (connector === undefined) {
    throw new Error(`there is no Send connector "${queue.nextHopConnector}"`)
  }
  const { InternalDNSServers, ExternalDNSServers } = config.TransportService
  const resolver = (servers: readonly string[]) => nodeResolver(new LiveValue(servers), systemClock)
  const found = await findConnectorNextHop(queue, connector, {
    server: config.Server,
    resolvers: { internal: resolver(InternalDNSServers), external: resolver(ExternalDNSServers) },
    random: systemRandom,
    isOwnListener: ownListeners(() => config.ReceiveConnectors),
    clock: systemClock,
  })
  return await allTargets(found)
}
