import type { Bytes } from '../../base/byte-size.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { AcceptedDomainTable } from '../../pipeline/accepted-domains.ts'
import { routableConnectors } from '../../pipeline/routable-connector.ts'
import { type RouteExplanation, explainRoute } from '../../pipeline/routing.ts'
import type { NextHop } from '../../deliver/smtp/next-hop.ts'
import { resolveRoute } from './route-resolver.ts'

/** Why a recipient goes where, down to the hosts. */
export interface ExplainedRoute {
  readonly explanation: RouteExplanation
  /** Where the chosen connector leads now; absent without one. */
  readonly hops?: NextHop
}

/** Chooses the connector for a recipient as the categorizer does, and looks its next hosts up. */
export async function explainedRoute(
  config: ServerConfig,
  address: string,
  size: Bytes,
): Promise<ExplainedRoute> {
  const explanation = explainRoute(address, size, {
    acceptedDomains: new AcceptedDomainTable(config.AcceptedDomains),
    connectors: routableConnectors(config),
    server: config.Server,
  })
  const { route } = explanation
  if (route.kind !== 'connector') return { explanation }
  return { explanation, hops: await resolveRoute(config, route.queue) }
}
