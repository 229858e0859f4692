import type { Agent } from '../agents/agent.ts'
import type { AgentAction } from '../agents/agent-action.ts'
import type { AgentRunner, Subject } from '../agents/agent-runner.ts'
import { agentSession } from '../agents/agent-session.ts'
import { type MessageDraft, type MessageVerdict, redirected } from '../agents/message-draft.ts'
import type { AgentMessage, AgentSession, Occasion } from '../agents/occasion.ts'
import type { Awaitable } from '../base/awaitable.ts'
import { comparableAddress } from '../message/comparable-address.ts'
import type { SessionFacts } from '../message/message-sink.ts'
import type { CopyRecipient } from '../queue/stored-message.ts'
import { agentUnavailable, serviceNotAvailable, tryAgainLater } from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'

/** An arriving message, as far as agents see and change it. */
export interface AskedMessage {
  readonly draft: MessageDraft
  view(): AgentMessage
  readBody(index: number): Awaitable<Uint8Array | undefined>
  /** Throws when it cannot be. */
  replaceBody(body: Uint8Array): Awaitable<void>
}

/** What an agent decided about a message, or its failure. */
export interface AgentDecision {
  readonly agent: string
  readonly verdict: MessageVerdict
}

/** Asks the agents about a message that arrives on a session. */
export class ArrivalAgents {
  readonly #runner: AgentRunner
  readonly #session: AgentSession

  constructor(runner: AgentRunner, session: SessionFacts) {
    this.#runner = runner
    this.#session = agentSession(session)
  }

  /** What they decide; undefined when they let it pass. */
  async ask(
    agents: readonly Agent[],
    event: 'OnMailCommand' | 'OnDataCommand' | 'OnEndOfHeaders' | 'OnEndOfData',
    message: AskedMessage,
  ): Promise<AgentDecision | undefined> {
    return this.#ask(agents, message, {
      occasion: () => ({ event, session: this.#session, message: message.view() }),
      apply: (action, { name }) => message.draft.apply(action, name),
    })
  }

  /** The recipient as the agents would have it, or what they decide against it. */
  async askFor(
    recipient: CopyRecipient,
    agents: readonly Agent[],
    message: AskedMessage,
  ): Promise<CopyRecipient | AgentDecision> {
    const event = 'OnRcptCommand'
    let asked = recipient
    const isMeant = (address: string) =>
      comparableAddress(address) === comparableAddress(asked.address)
    const decision = await this.#ask(agents, message, {
      occasion: () => ({
        event,
        session: this.#session,
        message: message.view(),
        recipient: asked,
      }),
      apply(action, { name }) {
        if (action.kind !== 'redirect-recipient' || !isMeant(action.from))
          return message.draft.apply(action, name)
        asked = redirected(asked, action.to)
        return undefined
      },
    })
    return decision ?? asked
  }

  async #ask(
    agents: readonly Agent[],
    message: AskedMessage,
    question: {
      readonly occasion: () => Occasion
      readonly apply: (action: AgentAction, agent: Agent) => MessageVerdict | undefined
    },
  ): Promise<AgentDecision | undefined> {
    const subject: Subject<MessageVerdict> = {
      occasion: question.occasion,
      readBody: (index) => message.readBody(index),
      apply(action, agent) {
        if (action.kind !== 'replace-body') return question.apply(action, agent)
        const replaced = message.replaceBody(action.body)
        return replaced instanceof Promise ? replaced.then(() => undefined) : undefined
      },
    }
    const asked = await this.#runner.ask(agents, subject)
    switch (asked.kind) {
      case 'decided':
        return asked
      case 'failed':
        return { agent: asked.fault.agent, verdict: { kind: 'rejected', reply: agentUnavailable } }
      case 'passed':
        return undefined
    }
  }
}

/** What the client is told of a decision. */
export function replyTo(verdict: Exclude<MessageVerdict, { readonly kind: 'discarded' }>): Reply {
  switch (verdict.kind) {
    case 'rejected':
      return verdict.reply
    case 'deferred':
      return verdict.reply ?? tryAgainLater
    case 'disconnected':
      return { ...(verdict.reply ?? serviceNotAvailable), endsSession: true }
  }
}
