import { comparableAddress, comparableDomain } from '../../message/comparable-address.ts'
import { domainOf } from '../../message/envelope.ts'
import { type AddressRewriteEntry, entryKind } from './address-rewrite-entry.ts'

/** The domains whose addresses are rewritten at all. */
export interface RewrittenDomains {
  isAuthoritative(domain: string): boolean
}

/** Gives what an address becomes; undefined when it stays. */
export type RewriteAddress = (address: string) => string | undefined

interface Subdomains {
  readonly base: string
  readonly exceptions: ReadonlySet<string>
  readonly target: string
}

/**
 * The entries, found by address. Of several the closest counts, and once: the address itself, then its domain,
 * then the longest `*.` entry above it. Only addresses of authoritative domains are rewritten.
 */
export class AddressRewriteTable {
  readonly #domains: RewrittenDomains
  readonly #outbound = new Map<string, string>()
  readonly #inbound = new Map<string, string>()
  /** By the domain behind `*.`. */
  readonly #subdomains = new Map<string, Subdomains>()

  constructor(entries: readonly AddressRewriteEntry[], domains: RewrittenDomains) {
    this.#domains = domains
    for (const entry of entries) this.#add(entry)
  }

  get isEmpty(): boolean {
    return this.#outbound.size === 0 && this.#subdomains.size === 0
  }

  /** What an address of ours becomes on its way out. */
  readonly outbound: RewriteAddress = (address) => {
    const domain = this.#rewrittenDomain(address)
    if (domain === undefined) return undefined
    const known = this.#outbound.get(comparableAddress(address)) ?? this.#outbound.get(domain)
    return addressAt(address, known ?? this.#wildcard(domain))
  }

  /** What an address that others see becomes on its way in. */
  readonly inbound: RewriteAddress = (address) => {
    const domain = this.#rewrittenDomain(address)
    if (domain === undefined) return undefined
    const known = this.#inbound.get(comparableAddress(address)) ?? this.#inbound.get(domain)
    return addressAt(address, known)
  }

  #add(entry: AddressRewriteEntry): void {
    const { InternalAddress, ExternalAddress, ExceptionList, OutboundOnly } = entry
    if (entryKind(entry) === 'subdomains') {
      const base = comparableDomain(InternalAddress.slice(2))
      const exceptions = new Set(ExceptionList.map(comparableDomain))
      this.#subdomains.set(base, { base, exceptions, target: onTheWire(ExternalAddress) })
      return
    }
    this.#outbound.set(keyOf(InternalAddress), onTheWire(ExternalAddress))
    if (!OutboundOnly) this.#inbound.set(keyOf(ExternalAddress), onTheWire(InternalAddress))
  }

  #rewrittenDomain(address: string): string | undefined {
    if (!address.includes('@')) return undefined
    const domain = comparableDomain(domainOf(address))
    return this.#domains.isAuthoritative(domain) ? domain : undefined
  }

  #wildcard(domain: string): string | undefined {
    if (this.#subdomains.size === 0) return undefined
    for (let base = domain; base !== ''; base = parentOf(base)) {
      const entry = this.#subdomains.get(base)
      if (entry !== undefined && !entry.exceptions.has(domain)) return entry.target
    }
    return undefined
  }
}

const keyOf = (addressOrDomain: string) =>
  addressOrDomain.includes('@')
    ? comparableAddress(addressOrDomain)
    : comparableDomain(addressOrDomain)

/** International domains by their A-labels, which every server understands. */
function onTheWire(addressOrDomain: string): string {
  const at = addressOrDomain.lastIndexOf('@') + 1
  const domain = addressOrDomain.slice(at)
  const isAscii = /^[\x20-\x7e]*$/.test(domain)
  return addressOrDomain.slice(0, at) + (isAscii ? domain : comparableDomain(domain))
}

/** The address that another one, or its domain, becomes; the same one is no change. */
function addressAt(address: string, target: string | undefined): string | undefined {
  if (target === undefined) return undefined
  const rewritten = target.includes('@')
    ? target
    : address.slice(0, address.lastIndexOf('@') + 1) + target
  return rewritten === address ? undefined : rewritten
}

function parentOf(domain: string): string {
  const dot = domain.indexOf('.')
  return dot === -1 ? '' : domain.slice(dot + 1)
}
