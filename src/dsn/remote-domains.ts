import { comparableDomain } from '../message/comparable-address.ts'
import { type RemoteDomain, defaultRemoteDomain } from './remote-domain.ts'

/** The remote domains, found by domain: the domain itself, then the longest `*.` above it, then `*`. */
export class RemoteDomainTable {
  readonly #literal = new Map<string, RemoteDomain>()
  readonly #withSubdomains = new Map<string, RemoteDomain>()
  readonly #all: RemoteDomain

  constructor(entries: readonly RemoteDomain[]) {
    this.#all = entries.find(({ DomainName }) => DomainName === '*') ?? defaultRemoteDomain
    for (const entry of entries) {
      const { DomainName } = entry
      if (DomainName.startsWith('*.'))
        this.#withSubdomains.set(comparableDomain(DomainName.slice(2)), entry)
      else if (DomainName !== '*') this.#literal.set(comparableDomain(DomainName), entry)
    }
  }

  /** What is set for mail to a domain that is none of ours. */
  find(domain: string): RemoteDomain {
    const wanted = comparableDomain(domain)
    const literal = this.#literal.get(wanted)
    if (literal !== undefined) return literal
    if (this.#withSubdomains.size === 0) return this.#all
    for (let base = wanted; base !== ''; base = parentOf(base)) {
      const entry = this.#withSubdomains.get(base)
      if (entry !== undefined) return entry
    }
    return this.#all
  }

  /** Whether some domain is kept from some mail, so that mail is to be looked at. */
  get keepsMailBack(): boolean {
    return [this.#all, ...this.#literal.values(), ...this.#withSubdomains.values()].some(keepsBack)
  }
}

function keepsBack({
  AllowedOOFType,
  AutoForwardEnabled,
  AutoReplyEnabled,
}: RemoteDomain): boolean {
  return AllowedOOFType === 'None' || !AutoForwardEnabled || !AutoReplyEnabled
}

function parentOf(domain: string): string {
  const dot = domain.indexOf('.')
  return dot === -1 ? '' : domain.slice(dot + 1)
}
