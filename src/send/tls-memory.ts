import type { Clock } from '../base/clock.ts'
import { type Milliseconds, minute } from '../base/time-span.ts'

const remembered = 10 * minute
const maximumHosts = 1000

interface TlsFault {
  readonly reason: string
  readonly until: Milliseconds
}

/**
 * Remembers addresses that took our mail's session in clear after TLS had failed, so that the next
 * sessions start in clear at once.
 */
export class TlsMemory {
  readonly #clock: Clock
  readonly #faults = new Map<string, TlsFault>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(endpoint: string, reason: string): void {
    this.#faults.delete(endpoint)
    this.#faults.set(endpoint, { reason, until: this.#clock.monotonic() + remembered })
    const [oldest] = this.#faults.keys()
    if (this.#faults.size > maximumHosts && oldest !== undefined) this.#faults.delete(oldest)
  }

  /** Why TLS with the address failed lately; undefined where it did not. */
  faultOf(endpoint: string): string | undefined {
    const fault = this.#faults.get(endpoint)
    if (fault === undefined || fault.until > this.#clock.monotonic()) return fault?.reason
    this.#faults.delete(endpoint)
    return undefined
  }

  /** TLS deserves another try. */
  forget(endpoint: string): void {
    this.#faults.delete(endpoint)
  }
}
