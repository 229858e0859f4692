import type { Bytes } from '../base/byte-size.ts'
import { type Milliseconds, hour } from '../base/time-span.ts'
import type { MessagePriority } from '../message/message-properties.ts'
import type { NewCopy, NewMessage } from './stored-message.ts'

/** Exchange's settings of priority queuing, a part of TransportService. */
export interface PrioritySettings {
  readonly PriorityQueuingEnabled: boolean
  readonly MaxHighPriorityMessageSize: Bytes
  readonly MaxPerDomainHighPriorityConnections: number
  readonly MaxPerDomainNormalPriorityConnections: number
  readonly MaxPerDomainLowPriorityConnections: number
  readonly HighPriorityDelayNotificationTimeout: Milliseconds
  readonly NormalPriorityDelayNotificationTimeout: Milliseconds
  readonly LowPriorityDelayNotificationTimeout: Milliseconds
  readonly HighPriorityMessageExpirationTimeout: Milliseconds
  readonly NormalPriorityMessageExpirationTimeout: Milliseconds
  readonly LowPriorityMessageExpirationTimeout: Milliseconds
}

/** How long mail waits until its sender hears of it, and until it is given up. */
export interface Timeouts {
  readonly DelayNotificationTimeout: Milliseconds
  readonly MessageExpirationTimeout: Milliseconds
}

/** Those of a class; without priority queuing all mail has the same. */
export function timeoutsOf(
  priority: MessagePriority,
  settings: PrioritySettings & Timeouts,
): Timeouts {
  if (!settings.PriorityQueuingEnabled) return settings
  return {
    DelayNotificationTimeout: settings[`${priority}PriorityDelayNotificationTimeout`],
    MessageExpirationTimeout: settings[`${priority}PriorityMessageExpirationTimeout`],
  }
}

/** The shortest of those that mail can have. */
export function shortestTimeouts(settings: PrioritySettings & Timeouts): Timeouts {
  if (!settings.PriorityQueuingEnabled) return settings
  const all = priorities.map((priority) => timeoutsOf(priority, settings))
  return {
    DelayNotificationTimeout: Math.min(...all.map((each) => each.DelayNotificationTimeout)),
    MessageExpirationTimeout: Math.min(...all.map((each) => each.MessageExpirationTimeout)),
  }
}

/** The classes, the one that goes first before the others. */
export const priorities: readonly MessagePriority[] = ['High', 'Normal', 'Low']

/** How many messages of each class follow one another before the next class has its turn. */
export type PriorityQuotas = Readonly<Record<MessagePriority, number>>

/** By the connections that Exchange gives each class: a connection is for one message at a time here, too. */
export function quotasOf(settings: PrioritySettings): PriorityQuotas {
  return {
    High: settings.MaxPerDomainHighPriorityConnections,
    Normal: settings.MaxPerDomainNormalPriorityConnections,
    Low: settings.MaxPerDomainLowPriorityConnections,
  }
}

/** The class in which the message is delivered. */
export function priorityOf({ properties }: Pick<NewMessage, 'properties'>): MessagePriority {
  return properties?.priority ?? 'Normal'
}

/** The class of a message of this size whose sender wants that one. */
export function grantedPriority(
  wanted: MessagePriority | undefined,
  size: Bytes,
  { MaxHighPriorityMessageSize }: PrioritySettings,
): MessagePriority | undefined {
  return wanted === 'High' && size > MaxHighPriorityMessageSize ? 'Normal' : wanted
}

/**
 * In the store a class stands before the next lower one as if it had come that much earlier. So the order needs no
 * memory, and what has waited that long lets nobody more pass.
 */
const lead: Milliseconds = hour
const leads: Readonly<Record<MessagePriority, Milliseconds>> = {
  High: 2 * lead,
  Normal: lead,
  Low: 0,
}

/** Fresh copies of a message with their place in the order of priorities; as they are when there is none. */
export function inOrder(
  copies: readonly NewCopy[],
  message: Pick<NewMessage, 'properties'>,
  { settings, now }: { readonly settings: PrioritySettings; readonly now: Milliseconds },
): readonly NewCopy[] {
  if (!settings.PriorityQueuingEnabled) return copies
  const dueAt = now - leads[priorityOf(message)]
  return copies.map((copy) => (copy.dueAt === undefined ? { ...copy, dueAt } : copy))
}
