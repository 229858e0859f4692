import type { AgentAction } from '../agent-action.ts'
import type { AgentEvent } from '../agent-events.ts'
import type { Occasion } from '../occasion.ts'

/** What the process of an agent is told at its start. */
export interface AgentStart {
  readonly name: string
  /** Absolute. */
  readonly module: string
  readonly factory: string
  readonly settings: Readonly<Record<string, string | readonly string[]>>
  /** Octets that it may take beyond those of a process without a module. */
  readonly maxMemory: number
  /** Octets. */
  readonly maxBodySize: number
}

/** From the service to the process of an agent. */
export type ToAgent =
  | { readonly kind: 'start'; readonly start: AgentStart }
  | { readonly kind: 'call'; readonly id: number; readonly occasion: Occasion }
  /** The answer to `read`; no piece behind the last one. */
  | {
      readonly kind: 'piece'
      readonly request: number
      readonly piece?: Uint8Array | undefined
      readonly fault?: string
    }
  /** Nobody waits for the answer any more. */
  | { readonly kind: 'leave'; readonly id: number }
  | { readonly kind: 'ping' }

/** From the process of an agent to the service. */
export type FromAgent =
  | { readonly kind: 'loaded'; readonly events: readonly AgentEvent[] }
  /** Why the module is no agent; the process ends. */
  | { readonly kind: 'not-loaded'; readonly reason: string }
  /** Something was thrown that belongs to no call; the process ends. */
  | { readonly kind: 'crashed'; readonly reason: string }
  | { readonly kind: 'answer'; readonly id: number; readonly actions: readonly AgentAction[] }
  /** The handler threw. */
  | {
      readonly kind: 'threw'
      readonly id: number
      readonly reason: string
      readonly stack?: string | undefined
    }
  | {
      readonly kind: 'read'
      readonly id: number
      readonly request: number
      readonly index: number
    }
  | { readonly kind: 'log'; readonly text: string }
  | { readonly kind: 'pong' }
