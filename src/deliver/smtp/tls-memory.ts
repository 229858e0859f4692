import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, minute } from '../../base/time-span.ts'

const remembered = 10 * minute
const maximumHosts = 1000

/** Texts by address, the latest ones, each for ten minutes. */
class RecentTexts {
  readonly #clock: Clock
  readonly #texts = new Map<string, { readonly text: string; readonly until: Milliseconds }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(endpoint: string, text: string): void {
    this.#texts.delete(endpoint)
    this.#texts.set(endpoint, { text, until: this.#clock.monotonic() + remembered })
    const [oldest] = this.#texts.keys()
    if (this.#texts.size > maximumHosts && oldest !== undefined) this.#texts.delete(oldest)
  }

  get(endpoint: string): string | undefined {
    const known = this.#texts.get(endpoint)
    if (known === undefined || known.until > this.#clock.monotonic()) return known?.text
    this.#texts.delete(endpoint)
    return undefined
  }

  delete(endpoint: string): void {
    this.#texts.delete(endpoint)
  }
}

/**
 * Remembers addresses that took our mail's session in clear after TLS had failed, so that the next
 * sessions start in clear at once; and which fall-backs have been told, for some hosts refuse STARTTLS in
 * every session.
 */
export class TlsMemory {
  readonly #faults: RecentTexts
  readonly #told: RecentTexts

  constructor(clock: Clock) {
    this.#faults = new RecentTexts(clock)
    this.#told = new RecentTexts(clock)
  }

  note(endpoint: string, reason: string): void {
    this.#faults.set(endpoint, reason)
  }

  /** Why TLS with the address failed lately; undefined where it did not. */
  faultOf(endpoint: string): string | undefined {
    return this.#faults.get(endpoint)
  }

  /** TLS deserves another try. */
  forget(endpoint: string): void {
    this.#faults.delete(endpoint)
  }

  /** Whether a fault has yet to be told; from then on it has been. */
  isNews(endpoint: string, reason: string): boolean {
    if (this.#told.get(endpoint) === reason) return false
    this.#told.set(endpoint, reason)
    return true
  }
}
