import type { AgentAction, AgentActionKind } from '../agent-action.ts'
import { actionsAt } from '../agent-action.ts'
import type { AgentEvent } from '../agent-events.ts'
import type { AgentMessage, Occasion } from '../occasion.ts'
import { replyText } from '../../smtp/reply.ts'
import { MessageView, refusal, replyOf } from './message-view.ts'
import type { AgentFacts, Message, ReplyText } from './module-contract.ts'

/** How an agent's view of an event reaches the service. */
export interface EventMeans {
  readonly agent: AgentFacts
  readonly signal: AbortSignal
  readonly log: (text: string) => void
  readonly readBody: (index: number) => Promise<Uint8Array | undefined>
  /** Octets; a longer body is not given as a whole. */
  readonly maxBodySize: number
}

/** An event before its agent, and what the agent wants done so far. */
export interface ViewedEvent {
  readonly view: object
  /** Ends the view: what is wanted later counts for nothing, and the agent is told by an error. */
  readonly end: () => readonly AgentAction[]
}

/** Collects what an agent wants done at an event. */
class WantedActions {
  readonly #event: AgentEvent
  readonly #actions: AgentAction[] = []
  #ended = false

  constructor(event: AgentEvent) {
    this.#event = event
  }

  /** Throws a TypeError for what cannot be done at this event, and when the event is over. */
  readonly add = (action: AgentAction): void => {
    if (this.#ended) throw new TypeError(`${this.#event} is over; nothing can be changed any more`)
    this.#requirePossible(action.kind)
    this.#actions.push(action)
  }

  #requirePossible(kind: AgentActionKind): void {
    if (!actionsAt[this.#event].includes(kind))
      throw new TypeError(`${kind} is not possible at ${this.#event}`)
  }

  end(): readonly AgentAction[] {
    this.#ended = true
    return this.#actions
  }
}

/** Shows an agent what it is asked about, as its handler takes it. */
export function viewEvent(occasion: Occasion, means: EventMeans): ViewedEvent {
  const wanted = new WantedActions(occasion.event)
  const messageOf = (message: AgentMessage): Message =>
    new MessageView(message, {
      agent: means.agent.name,
      act: wanted.add,
      readBody: means.readBody,
      maxBodySize: means.maxBodySize,
    })
  const view = {
    name: occasion.event,
    agent: means.agent,
    signal: means.signal,
    log: means.log,
    ...decisions(wanted.add),
    ...facts(occasion, messageOf),
  }
  return { view, end: () => wanted.end() }
}

/** The methods of an event; those of another event throw. */
function decisions(act: (action: AgentAction) => void) {
  return {
    reject(reply: ReplyText = refusal) {
      act({ kind: 'reject', reply: replyOf(reply) })
    },
    /** A reply in a session, a time in the categorizer. */
    defer(given?: ReplyText | Date, reason?: string) {
      act({
        kind: 'defer',
        ...(given instanceof Date
          ? { until: given.getTime() }
          : given !== undefined && { reply: replyOf(given) }),
        ...(reason !== undefined && { reason }),
      })
    },
    disconnect(reply?: ReplyText) {
      act({ kind: 'disconnect', ...(reply !== undefined && { reply: replyOf(reply) }) })
    },
    discard(reason?: string) {
      act({ kind: 'discard', ...(reason !== undefined && { reason }) })
    },
    quarantine(reason: string) {
      act({ kind: 'quarantine', reason })
    },
  }
}

/** What an event says, beside its methods. */
function facts(occasion: Occasion, messageOf: (message: AgentMessage) => Message): object {
  switch (occasion.event) {
    case 'OnHeloCommand':
    case 'OnEhloCommand':
      return { session: occasion.session, helloName: occasion.name }
    case 'OnAuthCommand':
      return { session: occasion.session, mechanism: occasion.mechanism }
    case 'OnMailCommand': {
      const { session, message, declaredSize } = occasion
      return { session, message: messageOf(message), declaredSize }
    }
    case 'OnRcptCommand': {
      const { session, message, recipient } = occasion
      return { session, message: messageOf(message), recipient }
    }
    case 'OnReject': {
      const { session, command, reply } = occasion
      return { session, command, reply: replyText(reply) }
    }
    case 'OnDataCommand':
    case 'OnEndOfHeaders':
    case 'OnEndOfData':
      return { session: occasion.session, message: messageOf(occasion.message) }
    case 'OnSubmittedMessage':
    case 'OnResolvedMessage':
    case 'OnRoutedMessage':
    case 'OnCategorizedMessage': {
      const { message, receivedAt, source, originating } = occasion
      return {
        message: messageOf(message),
        receivedAt: new Date(receivedAt),
        source,
        originating,
      }
    }
    default:
      return { session: occasion.session }
  }
}
