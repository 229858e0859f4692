import { readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { minute } from '../base/time-span.ts'
import type { Lookups, TimedAnswer } from './lookups.ts'
import type { MxRecord } from './resolver.ts'

const lifetime = minute

/**
 * Look-ups with the machine's hosts file before the DNS, as its administrator expects when the machine's
 * own resolution is used: containers and labs name their neighbours there. Only addresses come from it.
 */
export class HostsFileLookups implements Lookups {
  readonly #path: string
  readonly #dns: Lookups
  readonly #isUsed: () => boolean

  /** `isUsed` tells at each look-up whether the file counts. */
  constructor(path: string, dns: Lookups, isUsed: () => boolean) {
    this.#path = path
    this.#dns = dns
    this.#isUsed = isUsed
  }

  mx(domain: string): Promise<TimedAnswer<MxRecord>> {
    return this.#dns.mx(domain)
  }

  async ipv4(host: string): Promise<TimedAnswer<string>> {
    return (await this.#listed(host, 4)) ?? this.#dns.ipv4(host)
  }

  async ipv6(host: string): Promise<TimedAnswer<string>> {
    return (await this.#listed(host, 6)) ?? this.#dns.ipv6(host)
  }

  async #listed(host: string, family: 4 | 6): Promise<TimedAnswer<string> | undefined> {
    if (!this.#isUsed()) return undefined
    const text = await readFile(this.#path, 'utf8').catch(() => '')
    const addresses = listedAddresses(text, host)
    if (addresses.length === 0) return undefined
    const records = addresses.filter((address) => isIP(address) === family)
    const answer =
      records.length > 0 ? ({ kind: 'found', records } as const) : { kind: 'empty' as const }
    return { answer, lifetime }
  }
}

/** The addresses of `host` in the text of a hosts file; names are compared without case. */
export function listedAddresses(text: string, host: string): readonly string[] {
  const wanted = host.toLowerCase()
  return text.split(/\r?\n/).flatMap((line) => {
    const [address = '', ...names] = line.replace(/#.*/, '').trim().toLowerCase().split(/\s+/)
    return names.includes(wanted) && isIP(address) !== 0 ? [address] : []
  })
}
