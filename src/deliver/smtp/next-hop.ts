import { isIP } from 'node:net'
import type { Clock } from '../../base/clock.ts'
import { knownInTime } from '../../base/known-in-time.ts'
import { type Random, shuffled } from '../../base/random.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import { completed } from '../../dns/caching-resolver.ts'
import { dropFrom, orderMx } from '../../dns/mx-order.ts'
import type { AddressAnswer, DnsAnswer, MxRecord, Resolver } from '../../dns/resolver.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import { type DnsTrouble, dnsVerdict, type NextHopFailure } from './failure-policy.ts'
import {
  beyond,
  bySmartHost,
  type Found,
  isUseful,
  joined,
  type KnownTargets,
  unanswered,
  whole,
} from './known-targets.ts'
import type { SendConnector } from './send-connector.ts'
import { canonicalAddress, translatedAddress, undialable } from './special-addresses.ts'
import type { Target } from './target.ts'

/** With half a minute for each that does not answer, an attempt ends before a retry is of use. */
const maximumTargets = 20

/** How long a host in front of one that is known is waited for. */
const patienceAhead: Milliseconds = second
/** The same for a host behind it. */
const patienceBehind: Milliseconds = 50

/** Where a queue's mail goes: never no target; or why nowhere. */
export type NextHop = ({ readonly kind: 'targets' } & KnownTargets) | NextHopFailure

/** One question to the DNS. */
export type Lookup =
  | { readonly type: 'MX'; readonly name: string; readonly answer: DnsAnswer<MxRecord> }
  | { readonly type: 'A'; readonly name: string; readonly answer: AddressAnswer }

export interface NextHopOptions {
  /** The connector's choice between the internal and the external DNS servers. */
  readonly resolver: Resolver
  readonly random: Random
  readonly clock: Clock
  /** Whether a host name (lower case) is this server's. */
  readonly isOwnName: (host: string) => boolean
  /** Whether this server listens there: mail sent there would come back. */
  readonly isOwnListener: (address: string, port: number) => boolean
  /** Told of each look-up. */
  readonly onLookup?: (lookup: Lookup) => void
}

/** Finds the targets of a queue by its connector: smart hosts, or the DNS for the queue's domain. */
export async function findNextHop(
  key: QueueKey,
  connector: SendConnector,
  options: NextHopOptions,
): Promise<NextHop> {
  const search = new NextHopSearch(connector.Port, options)
  const found = connector.DNSRoutingEnabled
    ? await search.domain(key.nextHopDomain)
    : await search.smartHosts(connector.SmartHosts)
  if (!isUseful(found)) return dnsVerdict(found.trouble, connector.ErrorPolicies)
  return { kind: 'targets', ...found, targets: found.targets.slice(0, maximumTargets) }
}

/** The same with all that the DNS tells, however late. */
export async function allTargets(hop: NextHop): Promise<NextHop> {
  if (hop.kind !== 'targets' || hop.later === undefined) return hop
  const { targets, dnsFaults } = await hop.later()
  return { kind: 'targets', targets: [...hop.targets, ...targets], dnsFaults }
}

/** The addresses of one mail exchanger. */
interface ResolvedHost extends MxRecord {
  readonly answer: AddressAnswer
}

class NextHopSearch {
  readonly #port: number
  readonly #options: NextHopOptions

  constructor(port: number, options: NextHopOptions) {
    this.#port = port
    this.#options = options
  }

  async domain(domain: string): Promise<Found> {
    const literal = addressLiteral(domain)
    if (literal !== undefined) return this.#judge([literalHost(literal)])
    const answer = await this.#mx(domain)
    switch (answer.kind) {
      case 'found':
        return this.#exchangers(answer.records)
      case 'empty':
        return this.#hostTargets([{ exchange: domain, preference: 0 }])
      case 'nonexistent':
        return { trouble: { kind: 'nonexistent' } }
      case 'failed':
        return { trouble: { kind: 'failed', reason: answer.reason } }
    }
  }

