import { wildcard } from '../base/wildcard.ts'
import type { AcceptedDomainTable } from './accepted-domains.ts'
import type { AddressSpace } from './address-space.ts'

/** What a connector must serve to take a recipient. */
export interface Destination {
  /** As of address spaces: `SMTP`, `FAX`. */
  readonly type: string
  /** The domain in the form it is compared in; of other types the whole address. */
  readonly name: string
}

const exactMatch = Infinity

/** How closely a space fits; undefined when it does not fit. More is closer. */
export function specificityOf(
  { type, space }: AddressSpace,
  destination: Destination,
  acceptedDomains: AcceptedDomainTable,
): number | undefined {
  if (type !== destination.type) return undefined
  if (space === '*') return 0
  if (type === 'SMTP') return ofDomain(space, destination.name, acceptedDomains)
  return type === 'X400' ? ofX400(space, destination.name) : ofText(space, destination.name)
}

/**
 * Exact, then a wildcard by its length, then `*` (0). `--` counts as if each domain of the organisation were
 * listed literally.
 */
function ofDomain(
  space: string,
  domain: string,
  acceptedDomains: AcceptedDomainTable,
): number | undefined {
  if (space === '--') {
    const match = acceptedDomains.isOrganisation(domain) ? acceptedDomains.match(domain) : undefined
    if (match === undefined) return undefined
    return match.exact ? exactMatch : match.base.length
  }
  if (!space.startsWith('*.')) return space === domain ? exactMatch : undefined
  const base = space.slice(2)
  return domain === base || domain.endsWith(`.${base}`) ? base.length : undefined
}

/** Only `*` means more than itself. */
function ofText(space: string, address: string): number | undefined {
  const isMeant = wildcard(space.replace(/[`?[\]]/g, '`$&'))
  if (!isMeant(address)) return undefined
  return space.includes('*') ? space.replaceAll('*', '').length : exactMatch
}

/** An X.400 space names attributes that the address must have; the more, the closer. */
function ofX400(space: string, address: string): number | undefined {
  const wanted = attributesOf(space)
  const given = attributesOf(address)
  const fits = [...wanted].every(([name, value]) => value === '*' || given.get(name) === value)
  return fits && wanted.size > 0 ? wanted.size : undefined
}

/** `c=US;a=x;p=y` and `/c=US/a=x/p=y/` alike, without regard to case. */
function attributesOf(text: string): ReadonlyMap<string, string> {
  const parts = text.toLowerCase().split(/[;/]/)
  return new Map(
    parts.flatMap((part) => {
      const at = part.indexOf('=')
      return at === -1 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const]
    }),
  )
}
