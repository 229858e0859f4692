import type { Clock } from '../base/clock.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { Lookups, TimedAnswer } from './lookups.ts'
import type { DnsAnswer, MxRecord, Resolver } from './resolver.ts'

const maximumEntries = 10_000

/** Answers of one record type, for their lifetime; equal look-ups under way are joined. */
class AnswerCache<T> {
  readonly #clock: Clock
  readonly #lookUp: (name: string) => Promise<TimedAnswer<T>>
  readonly #kept = new Map<string, { answer: DnsAnswer<T>; until: Milliseconds }>()
  readonly #underWay = new Map<string, Promise<DnsAnswer<T>>>()

  constructor(clock: Clock, lookUp: (name: string) => Promise<TimedAnswer<T>>) {
    this.#clock = clock
    this.#lookUp = lookUp
  }

  get(name: string): Promise<DnsAnswer<T>> {
    const kept = this.#kept.get(name)
    if (kept !== undefined && kept.until > this.#clock.monotonic())
      return Promise.resolve(kept.answer)
    const underWay = this.#underWay.get(name)
    if (underWay !== undefined) return underWay
    const asking = this.#ask(name).finally(() => this.#underWay.delete(name))
    this.#underWay.set(name, asking)
    return asking
  }

  clear(): void {
    this.#kept.clear()
  }

  async #ask(name: string): Promise<DnsAnswer<T>> {
    const { answer, lifetime } = await this.#lookUp(name)
    this.#kept.delete(name)
    this.#kept.set(name, { answer, until: this.#clock.monotonic() + lifetime })
    if (this.#kept.size > maximumEntries) {
      const [oldest] = this.#kept.keys()
      if (oldest !== undefined) this.#kept.delete(oldest)
    }
    return answer
  }
}

/** A resolver with a bounded memory over bare look-ups. */
export class CachingResolver implements Resolver {
  readonly #mx: AnswerCache<MxRecord>
  readonly #addresses: AnswerCache<string>

  constructor(lookups: Lookups, clock: Clock) {
    this.#mx = new AnswerCache(clock, (domain) => lookups.mx(domain))
    this.#addresses = new AnswerCache(clock, async (host) =>
      bothFamilies(...(await Promise.all([lookups.ipv4(host), lookups.ipv6(host)]))),
    )
  }

  /** Forgets all answers; the next look-ups ask anew. */
  clear(): void {
    this.#mx.clear()
    this.#addresses.clear()
  }

  mx(domain: string): Promise<DnsAnswer<MxRecord>> {
    return this.#mx.get(plainName(domain))
  }

  addresses(host: string): Promise<DnsAnswer<string>> {
    return this.#addresses.get(plainName(host))
  }
}

/**
 * One answer from those for A and AAAA. IPv4 comes first: a perimeter host with IPv6 records in
 * sight and no route for them is common, the reverse is not. A failed half does not spoil a found one.
 */
function bothFamilies(four: TimedAnswer<string>, six: TimedAnswer<string>): TimedAnswer<string> {
  const halves = [four.answer, six.answer]
  const lifetime = Math.min(four.lifetime, six.lifetime)
  const records = halves.flatMap((half) => (half.kind === 'found' ? half.records : []))
  if (records.length > 0) return { answer: { kind: 'found', records }, lifetime }
  const decisive =
    halves.find(({ kind }) => kind === 'failed') ?? halves.find(({ kind }) => kind === 'empty')
  return { answer: decisive ?? { kind: 'nonexistent' }, lifetime }
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
