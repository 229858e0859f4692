import type { Bytes } from '../../base/byte-size.ts'
import { LiveValue } from '../../base/live.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import { Categorizer } from '../../pipeline/categorizer.ts'
import { liveRoutingTables } from '../../pipeline/live-routing-tables.ts'
import type { RouteExplanation } from '../../pipeline/routing.ts'
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
  const categorizer = new Categorizer({ tables: liveRoutingTables(new LiveValue(config)) })
  const explanation = await categorizer.explain(address, size)
  const { route } = explanation
  if (route.kind !== 'connector') return { explanation }
  return { explanation, hops: await resolveRoute(config, route.queue) }
}
