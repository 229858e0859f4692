import type { Clock } from '../base/clock.ts'
import { knownInTime } from '../base/known-in-time.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { Lookups, TimedAnswer } from './lookups.ts'
import type { AddressAnswer, DnsAnswer, MissingFamily, MxRecord, Resolver } from './resolver.ts'

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

  /** The answer that is at hand. */
  known(name: string): DnsAnswer<T> | undefined {
    const kept = this.#kept.get(name)
    return kept !== undefined && kept.until > this.#clock.monotonic() ? kept.answer : undefined
  }

  get(name: string): Promise<DnsAnswer<T>> {
    const known = this.known(name)
    if (known !== undefined) return Promise.resolve(known)
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

/**
 * How long one family of addresses waits for the other: RFC 8305 3 has it so for A without AAAA, and many
 * a name server answers only one of them.
 */
const familyPatience: Milliseconds = 50

/** A resolver with a bounded memory over bare look-ups. */
export class CachingResolver implements Resolver {
  readonly #mx: AnswerCache<MxRecord>
  readonly #ipv4: AnswerCache<string>
  readonly #ipv6: AnswerCache<string>
  readonly #clock: Clock

  constructor(lookups: Lookups, clock: Clock) {
    this.#mx = new AnswerCache(clock, (domain) => lookups.mx(domain))
    this.#ipv4 = new AnswerCache(clock, (host) => lookups.ipv4(host))
    this.#ipv6 = new AnswerCache(clock, (host) => lookups.ipv6(host))
    this.#clock = clock
  }

  /** Forgets all answers; the next look-ups ask anew. */
  clear(): void {
    for (const cache of [this.#mx, this.#ipv4, this.#ipv6]) cache.clear()
  }

  mx(domain: string): Promise<DnsAnswer<MxRecord>> {
    return this.#mx.get(plainName(domain))
  }

  /**
   * IPv4 comes first: a perimeter host with IPv6 records in sight and no route for them is common, the
   * reverse is not. What one family lacks does not spoil what the other has.
   */
  async addresses(host: string): Promise<AddressAnswer> {
    const name = plainName(host)
    const [knownFour, knownSix] = [this.#ipv4.known(name), this.#ipv6.known(name)]
    if (knownFour !== undefined && knownSix !== undefined) return bothFamilies(knownFour, knownSix)
    const [ipv4, ipv6] = [this.#ipv4.get(name), this.#ipv6.get(name)]
    const [four, six] = await knownInTime([ipv4, ipv6], {
      isUseful: ({ kind }) => kind === 'found',
      patienceAhead: familyPatience,
      patienceBehind: familyPatience,
      clock: this.#clock,
    })
    if (four === undefined) return withMissing(six, missing(`A ${name}`, ipv4))
    if (six === undefined) return withMissing(four, missing(`AAAA ${name}`, ipv6))
    return bothFamilies(four, six)
  }
}

/** What is known of a host once the late family is there. */
export async function completed(answer: AddressAnswer): Promise<AddressAnswer> {
  if (answer.kind !== 'found' || answer.missing?.late === undefined) return answer
  const { kind, records } = answer
  return bothFamilies({ kind, records }, await answer.missing.late)
}

function bothFamilies(first: DnsAnswer<string>, second: DnsAnswer<string>): AddressAnswer {
  const halves = [first, second]
  const records = halves.flatMap((half) => (half.kind === 'found' ? half.records : []))
  const failed = halves.find((half) => half.kind === 'failed')
  if (records.length === 0)
    return failed ?? halves.find(({ kind }) => kind === 'empty') ?? { kind: 'nonexistent' }
  if (failed === undefined) return { kind: 'found', records }
  return { kind: 'found', records, missing: { reason: failed.reason } }
}

function missing(question: string, late: Promise<DnsAnswer<string>>): MissingFamily {
  return { reason: `no answer yet for ${question}`, late }
}

/** The family that is known was waited for, so it is there, and found. */
function withMissing(known: DnsAnswer<string> | undefined, family: MissingFamily): AddressAnswer {
  if (known?.kind !== 'found') return known ?? { kind: 'failed', reason: family.reason }
  return { ...known, missing: family }
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '')
}
