import type { Clock } from '../../base/clock.ts'
import { type SharedCounts, unshared } from '../../base/shared-counts.ts'
import { MinuteCounts } from './minute-counts.ts'
import type { ReceiveConnector } from '../connectors/receive-connector.ts'

/** Where a message comes from. */
export interface MessageSource {
  readonly address: string
  /** The authenticated user; undefined for others. */
  readonly userName: string | undefined
}

/** What came of counting a message. */
export interface CountedMessage {
  /** The connector's limit allows it. */
  readonly allowed: boolean
  /** The sender gave it up before its content: it was none. Call once at most. */
  takeBack(): void
}

const uncounted: CountedMessage = { allowed: true, takeBack: () => undefined }
const tooMany: CountedMessage = { allowed: false, takeBack: () => undefined }

/** Counts messages a minute and source, for MessageRateLimit. */
export class MessageRates {
  readonly #counts: MinuteCounts

  constructor(clock: Clock, shared: SharedCounts = unshared) {
    this.#counts = new MinuteCounts('messages', clock, shared)
  }

  /** Counts one message, unless it goes over the connector's limit. */
  count(connector: ReceiveConnector, source: MessageSource): CountedMessage {
    const { MessageRateLimit, MessageRateSource } = connector
    if (MessageRateLimit === Infinity || MessageRateSource === 'None') return uncounted
    const byAddress = `${connector.Name}\0ip\0${source.address}`
    const byUser = source.userName && `${connector.Name}\0user\0${source.userName.toLowerCase()}`
    const keys = {
      IPAddress: [byAddress],
      User: byUser === undefined ? [] : [byUser],
      All: byUser === undefined ? [byAddress] : [byAddress, byUser],
    }[MessageRateSource]
    const allowed = keys.map((key) => this.#counts.add(key, MessageRateLimit)).every(Boolean)
    const minute = this.#counts.minuteEnds
    const takeBack = () => {
      for (const key of keys) this.#counts.takeBack(key, minute, MessageRateLimit)
    }
    if (allowed) return { allowed, takeBack }
    takeBack()
    return tooMany
  }
}
