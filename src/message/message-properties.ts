/** Exchange's three classes of urgency. */
export type MessagePriority = 'High' | 'Normal' | 'Low'

/** What the relay and its agents found out about a message and keep with it, beside header and body. */
export interface MessageProperties {
  /** Exchange's spam confidence level: -1 (trusted) to 9. */
  readonly scl?: number
  readonly priority?: MessagePriority
  /** Whether the organisation wrote it or receives it. */
  readonly directionality?: 'Originating' | 'Incoming'
  /** The value of Authentication-Results that this server found (RFC 8601). */
  readonly authenticationResults?: string
  /** Connectors that agents chose for recipients; the key is the address in the form it is compared in. */
  readonly routes?: Readonly<Record<string, string>>
  /** What agents keep with the message; the key is `Agent.Name`. */
  readonly tags?: Readonly<Record<string, string>>
}
