import type { Awaitable } from '../base/awaitable.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { AgentAction } from './agent-action.ts'
import type { AgentEvent } from './agent-events.ts'
import type { Occasion } from './occasion.ts'

/** What an agent may do while it looks at a message. */
export interface AgentCall {
  /** Fires when nobody waits for the answer any more: the time limit passed, or the client is gone. */
  readonly signal: AbortSignal
  /**
   * Piece `index` of the body: what stands behind the empty line that ends the header. Undefined past the end, and
   * before OnEndOfData. Rejects when it cannot be read.
   */
  readBody(index: number): Awaitable<Uint8Array | undefined>
}

/**
 * Somebody who is asked about sessions and messages, in this process or outside. It gets facts and answers
 * with actions; it changes nothing by itself. What it throws, an answer that comes too late and actions
 * that are not allowed at the event (`actionsAt`) cost the command or message it was asked about, no more.
 */
export interface Agent {
  /** As Get-TransportAgent and the logs show it. */
  readonly name: string
  /** At each event the lowest goes first; of equal ones the one that stands first in the list. */
  readonly priority: number
  readonly events: ReadonlySet<AgentEvent>
  /** How long the answer may take; `defaultTimeLimit` when absent. */
  readonly timeLimit?: Milliseconds
  /** Gives what is to be done; an empty list lets it pass. */
  handle(occasion: Occasion, call: AgentCall): Awaitable<readonly AgentAction[]>
}

/** An agent that says nothing of its own has so long for an answer. */
export const defaultTimeLimit: Milliseconds = 10_000
