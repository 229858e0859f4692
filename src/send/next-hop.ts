import { isIP } from 'node:net'
import { type Random, shuffled } from '../base/random.ts'
import { dropFrom, orderMx } from '../dns/mx-order.ts'
import type { DnsAnswer, MxRecord, Resolver } from '../dns/resolver.ts'
import type { QueueKey } from '../queue/queue-key.ts'
import { type DnsTrouble, dnsVerdict, type NextHopFailure } from './failure-policy.ts'
import type { SendConnector } from './send-connector.ts'
import { canonicalAddress, translatedAddress, undialable } from './special-addresses.ts'
import type { Target } from './target.ts'

/** With half a minute for each that does not answer, an attempt ends before a retry is of use. */
const maximumTargets = 20

/** Where a queue's mail goes: addresses in the order to try them, never none; or why nowhere. */
export type NextHop =
  { readonly kind: 'targets'; readonly targets: readonly Target[] } | NextHopFailure

/** One question to the DNS. */
export type Lookup =
  | { readonly type: 'MX'; readonly name: string; readonly answer: DnsAnswer<MxRecord> }
  | { readonly type: 'A'; readonly name: string; readonly answer: DnsAnswer<string> }

export interface NextHopOptions {
  /** The connector's choice between the internal and the external DNS servers. */
  readonly resolver: Resolver
  readonly random: Random
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
  if (!('trouble' in found)) return { kind: 'targets', targets: found.slice(0, maximumTargets) }
  return dnsVerdict(found.trouble, connector.ErrorPolicies)
}

type Found = readonly Target[] | { readonly trouble: DnsTrouble }

/** The addresses of one mail exchanger. */
interface ResolvedHost extends MxRecord {
  readonly answer: DnsAnswer<string>
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
    if (literal !== undefined) return this.#hostTargets([literalHost(literal)])
    const answer = await this.#mx(domain)
    switch (answer.kind) {
      case 'found':
        return this.#exchangers(answer.records)
      case 'empty':
        return this.#hostTargets([await this.#resolve({ exchange: domain, preference: 0 })])
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
    const found = await Promise.all(turned.map((name) => this.#smartHost(name)))
    const targets = found.flatMap((result) => ('trouble' in result ? [] : result))
    if (targets.length > 0) return targets
    const troubles = found.flatMap((result) => ('trouble' in result ? [result.trouble] : []))
    if (troubles.length > 0 && troubles.every(({ kind }) => kind === 'loop'))
      return { trouble: { kind: 'loop' } }
    const reasons = troubles.flatMap((trouble) => ('reason' in trouble ? [trouble.reason] : []))
    const reason = [`no address for smart host ${names.join(', ')}`, ...reasons].join('; ')
    return { trouble: { kind: 'failed', reason } }
  }

  /** MX first, then addresses; whatever is wrong with the MX, the addresses may still be good. */
  async #smartHost(name: string): Promise<Found> {
    const named = (targets: Found): Found =>
      'trouble' in targets ? targets : targets.map((target) => ({ ...target, smartHost: name }))
    const literal = addressLiteral(name)
    if (literal !== undefined) return named(this.#hostTargets([literalHost(literal)]))
    const answer = await this.#mx(name)
    if (answer.kind === 'found') {
      const exchangers = await this.#exchangers(answer.records)
      if (!('trouble' in exchangers) || exchangers.trouble.kind === 'loop') return named(exchangers)
    }
    return named(this.#hostTargets([await this.#resolve({ exchange: name, preference: 0 })]))
  }

  async #exchangers(records: readonly MxRecord[]): Promise<Found> {
    const { random, isOwnName } = this.#options
    const order = orderMx(records, { random, isSelf: isOwnName })
    if (order.kind !== 'hosts') return { trouble: { kind: order.kind } }
    return this.#hostTargets(await Promise.all(order.hosts.map((host) => this.#resolve(host))))
  }

  async #resolve(host: MxRecord): Promise<ResolvedHost> {
    const literal = addressLiteral(host.exchange)
    if (literal !== undefined) return { ...host, ...literalHost(literal) }
    return { ...host, answer: await this.#options.resolver.addresses(host.exchange) }
  }

  async #mx(name: string): Promise<DnsAnswer<MxRecord>> {
    const answer = await this.#options.resolver.mx(name)
    this.#options.onLookup?.({ type: 'MX', name, answer })
    return answer
  }

  /** A host that has one of our own listeners drops itself and everything not better than it. */
  #hostTargets(hosts: readonly ResolvedHost[]): Found {
    for (const { exchange: name, answer } of hosts)
      if (addressLiteral(name) === undefined) this.#options.onLookup?.({ type: 'A', name, answer })
    const self = hosts.find((host) => addressesOf(host).some((address) => this.#isOurs(address)))
    const better = dropFrom(hosts, self?.preference)
    const targets = better.flatMap((host) =>
      this.#spread(addressesOf(host).filter((address) => undialable(address) === undefined)).map(
        (address) => this.#target(host.exchange, address),
      ),
    )
    if (targets.length > 0) return targets
    const trouble = addressTrouble(better)
    return { trouble: self === undefined || trouble.kind === 'failed' ? trouble : { kind: 'loop' } }
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

/** Each once, in one spelling. */
function addressesOf({ answer }: ResolvedHost): readonly string[] {
  return answer.kind === 'found' ? [...new Set(answer.records.map(canonicalAddress))] : []
}

/** Why hosts have no address: a look-up that failed may work later, a missing or useless record will not. */
function addressTrouble(hosts: readonly ResolvedHost[]): DnsTrouble {
  for (const { answer } of hosts)
    if (answer.kind === 'failed') return { kind: 'failed', reason: answer.reason }
  const useless = hosts.flatMap((host) =>
    addressesOf(host).map((address) => `${host.exchange} has ${address} (${undialable(address)})`),
  )
  if (useless.length === 0) return { kind: 'no-address' }
  const reason = `no mail goes to such an address: ${useless.slice(0, maximumTargets).join(', ')}`
  return { kind: 'undialable', reason }
}

function literalHost(address: string): ResolvedHost {
  return { exchange: address, preference: 0, answer: { kind: 'found', records: [address] } }
}

/** The address in `192.0.2.1`, `[192.0.2.1]`, `[IPv6:2001:db8::1]`; undefined for a name. */
function addressLiteral(text: string): string | undefined {
  const bare = text.replace(/^\[(?:IPv6:)?(.*)\]$/i, '$1')
  return isIP(bare) === 0 ? undefined : bare
}
