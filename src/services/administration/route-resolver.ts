import { systemClock } from '../../base/clock.ts'
import { LiveValue } from '../../base/live.ts'
import { systemRandom } from '../../base/random.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { nodeResolver } from '../../dns/node-resolver.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import { type NextHop, allTargets, findNextHop } from '../../deliver/smtp/next-hop.ts'
import { ownListeners } from '../own-listeners.ts'

/** Looks up where a queue's mail would go, as the delivery does. Rejects when no connector has its name. */
export async function resolveRoute(config: ServerConfig, queue: QueueKey): Promise<NextHop> {
  const connector = config.SendConnectors.find(({ Name }) => Name === queue.nextHopConnector)
  if (connector === undefined) {
    throw new Error(`there is no Send connector "${queue.nextHopConnector}"`)
  }
  const { InternalDNSServers, ExternalDNSServers } = config.TransportService
  const servers = connector.UseExternalDNSServersEnabled ? ExternalDNSServers : InternalDNSServers
  const names = [config.Server.Fqdn, connector.Fqdn].map((name) => name.toLowerCase())
  const found = await findNextHop(queue, connector, {
    resolver: nodeResolver(new LiveValue(servers), systemClock),
    random: systemRandom,
    isOwnName: (host) => names.includes(host),
    isOwnListener: ownListeners(() => config.ReceiveConnectors),
    clock: systemClock,
  })
  return await allTargets(found)
}
