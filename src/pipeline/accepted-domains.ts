import { comparableDomain } from '../message/comparable-address.ts'
import { type AcceptedDomain, hasAddressBook } from './accepted-domain.ts'

/** An accepted domain that a recipient domain belongs to, and how. */
export interface AcceptedDomainMatch {
  readonly entry: AcceptedDomain
  /** The domain itself, without `*.`. */
  readonly base: string
  /** The recipient domain is the one listed, rather than below it. */
  readonly exact: boolean
}

/**
 * The accepted domains, found by recipient domain. `*.contoso.com` stands for contoso.com and all
 * below it, as in address spaces; contoso.com stands for itself alone unless MatchSubDomains is set.
 * The longest match wins, a literal one before a wildcard of the same length.
 */
export class AcceptedDomainTable {
  readonly entries: readonly AcceptedDomain[]
  /** The domain of postmaster: the one marked Default, else the first. */
  readonly default: AcceptedDomain | undefined
  readonly #literal = new Map<string, AcceptedDomain>()
  readonly #withSubdomains = new Map<string, AcceptedDomain>()

  constructor(entries: readonly AcceptedDomain[]) {
    this.entries = entries
    this.default = entries.find((entry) => entry.Default) ?? entries[0]
    for (const entry of entries) {
      const base = baseDomain(entry)
      if (!isWildcard(entry)) this.#literal.set(base, entry)
      if (withSubdomains(entry)) this.#withSubdomains.set(base, entry)
    }
  }

  /** The accepted domain that covers `domain`; undefined when it is none of ours. */
  match(domain: string): AcceptedDomainMatch | undefined {
    const wanted = comparableDomain(domain)
    const literal = this.#literal.get(wanted)
    if (literal !== undefined) return { entry: literal, base: wanted, exact: true }
    for (let base = wanted; base !== ''; base = parentDomain(base)) {
      const entry = this.#withSubdomains.get(base)
      if (entry !== undefined) return { entry, base, exact: false }
    }
    return undefined
  }

  /** The settings of the accepted domain that covers `domain`. */
  find(domain: string): AcceptedDomain | undefined {
    return this.match(domain)?.entry
  }

  isAccepted(domain: string): boolean {
    return this.match(domain) !== undefined
  }

  isAuthoritative(domain: string): boolean {
    return this.find(domain)?.DomainType === 'Authoritative'
  }

  /** Whether recipients of `domain` must be known to the directory. */
  hasAddressBook(domain: string): boolean {
    const entry = this.find(domain)
    return entry !== undefined && hasAddressBook(entry)
  }

  /** Whether mail for `domain` goes inside: authoritative and internal relay domains, Exchange's `--`. */
  isOrganisation(domain: string): boolean {
    const type = this.find(domain)?.DomainType
    return type === 'Authoritative' || type === 'InternalRelay'
  }

  /** The default domain without a wildcard, for addresses of our own; undefined without any. */
  get defaultDomain(): string | undefined {
    return this.default && baseDomain(this.default)
  }
}

const isWildcard = ({ DomainName }: AcceptedDomain) => DomainName.startsWith('*.')

/** Whether what is below the domain is accepted too. */
export function withSubdomains(entry: AcceptedDomain): boolean {
  return isWildcard(entry) || entry.MatchSubDomains
}

/** The domain itself, in the form it is compared in. */
export function baseDomain(entry: AcceptedDomain): string {
  return comparableDomain(entry.DomainName.replace(/^\*\./, ''))
}

function parentDomain(domain: string): string {
  const dot = domain.indexOf('.')
  return dot === -1 ? '' : domain.slice(dot + 1)
}
