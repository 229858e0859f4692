import { isIP } from 'node:net'
import type { Bytes } from '../base/byte-size.ts'
import { decapsulated } from '../message/encapsulated-address.ts'
import { domainOf } from '../message/envelope.ts'
import { type QueueKey, queueKeyText } from '../queue/queue-key.ts'
import { reply } from '../smtp/reply.ts'
import type { Reply } from '../smtp/reply.ts'
import type { AcceptedDomain } from './accepted-domain.ts'
import { comparableDomain } from '../message/comparable-address.ts'
import type { AcceptedDomainTable } from './accepted-domains.ts'
import type { AddressSpace } from './address-space.ts'
import {
  type RoutableConnector,
  type ServerNames,
  connectorRouting,
  isConnectorOf,
  isUsable,
  queueOf,
} from './routable-connector.ts'
import { type Destination, specificityOf } from './space-match.ts'

/** The configuration that decides where mail goes. */
export interface RoutingTables {
  /** This server; without it connectors for named servers are not used. */
  readonly server?: ServerNames
  readonly acceptedDomains: AcceptedDomainTable
  readonly connectors: readonly RoutableConnector[]
}

/** Where one recipient goes. */
export type Route =
  | { readonly kind: 'connector'; readonly queue: QueueKey; readonly connector: RoutableConnector }
  /** Nothing serves the domain yet: to the Unreachable queue with `reason` as its error. */
  | { readonly kind: 'unreachable'; readonly reason: string }
  /** It cannot go anywhere, now or later; the sender is told `reply`. */
  | { readonly kind: 'failed'; readonly reply: Reply }

/** Why a connector was chosen or not, in the order in which Exchange asks. */
export type Verdict =
  | 'chosen'
  | 'disabled'
  | 'for other servers'
  | 'no matching address space'
  | 'message too large'
  | 'less specific address space'
  | 'higher cost'
  | 'later name'

/** One connector in the choice, with the address space by which it could serve the domain. */
export interface Candidate {
  readonly connector: RoutableConnector
  readonly space?: AddressSpace
  readonly verdict: Verdict
}

/** The whole choice for one recipient, told to a person. */
export interface RouteExplanation {
  readonly address: string
  readonly domain: string
  readonly acceptedDomain?: AcceptedDomain
  readonly candidates: readonly Candidate[]
  readonly route: Route
}

/** LastError of recipients in the Unreachable queue. */
export const noConnector = 'A matching connector cannot be found to route the external recipient'

const tooLarge = reply(
  '550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route',
)
const addressLiteral = reply(
  '550 5.1.3 ROUTING.AddressLiteral; recipient address names a host address, not a domain',
)
const noConnectorForType = reply(
  '550 5.4.4 ROUTING.NoConnectorForAddressType; no connector takes addresses of this type',
)
const noDomain = reply('550 5.1.3 ROUTING.NoDomain; recipient address has no domain')

/**
 * Chooses the connector for a recipient as Exchange does: of the enabled connectors with a
 * matching address space and room for the message the one with the most specific space, then the
 * lowest cost, then the first name.
 */
export function route(address: string, size: Bytes, tables: RoutingTables): Route {
  return explainRoute(address, size, tables).route
}

/** The way of a recipient for whom an agent chose the connector, whatever its address spaces. */
export function markedRoute(
  { address, connector: name }: { readonly address: string; readonly connector: string },
  size: Bytes,
  tables: RoutingTables,
): Route {
  const failure = unroutable(address, tables)
  if (failure !== undefined) return { kind: 'failed', reply: failure }
  const known = name.toLowerCase()
  const connector = tables.connectors.find((one) => one.Name.toLowerCase() === known)
  const space = connector?.AddressSpaces[0]
  if (connector === undefined || space === undefined || !isUsable(connector, tables.server))
    return {
      kind: 'unreachable',
      reason: `The connector ${name} that an agent chose cannot be used`,
    }
  if (size > connector.MaxMessageSize) return { kind: 'failed', reply: tooLarge }
  const queue = queueOf(connector, routingDomain(address, tables), space)
  return { kind: 'connector', queue, connector }
}

/** The same choice with all that led to it. A size of 0 fits every connector. */
export function explainRoute(
  address: string,
  size: Bytes,
  tables: RoutingTables,
): RouteExplanation {
  const domain = routingDomain(address, tables)
  const acceptedDomain = tables.acceptedDomains.find(domain)
  const common = { address, domain, ...(acceptedDomain !== undefined && { acceptedDomain }) }
  const failure = unroutable(address, tables)
  if (failure !== undefined) {
    return { ...common, candidates: [], route: { kind: 'failed', reply: failure } }
  }
  const destination = foreignDestination(address, tables) ?? { type: 'SMTP', name: domain }
  const candidates = judge(destination, size, tables)
  return { ...common, candidates, route: conclude(destination, candidates) }
}

/**
 * The refusal of an address that no configuration can route: without a domain, or at an address
 * literal (no MX leads there, and a client must not choose the host that we dial).
 */
