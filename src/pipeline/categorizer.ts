import type { Bytes } from '../base/byte-size.ts'
import { domainOf } from '../message/envelope.ts'
import type { Recipient } from '../message/envelope.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import { queueKeyText, unreachableQueue } from '../queue/queue-key.ts'
import type { QueueKey } from '../queue/queue-key.ts'
import {
  type Copy,
  type CopyRecipient,
  type NewCopy,
  dsnSource,
  untried,
} from '../queue/stored-message.ts'
import { replyText } from '../smtp/reply.ts'
import { comparableDomain } from '../message/comparable-address.ts'
import { route } from './routing.ts'
import type { RoutingTables } from './routing.ts'

/** What becomes of a message: its copies, one per next hop, and the recipients that failed at once. */
export interface Categorized {
  readonly copies: readonly NewCopy[]
  readonly failed: readonly RecipientResult[]
}

/**
 * Routes each recipient and splits the message (Exchange's bifurcation) into one copy per next hop.
 * A recipient named twice gets one copy; local parts differ by case, domains do not (RFC 5321 2.4).
 */
export function categorize(
  recipients: readonly CopyRecipient[],
  size: Bytes,
  tables: RoutingTables,
): Categorized {
  const copies = new Map<string, { queue: QueueKey; recipients: CopyRecipient[] }>()
  const failed: RecipientResult[] = []
  const add = (queue: QueueKey, recipient: CopyRecipient) => {
    const key = queueKeyText(queue)
    const copy = copies.get(key)
    if (copy === undefined) copies.set(key, { queue, recipients: [recipient] })
    else copy.recipients.push(recipient)
  }
  for (const recipient of withoutDuplicates(recipients.map((one) => qualified(one, tables)))) {
    const result = route(recipient.address, size, tables)
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
  return { copies: [...copies.values()], failed }
}

/** Categorizes a stored copy anew. Notifications are exempt from size limits. */
export function categorizeAgain(
  { recipients, message }: Pick<Copy, 'recipients' | 'message'>,
  tables: RoutingTables,
): Categorized {
  return categorize(recipients, message.source === dsnSource ? 0 : message.size, tables)
}

/**
 * The recipient as it goes on, without what an earlier attempt said. `postmaster` without a domain
 * means ours (RFC 5321 2.3.5), and the next hop is told which.
 */
function qualified(recipient: CopyRecipient, tables: RoutingTables): Recipient {
  const { address } = recipient
  const domain = tables.acceptedDomains.defaultDomain
  const complete = address.includes('@') || domain === undefined
  return { ...untried(recipient), address: complete ? address : `${address}@${domain}` }
}

function withoutDuplicates(recipients: readonly Recipient[]): Iterable<Recipient> {
  const unique = new Map<string, Recipient>()
  for (const recipient of recipients) {
    const { address } = recipient
    const local = address.slice(0, address.lastIndexOf('@') + 1)
    const key = local + comparableDomain(domainOf(address))
    if (!unique.has(key)) unique.set(key, recipient)
  }
  return unique.values()
}
