import type { DnsAnswer, MxRecord, Resolver } from '../../src/dns/resolver.ts'

/** Zones as a literal: `{ 'good.test': { mx: ['10 mx.good.test'] }, 'mx.good.test': { a: ['127.0.0.1'] } }`. */
export type FakeZones = Record<
  string,
  { readonly mx?: readonly string[]; readonly a?: readonly string[]; readonly fails?: boolean }
>

/** Answers from a literal; every name that is not in it does not exist. */
export class FakeResolver implements Resolver {
  readonly zones: FakeZones
  readonly asked: string[] = []

  constructor(zones: FakeZones) {
    this.zones = zones
  }

  mx(domain: string): Promise<DnsAnswer<MxRecord>> {
    const records = this.zones[domain]?.mx?.map((text) => {
      const [preference = '', exchange = ''] = text.split(' ')
      return { preference: Number(preference), exchange: exchange.replace(/\.$/, '') }
    })
    return this.#answer('MX', domain, records)
  }

  addresses(host: string): Promise<DnsAnswer<string>> {
    return this.#answer('A', host, this.zones[host]?.a)
  }

  #answer<T>(type: string, name: string, records: readonly T[] | undefined): Promise<DnsAnswer<T>> {
    this.asked.push(`${type} ${name}`)
    const zone = this.zones[name]
    if (zone === undefined) return Promise.resolve({ kind: 'nonexistent' })
    if (zone.fails === true)
      return Promise.resolve({ kind: 'failed', reason: `ESERVFAIL for ${type} ${name}` })
    if (records === undefined) return Promise.resolve({ kind: 'empty' })
    return Promise.resolve({ kind: 'found', records })
  }
}
