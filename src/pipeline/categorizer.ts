import { routingEvents } from '../agents/agent-events.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { type Steps, doAll, doAtOnce } from '../base/steps.ts'
import type { MessageProperties } from '../message/message-properties.ts'
import type { Directory } from '../directory/directory.ts'
import { isSubmissionQueue, submissionQueue } from '../queue/queue-key.ts'
import type { Recategorized } from '../queue/recategorized.ts'
import {
  type Copy,
  type CopyRecipient,
  type NewMessage,
  dsnSource,
  untried,
} from '../queue/stored-message.ts'
import type { Reply } from '../smtp/reply.ts'
import { Passage } from './passage.ts'
import { type Resolved, resolveRecipients } from './recipient-resolution.ts'
import type { RoutingEvents } from './routing-events.ts'
import {
  type RouteExplanation,
  type RoutingTables,
  explainRoute,
  foreignDestination,
  unroutable,
} from './routing.ts'
import { split } from './split.ts'

/** What there is to categorize: a message that arrives, or a share of one that waits. */
export interface CategorizedItem {
  readonly recipients: readonly CopyRecipient[]
  /** Octets of the message; 0 fits every connector. */
  readonly size: Bytes
  /** Connectors that agents chose for recipients. */
  readonly routes?: MessageProperties['routes'] | undefined
  /** Where it waits; absent for a message that is not stored yet. */
  readonly copy?: Copy
}

/** What becomes of a message: its copies, one per next hop, and the recipients that failed or wait. */
export type Categorized = Recategorized

export interface CategorizerOptions {
  readonly tables: Live<RoutingTables>
  /** Who the recipients are; absent on an Edge server, which leaves that to the servers behind it. */
  readonly resolution?: { readonly directory: Directory; readonly clock: Clock }
  readonly events?: RoutingEvents
}

/** Why an address goes where: what the directory makes of it, and the way of each recipient that it stands for. */
export interface RecipientExplanation {
  readonly address: string
  readonly resolved: Pick<Resolved, 'failed' | 'deferred' | 'steps'>
  readonly routes: readonly RouteExplanation[]
}

/**
 * Decides where mail goes: resolves the recipients, routes each, and splits the message (Exchange's bifurcation) into
 * one copy per next hop. One object serves acceptance, resubmission, notifications and those who ask why.
 */
export class Categorizer {
  readonly #options: CategorizerOptions

  constructor(options: CategorizerOptions) {
    this.#options = options
  }

  /** The refusal of an address that cannot be routed, however the configuration may change. */
  refusalOf(address: string): Reply | undefined {
    return unroutable(address, this.#tables)
  }

  /** The way of a message that is not stored yet. What has to be waited for is left to the Submission queue. */
  start(item: CategorizedItem): Categorized {
    const result =
      this.#options.events?.isActive === true ? undefined : doAtOnce(this.#resolveAndSplit(item))
    return (
      result ?? { copies: [{ queue: submissionQueue, recipients: item.recipients }], failed: [] }
    )
  }

  /** The way of all recipients. Each of them, or who it stands for, is in one part of the answer. */
  categorize(item: CategorizedItem): Awaitable<Categorized> {
    const { copy } = item
    const { events } = this.#options
    // What is in a queue with a next hop has been with the agents.
    return events?.isActive === true && copy !== undefined && isSubmissionQueue(copy.queue)
      ? this.#inStages(copy, events)
      : doAll(this.#resolveAndSplit(item))
  }

  /** Why an address goes where, told to a person. A size of 0 fits every connector. */
  async explain(address: string, size: Bytes): Promise<RecipientExplanation> {
    const tables = this.#tables
    const { recipients, ...resolved } = await doAll(this.#resolve([{ address }], tables))
    const routes = recipients.map((recipient) => explainRoute(recipient.address, size, tables))
    return { address, resolved, routes }
  }

  get #tables(): RoutingTables {
    return this.#options.tables.current
  }

  *#resolveAndSplit({ recipients, size, routes }: CategorizedItem): Steps<Categorized> {
    const tables = this.#tables
    const resolved = yield* this.#resolve(recipients, tables)
    const { copies, failed } = split(resolved.recipients, { size, routes }, tables)
    const { deferred, steps } = resolved
    return {
      copies,
      failed: resolved.failed.length === 0 ? failed : [...resolved.failed, ...failed],
      ...(deferred.length > 0 && { deferred: { recipients: deferred } }),
      ...(steps.length > 0 && { steps }),
    }
  }

  *#resolve(given: readonly CopyRecipient[], tables: RoutingTables): Steps<Resolved> {
    const { resolution } = this.#options
    const recipients = given.map((recipient) => qualified(recipient, tables))
    if (resolution?.directory.hasRecipients !== true) {
      return { recipients, failed: [], deferred: [], steps: [] }
    }
    const { acceptedDomains } = tables
    const parts = { ...resolution, acceptedDomains }
    const isOutside = ({ address }: CopyRecipient) =>
      foreignDestination(address, tables) !== undefined
    const outside = recipients.filter(isOutside)
    if (outside.length === 0) return yield* resolveRecipients(recipients, parts)
    const inside = recipients.filter((recipient) => !isOutside(recipient))
    const resolved = yield* resolveRecipients(inside, parts)
    // What stands for an address of another mail system is nobody whom the directory could know.
    const { failed, deferred, steps } = resolved
    return { recipients: [...outside, ...resolved.recipients], failed, deferred, steps }
  }

  /** The same with the agents asked between the stages. Recipients that they add are treated like the others. */
  async #inStages(copy: Copy, events: RoutingEvents): Promise<Categorized> {
    const passage = new Passage(copy, events)
    for (const event of routingEvents) {
      const isChanged = await passage.ask(event)
      if (passage.end !== undefined) return passage.end
      const tables = this.#tables
      // Resolved once more nobody who has been it before changes.
      if (isChanged || event === 'OnSubmittedMessage')
        passage.resolved(await doAll(this.#resolve(passage.mail.recipients, tables)))
      if (isChanged ? event !== 'OnSubmittedMessage' : event === 'OnResolvedMessage') {
        const { recipients, changed } = passage.mail
        const { message } = changed ?? copy
        const routed = { size: sizeOf(message), routes: message.properties?.routes }
        passage.routed(split(recipients, routed, tables))
      }
    }
    return passage.result
  }
}

/** A stored copy as it is categorized anew. */
export function itemOf(copy: Copy): CategorizedItem {
  const { recipients, message } = copy
  return { recipients, size: sizeOf(message), routes: message.properties?.routes, copy }
}

/** The size by which a message is routed. Notifications are exempt from size limits. */
function sizeOf({ source, size }: NewMessage): Bytes {
  return source === dsnSource ? 0 : size
}

/**
 * The recipient as it goes on, without what an earlier attempt said. `postmaster` without a domain
 * means ours (RFC 5321 2.3.5), and the next hop is told which.
 */
function qualified(recipient: CopyRecipient, tables: RoutingTables): CopyRecipient {
  const { address } = recipient
  const domain = tables.acceptedDomains.defaultDomain
  const complete = address.includes('@') || domain === undefined
  return { ...untried(recipient), address: complete ? address : `${address}@${domain}` }
}
