import type { Agent } from '../../agents/agent.ts'
import type { AgentAction } from '../../agents/agent-action.ts'
import { agentSession } from '../../agents/agent-session.ts'
import type { Occasion } from '../../agents/occasion.ts'
import type { Awaitable } from '../../base/awaitable.ts'
import { agentUnavailable, serviceNotAvailable, tryAgainLater } from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { Conversation, Identity } from './conversation.ts'
import { type Outcome, refusal, say, sayAndClose } from './outcome.ts'

/** An event that concerns the session and no message of it. */
export type SessionQuestion = Occasion extends infer One
  ? One extends { readonly session: unknown; readonly message?: never }
    ? Omit<One, 'session'>
    : never
  : never

export interface QuestionOptions {
  /** Who the client will be when the agents agree; what it is now when absent. */
  readonly identity?: Identity
  /** What an agent that fails means; when absent the client is told to come again. */
  readonly failed?: Outcome
  /** It is asked although the client is gone. */
  readonly outlives?: true
}

/** Asks these agents, and goes on when none of them minds. */
export async function askAgents(
  conversation: Conversation,
  agents: readonly Agent[],
  question: SessionQuestion,
  goOn: () => Awaitable<Outcome>,
): Promise<Outcome> {
  return (await objection(conversation, agents, question)) ?? goOn()
}

/** What an agent has against it, or says by failing; undefined when all agree. */
export async function objection(
  conversation: Conversation,
  agents: readonly Agent[],
  question: SessionQuestion,
  { identity, failed = say(agentUnavailable), outlives }: QuestionOptions = {},
): Promise<Outcome | undefined> {
  const { services, facts } = conversation
  const session = agentSession({ ...facts, ...identity })
  const asked = await services.agents?.ask(
    agents,
    {
      occasion: () => ({ ...question, session }),
      readBody: () => undefined,
      apply: (action) => outcomeOf(conversation, action),
    },
    outlives === true ? undefined : conversation.ended,
  )
  switch (asked?.kind) {
    case 'decided':
      return asked.verdict
    case 'failed':
      return failed
    case 'passed':
    case undefined:
      return undefined
  }
}

function outcomeOf(conversation: Conversation, action: AgentAction): Outcome | undefined {
  switch (action.kind) {
    case 'reject':
      return refusal(conversation, action.reply)
    case 'defer':
      return say(action.reply ?? tryAgainLater)
    case 'disconnect':
      return sayAndClose(action.reply ?? serviceNotAvailable)
    default:
      return undefined
  }
}

/** The refusal that an outcome tells the client; undefined when it tells none. */
export function refusalIn(outcome: Outcome): Reply | undefined {
  switch (outcome.kind) {
    case 'reply':
      return outcome.reply.code >= 400 ? outcome.reply : undefined
    case 'close':
      return outcome.replies.find(({ code }) => code >= 400)
    default:
      return undefined
  }
}

/** What agents have against the connection; undefined when none is to be asked. */
export function askAtConnect(conversation: Conversation): Promise<Outcome | undefined> | undefined {
  const event = 'OnConnectEvent'
  const agents = conversation.agentsAt(event)
  const failed = sayAndClose(serviceNotAvailable)
  return agents && objection(conversation, agents, { event }, { failed })
}

/** Nobody waits for the answers, and they change nothing. */
export function tellDisconnected(conversation: Conversation): void {
  const event = 'OnDisconnectEvent'
  const agents = conversation.agentsAt(event)
  if (agents !== undefined) void objection(conversation, agents, { event }, { outlives: true })
}

/**
 * Tells agents that the command was refused; one that wants the connection to end has its way. Undefined when
 * nothing was, or no agent wants to know.
 */
export function tellRejected(
  conversation: Conversation,
  command: string,
  outcome: Outcome,
): Promise<Outcome> | undefined {
  const event = 'OnReject'
  const agents = conversation.agentsAt(event)
  const reply = agents && refusalIn(outcome)
  if (agents === undefined || reply === undefined) return undefined
  return objection(conversation, agents, { event, command, reply }).then((ending) => {
    if (ending?.kind !== 'close' || outcome.kind !== 'reply') return outcome
    const { delay } = outcome
    return { kind: 'close', replies: [reply], ...(delay !== undefined && { delay }) }
  })
}
