import type { Clock } from '../base/clock.ts'
import { type Milliseconds, minute } from '../base/time-span.ts'
import type { ReceiveConnector } from './receive-connector.ts'

/** Sources counted at a time; more than that in one minute share one budget. */
const maximumSources = 100_000
const overflow = 'others'

/** Where a message comes from. */
export interface MessageSource {
  readonly address: string
  /** The authenticated user; undefined for others. */
  readonly userName: string | undefined
}

/** Counts messages a minute and source, for MessageRateLimit. Counts of a minute end with it. */
export class MessageRates {
  readonly #clock: Clock
  readonly #counts = new Map<string, number>()
  #minuteEnds: Milliseconds = -Infinity

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Counts one message; false when it goes over the connector's limit. */
  count(connector: ReceiveConnector, source: MessageSource): boolean {
    const { MessageRateLimit, MessageRateSource } = connector
    if (MessageRateLimit === Infinity || MessageRateSource === 'None') return true
    this.#startMinute()
    const byAddress = `${connector.Name}\0ip\0${source.address}`
    const byUser = source.userName && `${connector.Name}\0user\0${source.userName.toLowerCase()}`
    const keys = {
      IPAddress: [byAddress],
      User: byUser === undefined ? [] : [byUser],
      All: byUser === undefined ? [byAddress] : [byAddress, byUser],
    }[MessageRateSource]
    return keys.map((key) => this.#add(key) <= MessageRateLimit).every(Boolean)
  }

  #add(key: string): number {
    const known = this.#counts.has(key) || this.#counts.size < maximumSources
    const name = known ? key : overflow
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    return count
  }

  #startMinute(): void {
    const now = this.#clock.monotonic()
    if (now < this.#minuteEnds) return
    this.#counts.clear()
    this.#minuteEnds = now + minute
  }
}
