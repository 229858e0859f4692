import type { Bytes } from '../base/byte-size.ts'
import { comparableAddress } from '../message/comparable-address.ts'
import type { MessageProperties } from '../message/message-properties.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import { type QueueKey, queueKeyText, unreachableQueue } from '../queue/queue-key.ts'
import type { CopyRecipient, NewCopy } from '../queue/stored-message.ts'
import { replyText } from '../smtp/reply.ts'
import { recipientKey } from './recipient-resolution.ts'
import { type Route, type RoutingTables, markedRoute, route } from './routing.ts'

/** A message by its next hops. */
export interface Split {
  readonly copies: readonly NewCopy[]
  /** Recipients that have none, now or later. */
  readonly failed: readonly RecipientResult[]
}

/** What of a message decides on its ways, beside its recipients. */
export interface RoutedMessage {
  /** 0 fits every connector. */
  readonly size: Bytes
  /** Connectors that agents chose; see MessageProperties. */
  readonly routes?: MessageProperties['routes'] | undefined
}

/** Exchange's ExpansionSizeLimit: more recipients of one copy than this go in several. */
export const expansionSizeLimit = 1000

/**
 * Routes each recipient and splits the message (Exchange's bifurcation) into one copy per next hop. A recipient
 * named twice gets one copy.
 */
export function split(
  recipients: readonly CopyRecipient[],
  { size, routes }: RoutedMessage,
  tables: RoutingTables,
): Split {
  const copies = new Map<string, { queue: QueueKey; recipients: CopyRecipient[] }>()
  const full: NewCopy[] = []
  const failed: RecipientResult[] = []
  const add = (queue: QueueKey, recipient: CopyRecipient) => {
    const key = queueKeyText(queue)
    const copy = copies.get(key)
    if (copy !== undefined && copy.recipients.length < expansionSizeLimit) {
      copy.recipients.push(recipient)
      return
    }
    if (copy !== undefined) full.push(copy)
    copies.set(key, { queue, recipients: [recipient] })
  }
  for (const recipient of withoutDuplicates(recipients)) {
    const result = wayOf(recipient, { size, routes }, tables)
    switch (result.kind) {
      case 'connector':
        add(result.queue, recipient)
        break
      case 'unreachable':
        add(unreachableQueue, { ...recipient, lastError: result.reason })
        break
      case 'failed':
        failed.push({ recipient, outcome: 'failed', reply: replyText(result.reply) })
    }
  }
  return { copies: [...full, ...copies.values()], failed }
}

function wayOf(
  { address }: CopyRecipient,
  { size, routes }: RoutedMessage,
  tables: RoutingTables,
): Route {
  const connector = routes?.[comparableAddress(address)]
  return connector === undefined
    ? route(address, size, tables)
    : markedRoute({ address, connector }, size, tables)
}

function withoutDuplicates(recipients: readonly CopyRecipient[]): Iterable<CopyRecipient> {
  if (recipients.length < 2) return recipients
  const unique = new Map<string, CopyRecipient>()
  for (const recipient of recipients) {
    const key = recipientKey(recipient.address)
    if (!unique.has(key)) unique.set(key, recipient)
  }
  return unique.values()
}
