import type { Problem } from '../base/problem.ts'
import { formatBinding } from '../receive/connectors/binding.ts'
import type { ReceiveConnector } from '../receive/connectors/receive-connector.ts'
import {
  type OwnServer,
  isForServicesAlone,
  isOpenToServices,
  serviceTargets,
  waysTo,
} from '../receive/connectors/service-targets.ts'
import type { ServerConfig } from './server-config.ts'

/** What keeps the two services of a Mailbox server from one another; `addresses` are those of the machine. */
export function handOverProblems(config: ServerConfig, addresses: readonly string[]): Problem[] {
  if (config.Server.Role !== 'Mailbox') return []
  const server = { connectors: config.ReceiveConnectors, addresses }
  const targets = serviceTargets(server)
  const stranded = config.ReceiveConnectors.find(
    (connector) => isForClients(connector) && targets.backEndOf(connector) === undefined,
  )
  const proxied = config.SendConnectors.find(
    ({ Enabled, FrontendProxyEnabled }) => Enabled && FrontendProxyEnabled,
  )
  const problems: Problem[] = []
  if (stranded !== undefined)
    problems.push(
      problemOf(server, {
        consequence: `mail that comes in by "${stranded.Name}" would all be refused (451 4.7.0, PRX1)`,
        place: ['ReceiveConnectors', config.ReceiveConnectors.indexOf(stranded)],
        wouldDo: (connector) => isOpenToServices(connector, 'HubTransport'),
        needed:
          'the Transport service has no connector that takes it from the front end: enable one with TransportRole HubTransport, ExchangeServer in AuthMechanism and ExchangeServers in PermissionGroups, as the default one on 0.0.0.0:2525',
      }),
    )
  if (proxied !== undefined && targets.outboundProxy === undefined)
    problems.push(
      problemOf(server, {
        consequence: `mail that leaves by "${proxied.Name}" would all wait (FrontendProxyEnabled)`,
        place: ['SendConnectors', config.SendConnectors.indexOf(proxied), 'FrontendProxyEnabled'],
        wouldDo: isForServicesAlone,
        needed:
          'the Front End Transport service has no connector that takes it: set FrontendProxyEnabled to false, or enable one with TransportRole FrontendTransport, ExchangeServer in AuthMechanism and ExchangeServers but not AnonymousUsers in PermissionGroups, as the default one on 0.0.0.0:717',
      }),
    )
  return problems
}

/** Whose mail the front end hands over. */
function isForClients(connector: ReceiveConnector): boolean {
  return (
    connector.Enabled &&
    connector.TransportRole === 'FrontendTransport' &&
    !isForServicesAlone(connector)
  )
}

interface Broken {
  readonly consequence: string
  readonly place: Problem['path']
  /** Whether a connector would serve if it were there for this server. */
  readonly wouldDo: (connector: ReceiveConnector) => boolean
  /** What to do when none would. */
  readonly needed: string
}

/** At the first connector that is nearly right, where there is one. */
function problemOf(server: OwnServer, { consequence, place, wouldDo, needed }: Broken): Problem {
  const index = server.connectors.findIndex(wouldDo)
  const nearest = server.connectors[index]
  if (nearest === undefined) return { path: place, message: `${consequence}: ${needed}` }
  return {
    path: ['ReceiveConnectors', index, 'RemoteIPRanges'],
    message: `${consequence}: ${whyUnserved(nearest, server)}`,
  }
}

function whyUnserved(connector: ReceiveConnector, server: OwnServer): string {
  const ways = waysTo(connector, server)
  const instead = ways.find(({ servedBy }) => servedBy !== undefined)
  if (instead?.servedBy !== undefined)
    return `sessions from this server itself (${instead.source.address}) to ${formatBinding(instead.end)} go to "${instead.servedBy.Name}", whose range is narrower or whose binding is more exact, and which does not take them; give "${connector.Name}" a range for ${instead.source.address} alone, or a port of its own`
  const sources = [...new Set(ways.map(({ source }) => source.address))].join(' or ')
  return `no connector takes sessions from this server itself; have the RemoteIPRanges of "${connector.Name}" hold ${sources}, or add a connector that does`
}
