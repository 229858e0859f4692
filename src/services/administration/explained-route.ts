import type { Bytes } from '../../base/byte-size.ts'
import { systemClock } from '../../base/clock.ts'
import { LiveValue } from '../../base/live.ts'
import type { ServerConfig } from '../../config/server-config.ts'
import type { NextHop } from '../../deliver/smtp/next-hop.ts'
import { Categorizer, type RecipientExplanation } from '../../pipeline/categorizer.ts'
import { liveRoutingTables } from '../../pipeline/live-routing-tables.ts'
import type { RouteExplanation } from '../../pipeline/routing.ts'
import { readDirectory } from '../open-directory.ts'
import { recipientResolution } from '../recipient-resolution.ts'
import { dropPlace } from '../../deliver/drop/foreign-connector.ts'
import { resolveRoute } from './route-resolver.ts'

/** Why mail for an address goes where. */
export interface ExplainedRecipient {
  readonly address: string
  /** What the directory makes of the address. */
  readonly resolved: RecipientExplanation['resolved']
  /** The ways of those who get the mail; of many the first. */
  readonly routes: readonly ExplainedRoute[]
  /** How many more get it. */
  readonly others: number
}

/** Why one recipient's mail goes where, down to the hosts. */
export interface ExplainedRoute {
  readonly explanation: RouteExplanation
  /** The hosts to which the chosen connector leads now; absent where it leads to none. */
  readonly hops?: NextHop
  /** What it leads to in their place: a folder. */
  readonly place?: string
}

/** Of a large group so many members are looked up in the DNS. */
const mostRoutes = 20

/** Resolves an address and chooses connectors as the categorizer does, and looks their next hosts up. */
export async function explainedRoute(
  config: ServerConfig,
  address: string,
  size: Bytes,
): Promise<ExplainedRecipient> {
  const live = new LiveValue(config)
  await using directory = await readDirectory(live, systemClock)
  const categorizer = new Categorizer({
    tables: liveRoutingTables(live),
    ...recipientResolution(config, directory, systemClock),
  })
  const { resolved, routes } = await categorizer.explain(address, size)
  const shown = routes.slice(0, mostRoutes)
  return {
    address,
    resolved,
    routes: await Promise.all(shown.map((explanation) => withHops(config, explanation))),
    others: routes.length - shown.length,
  }
}

async function withHops(
  config: ServerConfig,
  explanation: RouteExplanation,
): Promise<ExplainedRoute> {
  const { route } = explanation
  if (route.kind !== 'connector') return { explanation }
  switch (route.connector.kind) {
    case 'Send':
      return { explanation, hops: await resolveRoute(config, route.queue) }
    case 'Foreign':
      return { explanation, place: dropFolder(config, route.connector.Name) }
    case 'DeliveryAgent':
      return { explanation, place: agentOf(config, route.connector.Name) }
  }
}

/** A folder of the data folder is named from there. */
function dropFolder(config: ServerConfig, name: string): string {
  const connector = config.ForeignConnectors.find(({ Name }) => Name === name)
  const { RootDropDirectoryPath: root } = config.TransportService
  const { path } = dropPlace(connector ?? { Name: name, DropDirectory: '' }, {
    root,
    dataFolder: '',
  })
  return `the Drop folder ${path}`
}

/** By which protocol, and to which host or folder; the rest of a URL may be a secret. */
function agentOf({ DeliveryAgentConnectors }: ServerConfig, name: string): string {
  const connector = DeliveryAgentConnectors.find(({ Name }) => Name === name)
  const { Url, Path } = connector?.Settings ?? {}
  const where = Url !== undefined && URL.canParse(Url) ? new URL(Url).origin : (Path ?? '')
  return `the agent for ${connector?.DeliveryProtocol ?? name}${where === '' ? '' : `: ${where}`}`
}
