import type { Clock } from '../base/clock.ts'
import { type SharedCounts, unshared } from '../base/shared-counts.ts'
import { MinuteCounts } from './minute-counts.ts'
import type { ReceiveConnector } from './receive-connector.ts'

/** Where a message comes from. */
export interface MessageSource {
  readonly address: string
  /** The authenticated user; undefined for others. */
  readonly userName: string | undefined
}

/** Counts messages a minute and source, for MessageRateLimit. */
export class MessageRates {
  readonly #counts: MinuteCounts

  constructor(clock: Clock, shared: SharedCounts = unshared) {
    this.#counts = new MinuteCounts('messages', clock, shared)
  }

  /** Counts one message; false when it goes over the connector's limit. */
  count(connector: ReceiveConnector, source: MessageSource): boolean {
    const { MessageRateLimit, MessageRateSource } = connector
    if (MessageRateLimit === Infinity || MessageRateSource === 'None') return true
    const byAddress = `${connector.Name}\0ip\0${source.address}`
    const byUser = source.userName && `${connector.Name}\0user\0${source.userName.toLowerCase()}`
    const keys = {
      IPAddress: [byAddress],
      User: byUser === undefined ? [] : [byUser],
      All: byUser === undefined ? [byAddress] : [byAddress, byUser],
    }[MessageRateSource]
    return keys.map((key) => this.#counts.add(key, MessageRateLimit)).every(Boolean)
  }
}
