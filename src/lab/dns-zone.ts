import type { Milliseconds } from '../base/time-span.ts'

/** What a name in the test DNS does instead of answering at once. */
export type DnsFault =
  | { readonly kind: 'servfail' }
  /** The first `count` queries for the name and type fail, later ones are answered. */
  | { readonly kind: 'servfail-then-good'; readonly count: number }
  | { readonly kind: 'slow'; readonly delay: Milliseconds }
  /** No answer ever. */
  | { readonly kind: 'drop' }

/** One name with its records; a type it does not have gives an empty answer (NODATA). */
export interface DnsName {
  readonly mx?: readonly {
    readonly preference: number
    /** Without the root dot; empty for a null MX (RFC 7505). */
    readonly exchange: string
  }[]
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  readonly txt?: readonly string[]
  /** Every type answers with this alias and what it leads to. */
  readonly cname?: string
  readonly fault?: DnsFault
}

/** All that the test DNS knows, by name in lower case without the root dot; other names do not exist. */
export type DnsZones = Readonly<Record<string, DnsName>>