  /**
   * All smart hosts as one list with a random start. One that cannot be resolved is passed over. A
   * missing name is no reason to fail mail for good: it is our configuration that is wrong.
   */
  async smartHosts(names: readonly string[]): Promise<Found> {
    const start = Math.floor(this.#options.random() * names.length)
    const turned = [...names.slice(start), ...names.slice(0, start)]
    const asked = turned.map((name) => this.#smartHost(name))
    const found = await this.#inTime(asked, isUseful)
    const known = joined(found, turned)
    if (known.targets.length > 0) {
      if (!found.some((one) => one === undefined || 'later' in one)) return known
      const later = async () => {
        const all = await Promise.all(asked.map(async (one) => whole(await one)))
        return beyond(known.targets, joined(all, turned))
      }
      return { ...known, later }
    }
    const troubles = found.flatMap((one) =>
      one !== undefined && 'trouble' in one ? [one.trouble] : [],
    )
    if (troubles.length > 0 && troubles.every(({ kind }) => kind === 'loop'))
      return { trouble: { kind: 'loop' } }
    const reasons = troubles.flatMap((trouble) => ('reason' in trouble ? [trouble.reason] : []))
    const reason = [`no address for smart host ${names.join(', ')}`, ...reasons].join('; ')
    return { trouble: { kind: 'failed', reason } }
  }

  /** MX first, then addresses; whatever is wrong with the MX, the addresses may still be good. */
  async #smartHost(name: string): Promise<Found> {
    const literal = addressLiteral(name)
    if (literal !== undefined) return bySmartHost(name, this.#judge([literalHost(literal)]))
    const answer = await this.#mx(name)
    if (answer.kind === 'found') {
      const exchangers = await this.#exchangers(answer.records)
      if (isUseful(exchangers) || exchangers.trouble.kind === 'loop')
        return bySmartHost(name, exchangers)
    }
    return bySmartHost(name, await this.#hostTargets([{ exchange: name, preference: 0 }]))
  }

  async #exchangers(records: readonly MxRecord[]): Promise<Found> {
    const { random, isOwnName } = this.#options
    const order = orderMx(records, { random, isSelf: isOwnName })
    if (order.kind !== 'hosts') return { trouble: { kind: order.kind } }
    return this.#hostTargets(order.hosts)
  }

  /** The targets of hosts that stand in their order; those that the DNS is slow with come later. */
  async #hostTargets(hosts: readonly MxRecord[]): Promise<Found> {
    const asked = hosts.map((host) => this.#resolve(host))
    const found = await this.#inTime(asked, (host) => this.#isUsable(host))
    const known = hosts.map((host, at) => found[at] ?? { ...host, answer: notYet(host.exchange) })
    this.#tell(known)
    const judged = this.#judge(known)
    if (!found.some((host) => host === undefined || isHalfKnown(host))) return judged
    const all = async () => {
      const complete = asked.map(async (one) => completedHost(await one))
      return this.#judge(await Promise.all(complete))
    }
    if (!isUseful(judged)) return all()
    return { ...judged, later: async () => beyond(judged.targets, await all()) }
  }

  #inTime<T>(asked: readonly Promise<T>[], useful: (result: T) => boolean) {
    const { clock } = this.#options
    return knownInTime(asked, { isUseful: useful, patienceAhead, patienceBehind, clock })
  }

  async #resolve(host: MxRecord): Promise<ResolvedHost> {
    const literal = addressLiteral(host.exchange)
    if (literal !== undefined) return { ...literalHost(literal), preference: host.preference }
    return { ...host, answer: await this.#options.resolver.addresses(host.exchange) }
  }

  async #mx(name: string): Promise<DnsAnswer<MxRecord>> {
    const answer = await this.#options.resolver.mx(name)
    this.#options.onLookup?.({ type: 'MX', name, answer })
    return answer
  }

