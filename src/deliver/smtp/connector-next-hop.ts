import type { QueueKey } from '../../queue/queue-key.ts'
import { type NextHop, type NextHopOptions, findNextHop } from './next-hop.ts'
import type { SendConnector } from './send-connector.ts'
import type { Resolver } from '../../dns/resolver.ts'

/** What the look-up of a connector's next hop needs of the server. */
export interface NextHopSurroundings extends Omit<NextHopOptions, 'resolver' | 'isOwnName'> {
  readonly server: { readonly Fqdn: string }
  readonly resolvers: { readonly internal: Resolver; readonly external: Resolver }
}

/** Where mail of a queue goes by its connector: with the connector's DNS servers, and never back to its own name. */
export function findConnectorNextHop(
  queue: QueueKey,
  connector: SendConnector,
  { server, resolvers, ...options }: NextHopSurroundings,
): Promise<NextHop> {
  const own = [server.Fqdn, connector.Fqdn].map((name) => name.toLowerCase())
  return findNextHop(queue, connector, {
    ...options,
    resolver: connector.UseExternalDNSServersEnabled ? resolvers.external : resolvers.internal,
    isOwnName: (host) => own.includes(host),
  })
}
