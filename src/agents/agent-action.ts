import type { Milliseconds } from '../base/time-span.ts'
import type { MessagePriority } from '../message/message-properties.ts'
import type { Reply } from '../smtp/reply.ts'
import type { AgentEvent } from './agent-events.ts'

/**
 * What an agent wants done, as plain data that can be sent between threads. The actions of one answer are
 * done in their order; the first one that ends the command or the message is the last.
 */
export type AgentAction =
  /** Refuses the command, or the message, with a 4yz or 5yz reply. In the categorizer all recipients fail with it (5yz). */
  | { readonly kind: 'reject'; readonly reply: Reply }
  /** Ends the connection; `reply` is said before (421 when absent). */
  | { readonly kind: 'disconnect'; readonly reply?: Reply }
  /** Takes the message (250) and deletes it, without a notification. */
  | { readonly kind: 'discard'; readonly reason?: string }
  /** Takes the message and holds it, suspended, for an administrator. */
  | { readonly kind: 'quarantine'; readonly reason: string }
  /**
   * Puts it off: in a session the client is told to come again (`reply`, 4yz; one of ours when absent), in
   * the categorizer the message waits in Submission until that time of the wall clock.
   */
  | {
      readonly kind: 'defer'
      readonly reply?: Reply
      readonly until?: Milliseconds
      readonly reason?: string
    }
  /** Adds a field above (`top`) or below all others. */
  | {
      readonly kind: 'add-field'
      readonly name: string
      /** Unicode; the relay encodes and folds it. */
      readonly value: string
      readonly at: 'top' | 'bottom'
    }
  /** Gives the first field of this name another value and removes the others; adds it below when there is none. */
  | { readonly kind: 'set-field'; readonly name: string; readonly value: string }
  /** Like set-field for one of several: the octets of the value, folds included, which are not encoded again. */
  | {
      readonly kind: 'replace-field'
      readonly name: string
      /** Which of the fields of this name, from the top, beginning with 0. */
      readonly index: number
      /** Behind the colon up to the CRLF, which is not part of it. */
      readonly octets: Uint8Array
    }
  /** Removes every field of this name. */
  | { readonly kind: 'remove-field'; readonly name: string }
  /** The octets behind the empty line that ends the header. */
  | { readonly kind: 'replace-body'; readonly body: Uint8Array }
  | { readonly kind: 'add-recipient'; readonly address: string }
  /** Drops a recipient without a notification. */
  | { readonly kind: 'remove-recipient'; readonly address: string }
  /** What DSN options said of `from` holds for `to`, who gets the message in its place. */
  | { readonly kind: 'redirect-recipient'; readonly from: string; readonly to: string }
  /** Fails one recipient: with a notification when the message was taken already. */
  | { readonly kind: 'reject-recipient'; readonly address: string; readonly reply: Reply }
  /** The reverse path; empty for the null sender. */
  | { readonly kind: 'set-sender'; readonly address: string }
  | ({ readonly kind: 'set-property' } & AgentProperty)
  /** Sends one recipient by the connector of this name, whatever its address spaces. */
  | { readonly kind: 'route'; readonly address: string; readonly connector: string }

/** A property of the message that an agent sets; any other name is kept as a tag `Agent.Name`. */
export type AgentProperty =
  | { readonly name: 'scl'; readonly value: number }
  | { readonly name: 'priority'; readonly value: MessagePriority }
  | { readonly name: 'authenticationResults'; readonly value: string }
  | { readonly name: 'tag'; readonly tag: string; readonly value: string }

export type AgentActionKind = AgentAction['kind']

const command = ['reject', 'disconnect', 'defer'] as const
const header = ['add-field', 'set-field', 'replace-field', 'remove-field'] as const
const recipients = [
  'add-recipient',
  'remove-recipient',
  'redirect-recipient',
  'route',
  'set-sender',
  'set-property',
] as const
const message = [...header, ...recipients, 'discard', 'quarantine'] as const
const submitted = [...message, 'replace-body', 'reject', 'defer', 'reject-recipient'] as const

/** Which actions an agent may answer with at which event. */
export const actionsAt: Readonly<Record<AgentEvent, readonly AgentActionKind[]>> = {
  OnConnectEvent: command,
  OnHeloCommand: command,
  OnEhloCommand: command,
  OnStartTlsCommand: command,
  OnAuthCommand: command,
  OnEndOfAuthentication: command,
  OnMailCommand: [...command, 'set-sender', 'set-property'],
  OnRcptCommand: [...command, 'add-recipient', 'redirect-recipient', 'route', 'set-property'],
  OnDataCommand: [...command, ...recipients],
  OnEndOfHeaders: [...command, ...message],
  OnEndOfData: [...command, ...message, 'replace-body'],
  OnReject: ['disconnect'],
  OnRsetCommand: command,
  OnNoopCommand: command,
  OnHelpCommand: command,
  OnDisconnectEvent: [],
  OnSubmittedMessage: submitted,
  OnResolvedMessage: submitted,
  OnRoutedMessage: submitted,
  OnCategorizedMessage: submitted,
}
