import type { Clock } from '../base/clock.ts'
import { type Milliseconds, minute } from '../base/time-span.ts'

const remembered = 10 * minute
const maximumHosts = 1000

/** Remembers addresses whose TLS handshake failed, so that the next sessions start in clear at once. */
export class TlsMemory {
  readonly #clock: Clock
  readonly #until = new Map<string, Milliseconds>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(endpoint: string): void {
    this.#until.delete(endpoint)
    this.#until.set(endpoint, this.#clock.monotonic() + remembered)
    const [oldest] = this.#until.keys()
    if (this.#until.size > maximumHosts && oldest !== undefined) this.#until.delete(oldest)
  }

  failedLately(endpoint: string): boolean {
    const until = this.#until.get(endpoint)
    if (until === undefined) return false
    if (until > this.#clock.monotonic()) return true
    this.#until.delete(endpoint)
    return false
  }
}
