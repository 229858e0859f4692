/** An answer of the DNS. An error of the look-up is a value: callers decide on it. */
export type DnsAnswer<T> =
  | { readonly kind: 'found'; readonly records: readonly T[] }
  /** The name exists, without records of this type (NODATA). */
  | { readonly kind: 'empty' }
  /** The name does not exist (NXDOMAIN). */
  | { readonly kind: 'nonexistent' }
  /** No usable answer: SERVFAIL, REFUSED, timeout. `reason` is for the log and LastError. */
  | { readonly kind: 'failed'; readonly reason: string }

export interface MxRecord {
  readonly preference: number
  /** Lower case without the root dot; empty for a null MX (RFC 7505). */
  readonly exchange: string
}

/** The family of addresses that nothing is known of, while there are some of the other. */
export interface MissingFamily {
  /** For the log and LastError. */
  readonly reason: string
  /** Its answer, where that is only late. */
  readonly late?: Promise<DnsAnswer<string>>
}

/** A and AAAA together, in the order to try them. */
export type AddressAnswer =
  | Exclude<DnsAnswer<string>, { readonly kind: 'found' }>
  | {
      readonly kind: 'found'
      readonly records: readonly string[]
      readonly missing?: MissingFamily
    }

/** Look-ups for mail routing. No method rejects. */
export interface Resolver {
  mx(domain: string): Promise<DnsAnswer<MxRecord>>
  /** Does not wait for one family long when it knows the other. */
  addresses(host: string): Promise<AddressAnswer>
}
