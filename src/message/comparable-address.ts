import { domainToASCII } from 'node:url'
import { domainOf } from './envelope.ts'

const ascii = /^[\x20-\x7e]*$/

/** A domain in the form it is compared in: lower case, international names by their A-labels. */
export function comparableDomain(domain: string): string {
  const lower = domain.toLowerCase()
  return ascii.test(lower) ? lower : domainToASCII(lower) || lower
}

/** An address in the form it is compared in: local parts without case, as in Exchange, and the domain as above. */
export function comparableAddress(address: string): string {
  const lower = address.toLowerCase()
  if (ascii.test(lower)) return lower
  return lower.slice(0, lower.lastIndexOf('@') + 1) + comparableDomain(domainOf(lower))
}