export function unroutable(address: string, tables: RoutingTables): Reply | undefined {
  const domain = routingDomain(address, tables)
  if (domain === '') return noDomain
  return domain.startsWith('[') || isIP(domain) !== 0 ? addressLiteral : undefined
}

/** Whether the queue's connector is there, and this server may use it. */
export function hasConnector(queue: QueueKey, { connectors, server }: RoutingTables): boolean {
  return connectors.some(
    (connector) => isConnectorOf(queue, connector) && isUsable(connector, server),
  )
}

/**
 * Whether no mail in a queue could go a better way than it does: that is sure of a queue for one domain whose
 * connector is the first choice for every size.
 */
export function isBestWay(queue: QueueKey, tables: RoutingTables): boolean {
  if (queue.deliveryType !== 'DnsConnectorDelivery') return false
  const best = route(`postmaster@${queue.nextHopDomain}`, 0, tables)
  return best.kind === 'connector' && queueKeyText(best.queue) === queueKeyText(queue)
}

/** All that routes depend on, as one text: equal texts route alike. */
export function routingText({ server, acceptedDomains, connectors }: RoutingTables): string {
  return JSON.stringify([server, acceptedDomains.entries, connectors.map(connectorRouting)])
}

/**
 * The address of another mail system that an address at one of our domains stands for, where a connector of this
 * server takes such addresses; undefined for all others, which are the next host's business.
 */
export function foreignDestination(
  address: string,
  tables: RoutingTables,
): Destination | undefined {
  const foreign = decapsulated(address)
  if (foreign === undefined) return undefined
  const { acceptedDomains, connectors, server } = tables
  const { type } = foreign
  const isServed = connectors.some(
    (connector) =>
      isUsable(connector, server) && connector.AddressSpaces.some((space) => space.type === type),
  )
  if (!isServed || !acceptedDomains.isAccepted(routingDomain(address, tables))) return undefined
  return { type, name: foreign.address }
}

/** RFC 5321 2.3.5: postmaster may come without a domain; it is ours then. */
function routingDomain(address: string, { acceptedDomains }: RoutingTables): string {
  return comparableDomain(domainOf(address)) || (acceptedDomains.defaultDomain ?? '')
}

function conclude(destination: Destination, candidates: readonly Candidate[]): Route {
  const chosen = candidates.find(({ verdict }) => verdict === 'chosen')
  if (chosen?.space !== undefined) {
    const { connector, space } = chosen
    return { kind: 'connector', queue: queueOf(connector, destination.name, space), connector }
  }
  const sizeAlone = candidates.some(({ verdict }) => verdict === 'message too large')
  if (sizeAlone) return { kind: 'failed', reply: tooLarge }
  return destination.type === 'SMTP'
    ? { kind: 'unreachable', reason: noConnector }
    : { kind: 'failed', reply: noConnectorForType }
}

/** A connector that can serve the domain. */
interface Contender {
  readonly connector: RoutableConnector
  readonly space: AddressSpace
  readonly specificity: number
}

function judge(destination: Destination, size: Bytes, tables: RoutingTables): readonly Candidate[] {
  const judged = tables.connectors.map((connector) => {
    const usable = isUsable(connector, tables.server)
    const match = usable ? bestSpace(destination, connector, tables) : undefined
    return { connector, match }
  })
  const contenders = judged.flatMap(({ match }) =>
    match !== undefined && size <= match.connector.MaxMessageSize ? [match] : [],
  )
  const winner = contenders.reduce<Contender | undefined>(
    (best, contender) => (best === undefined || precedes(contender, best) ? contender : best),
    undefined,
  )
  return judged.map(({ connector, match }): Candidate => {
    if (!connector.Enabled) return { connector, verdict: 'disabled' }
    if (!isUsable(connector, tables.server)) return { connector, verdict: 'for other servers' }
    if (match === undefined) return { connector, verdict: 'no matching address space' }
    const { space } = match
    if (winner === undefined || size > connector.MaxMessageSize) {
      return { connector, space, verdict: 'message too large' }
    }
    return { connector, space, verdict: match === winner ? 'chosen' : whyLost(match, winner) }
  })
}

function whyLost(loser: Contender, winner: Contender): Verdict {
  if (loser.specificity < winner.specificity) return 'less specific address space'
  return loser.space.cost > winner.space.cost ? 'higher cost' : 'later name'
}

function precedes(a: Contender, b: Contender): boolean {
  if (a.specificity !== b.specificity) return a.specificity > b.specificity
  if (a.space.cost !== b.space.cost) return a.space.cost < b.space.cost
  const [nameOfA, nameOfB] = [a.connector.Name.toLowerCase(), b.connector.Name.toLowerCase()]
  return nameOfA < nameOfB
}

function bestSpace(
  destination: Destination,
  connector: RoutableConnector,
  tables: RoutingTables,
): Contender | undefined {
  let best: Contender | undefined
  for (const space of connector.AddressSpaces) {
    const specificity = specificityOf(space, destination, tables.acceptedDomains)
    if (specificity === undefined) continue
    const contender = { connector, space, specificity }
    if (best === undefined || precedes(contender, best)) best = contender
  }
  return best
}
