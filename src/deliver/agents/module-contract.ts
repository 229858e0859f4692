/*
 * The contract of delivery agents that are ES modules: what a module named by `Module` of a Delivery Agent connector
 * exports as its default. It runs in a process of its own, apart from the service.
 */

/** A message as it is handed to an agent. */
export interface OutgoingMessage {
  /** The reverse path without angle brackets; empty for notifications. */
  readonly sender: string
  /** Each must have an outcome. */
  readonly recipients: readonly string[]
  /** The Message-ID with its angle brackets. */
  readonly messageId: string
  readonly networkMessageId: string
  readonly subject: string
  /** Octets of the content. */
  readonly size: number
  /** Header and body in the Internet's form, in pieces. */
  readonly content: AsyncIterable<Uint8Array>
}

/** What became of one recipient. `reply` is told to administrators, and of a failure to the sender. */
export interface Outcome {
  readonly recipient: string
  readonly outcome: 'delivered' | 'retry' | 'failed'
  readonly reply: string
}

/** What an agent knows beside the message. */
export interface DeliveryContext {
  /** `Settings` of the connector. */
  readonly settings: Readonly<Record<string, string>>
  /** The connector's name. */
  readonly connector: string
}

/** An agent that delivers messages. */
export interface ModuleDeliveryAgent {
  /**
   * Delivers a message. Nothing returned means delivered to all; a recipient that is left out is tried again. An
   * error puts the message off and holds its queue up, with the error's text as the reason.
   */
  deliver(
    message: OutgoingMessage,
    context: DeliveryContext,
  ): Promise<readonly Outcome[] | undefined> | readonly Outcome[] | undefined
}
