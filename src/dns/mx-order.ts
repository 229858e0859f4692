import { type Random, shuffled } from '../base/random.ts'
import type { MxRecord } from './resolver.ts'

/** No domain needs more; what is beyond is the work of somebody who means harm. */
const maximumRecords = 500
const maximumHosts = 100

/** What the MX records of a domain say. */
export type MxOrder =
  /** Hosts to try in turn. */
  | { readonly kind: 'hosts'; readonly hosts: readonly MxRecord[] }
  /** The domain takes no mail (RFC 7505). */
  | { readonly kind: 'null' }
  /** We are the best mail exchanger ourselves (RFC 5321 5.1). */
  | { readonly kind: 'loop' }

export interface MxOrderOptions {
  readonly random: Random
  /** Whether a host name (lower case) is this server's. */
  readonly isSelf: (host: string) => boolean
}

/**
 * Puts the records of a domain in the order to try: lowest preference first, equal ones shuffled, each
 * host once at its best preference. Our own name drops itself and everything not better than it.
 */
export function orderMx(records: readonly MxRecord[], { random, isSelf }: MxOrderOptions): MxOrder {
  const named = records.slice(0, maximumRecords).filter(({ exchange }) => exchange !== '')
  if (named.length === 0) return { kind: 'null' }
  const ordered = shuffled(named, random).sort((a, b) => a.preference - b.preference)
  const self = ordered.find(({ exchange }) => isSelf(exchange))
  const better = dropFrom(ordered, self?.preference)
  if (better.length === 0) return { kind: 'loop' }
  const once = new Map(better.toReversed().map((record) => [record.exchange, record]))
  const hosts = better.filter((record) => once.get(record.exchange) === record)
  return { kind: 'hosts', hosts: hosts.slice(0, maximumHosts) }
}

/** The records that are better than `preference`; all when it is undefined. */
export function dropFrom<T extends { readonly preference: number }>(
  records: readonly T[],
  preference = Infinity,
): readonly T[] {
  return records.filter((record) => record.preference < preference)
}
