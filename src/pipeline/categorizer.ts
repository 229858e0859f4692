import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Live } from '../base/live.ts'
import { comparableDomain } from '../message/comparable-address.ts'
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
import { type Reply, replyText } from '../smtp/reply.ts'
import {
  type RouteExplanation,
  type RoutingTables,
  explainRoute,
  route,
  unroutable,
} from './routing.ts'

/** What there is to categorize: a message that arrives, or a share of one that waits. */
export interface CategorizedItem {
  readonly recipients: readonly CopyRecipient[]
  /** Octets of the message; 0 fits every connector. */
  readonly size: Bytes
}

/** What becomes of a message: its copies, one per next hop, and the recipients that failed at once. */
export interface Categorized {
  readonly copies: readonly NewCopy[]
  readonly failed: readonly RecipientResult[]
}

/**
 * Decides where mail goes: routes each recipient and splits the message (Exchange's bifurcation) into one copy
 * per next hop. One object serves acceptance, resubmission, notifications and those who ask why.
 */
export class Categorizer {
  readonly #tables: Live<RoutingTables>

  constructor({ tables }: { readonly tables: Live<RoutingTables> }) {
    this.#tables = tables
  }

  /** The way of all recipients. Each of them stands in one part of the answer. */
  categorize(item: CategorizedItem): Awaitable<Categorized> {
    return split(item, this.#tables.current)
  }

  /** The refusal of an address that cannot be routed, however the configuration may change. */
  refusalOf(address: string): Reply | undefined {
    return unroutable(address, this.#tables.current)
  }

  /** The same where nothing has to be waited for; undefined where something has. */
  categorizeAtOnce(item: CategorizedItem): Categorized | undefined {
    return split(item, this.#tables.current)
  }

  /** Why an address goes where, told to a person. A size of 0 fits every connector. */
  explain(address: string, size: Bytes): Promise<RouteExplanation> {
    return Promise.resolve(explainRoute(address, size, this.#tables.current))
  }
}

/** A stored copy as it is categorized anew. Notifications are exempt from size limits. */
export function itemOf({
  recipients,
  message,
}: Pick<Copy, 'recipients' | 'message'>): CategorizedItem {
  return { recipients, size: message.source === dsnSource ? 0 : message.size }
}

/** A recipient named twice gets one copy; local parts differ by case, domains do not (RFC 5321 2.4). */
function split({ recipients, size }: CategorizedItem, tables: RoutingTables): Categorized {
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