  #tell(hosts: readonly ResolvedHost[]): void {
    for (const { exchange: name, answer } of hosts)
      if (addressLiteral(name) === undefined) this.#options.onLookup?.({ type: 'A', name, answer })
  }

  /** A host that has one of our own listeners drops itself and everything not better than it. */
  #judge(hosts: readonly ResolvedHost[]): Found {
    const self = hosts.find((host) => addressesOf(host).some((address) => this.#isOurs(address)))
    const better = dropFrom(hosts, self?.preference)
    const targets = better.flatMap((host) =>
      this.#spread(dialable(host)).map((address) => this.#target(host.exchange, address)),
    )
    if (targets.length > 0) return { targets, dnsFaults: better.flatMap(faultsOf) }
    const trouble = addressTrouble(better)
    return { trouble: self === undefined || trouble.kind === 'failed' ? trouble : { kind: 'loop' } }
  }

  #isUsable(host: ResolvedHost): boolean {
    return dialable(host).some((address) => !this.#isOurs(address))
  }

  #isOurs(address: string): boolean {
    const { isOwnListener } = this.#options
    if (isOwnListener(address, this.#port)) return true
    const translated = translatedAddress(address)
    return translated !== undefined && isOwnListener(translated, this.#port)
  }

  /** Shuffles within a family; the resolver's order of the families stays. */
  #spread(addresses: readonly string[]): readonly string[] {
    const mixed = shuffled(addresses, this.#options.random)
    const first = isIP(addresses[0] ?? '')
    return mixed.sort((a, b) => Number(isIP(a) !== first) - Number(isIP(b) !== first))
  }

  #target(host: string, address: string): Target {
    return { host, address, port: this.#port }
  }
}

/** Stands for a host that the DNS is still asked for. */
function notYet(host: string): AddressAnswer {
  return { kind: 'failed', reason: unanswered(host) }
}

function isHalfKnown({ answer }: ResolvedHost): boolean {
  return answer.kind === 'found' && answer.missing?.late !== undefined
}

async function completedHost(host: ResolvedHost): Promise<ResolvedHost> {
  return isHalfKnown(host) ? { ...host, answer: await completed(host.answer) } : host
}

function faultsOf({ answer }: ResolvedHost): readonly string[] {
  if (answer.kind === 'failed') return [answer.reason]
  return answer.kind === 'found' && answer.missing !== undefined ? [answer.missing.reason] : []
}

function dialable(host: ResolvedHost): readonly string[] {
  return addressesOf(host).filter((address) => undialable(address) === undefined)
}

/** Each once, in one spelling. */
function addressesOf({ answer }: ResolvedHost): readonly string[] {
  return answer.kind === 'found' ? [...new Set(answer.records.map(canonicalAddress))] : []
}

/** Why hosts have no address: a look-up that failed may work later, a missing or useless record will not. */
function addressTrouble(hosts: readonly ResolvedHost[]): DnsTrouble {
  const [reason] = hosts.flatMap(faultsOf)
  if (reason !== undefined) return { kind: 'failed', reason }
  const useless = hosts.flatMap((host) =>
    addressesOf(host).map((address) => `${host.exchange} has ${address} (${undialable(address)})`),
  )
  if (useless.length === 0) return { kind: 'no-address' }
  const listed = useless.slice(0, maximumTargets).join(', ')
  return { kind: 'undialable', reason: `no mail goes to such an address: ${listed}` }
}

function literalHost(address: string): ResolvedHost {
  return { exchange: address, preference: 0, answer: { kind: 'found', records: [address] } }
}

/** The address in `192.0.2.1`, `[192.0.2.1]`, `[IPv6:2001:db8::1]`; undefined for a name. */
function addressLiteral(text: string): string | undefined {
  const bare = text.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1')
  return isIP(bare) === 0 ? undefined : bare
}
