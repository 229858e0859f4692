import type { Agent } from '../agents/agent.ts'
import { type RoutingEvent, routingEvents } from '../agents/agent-events.ts'
import type { AgentRunner, Asked, Subject } from '../agents/agent-runner.ts'
import { MessageDraft, type MessageVerdict } from '../agents/message-draft.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { TransportConfig } from '../dsn/transport-config.ts'
import { minute } from '../base/time-span.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { QueueStore } from '../queue/queue-store.ts'
import type { CopyRecipient } from '../queue/stored-message.ts'
import { replyText } from '../smtp/reply.ts'
import type { Reply } from '../smtp/reply.ts'
import type { RoutingEvents, StageAnswer, StagedMail } from './routing-events.ts'
import { StagedMessage } from './staged-message.ts'

export interface AgentRoutingOptions {
  readonly agents: AgentRunner
  readonly store: Pick<QueueStore, 'begin' | 'readHeader' | 'readBody'>
  readonly transportConfig: Live<Pick<TransportConfig, 'MaxRecipientEnvelopeLimit'>>
  readonly clock: Clock
}

/** A message whose agent failed comes to it again after this time. */
const retryAfterFault = 5 * minute

/** The transport agents at the events of the categorizer. */
export class AgentRouting implements RoutingEvents {
  readonly #options: AgentRoutingOptions

  constructor(options: AgentRoutingOptions) {
    this.#options = options
  }

  get isActive(): boolean {
    return this.#options.agents.roster.hasAny(routingEvents)
  }

  ask(event: RoutingEvent, mail: StagedMail): Awaitable<StageAnswer> {
    const agents = this.#options.agents.roster.at(event)
    return agents === undefined ? passed(mail) : this.#ask(event, agents, mail)
  }

  async #ask(
    event: RoutingEvent,
    agents: readonly Agent[],
    mail: StagedMail,
  ): Promise<StageAnswer> {
    const { store, transportConfig } = this.#options
    try {
      const staged = await StagedMessage.open(store, mail)
      const { envelope, properties } = staged.message
      const draft = new MessageDraft(envelope, {
        recipients: mail.recipients,
        header: staged.header,
        maxRecipients: transportConfig.current.MaxRecipientEnvelopeLimit,
        ...(properties !== undefined && { properties }),
      })
      const asked = await this.#options.agents.ask(agents, subjectOf(event, { staged, draft }))
      return await this.#conclude({ asked, draft, staged })
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      return { kind: 'deferred', reason: `could not be given to agents: ${reason}` }
    }
  }

  async #conclude({ asked, draft, staged }: Concluded): Promise<StageAnswer> {
    const { mail } = staged
    switch (asked.kind) {
      case 'failed': {
        const { agent, reason } = asked.fault
        const until = this.#options.clock.now() + retryAfterFault
        return { kind: 'deferred', reason: `${agent} failed: ${reason}`, until }
      }
      case 'decided':
        return decided(mail, asked.verdict)
      case 'passed': {
        const changed = await staged.changed(draft)
        const failed = draft.rejected.map(({ recipient, reply }) => refused(recipient, reply))
        const isSame = sameList(draft.recipients, mail.recipients)
        return {
          kind: 'passed',
          recipients: isSame ? mail.recipients : draft.recipients,
          ...(changed !== undefined && { changed }),
          ...(failed.length > 0 && { failed }),
          ...(draft.held !== undefined && { held: draft.held }),
        }
      }
    }
  }
}

interface Concluded {
  readonly asked: Asked<MessageVerdict>
  readonly draft: MessageDraft
  readonly staged: StagedMessage
}

function subjectOf(
  event: RoutingEvent,
  { staged, draft }: Omit<Concluded, 'asked'>,
): Subject<MessageVerdict> {
  const { receivedAt, source, originating = false } = staged.message
  return {
    occasion: () => ({ event, message: staged.view(draft), receivedAt, source, originating }),
    readBody: (index) => staged.readBody(index),
    apply(action, { name }) {
      if (action.kind !== 'replace-body') return draft.apply(action, name)
      staged.replaceBody(action.body)
      return undefined
    },
  }
}

function passed({ recipients, changed }: StagedMail): StageAnswer {
  return { kind: 'passed', recipients, ...(changed !== undefined && { changed }) }
}

function decided(mail: StagedMail, verdict: MessageVerdict): StageAnswer {
  switch (verdict.kind) {
    case 'discarded':
      return verdict
    case 'deferred': {
      const { reason, until } = verdict
      return { kind: 'deferred', reason, ...(until !== undefined && { until }) }
    }
    case 'rejected':
      if (verdict.reply.code < 500) return { kind: 'deferred', reason: replyText(verdict.reply) }
      return {
        ...passed(mail),
        kind: 'passed',
        recipients: [],
        failed: mail.recipients.map((recipient) => refused(recipient, verdict.reply)),
      }
    case 'disconnected':
      throw new Error('there is no connection to end')
  }
}

function refused(recipient: CopyRecipient, reply: Reply): RecipientResult {
  return { recipient, outcome: 'failed', reply: replyText(reply) }
}

function sameList(one: readonly CopyRecipient[], other: readonly CopyRecipient[]): boolean {
  return one.length === other.length && one.every((recipient, at) => recipient === other[at])
}
