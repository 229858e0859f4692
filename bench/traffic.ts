import type { Place } from './mail-server.ts'

/** Mail to send to a server. */
export interface Order {
  readonly to: Place
  readonly messages: number
  /** Sessions at a time. */
  readonly sessions: number
}

/** Milliseconds from the beginning of an order. */
export interface Done {
  /** Until the server had answered every message. */
  readonly accepted: number
  /** Until every message was at the next hop. */
  readonly arrived: number
}

/** Those who send to the server under test and take from it: the same programs for all. */
export interface Traffic extends AsyncDisposable {
  /** Messages of the running order that have arrived. */
  readonly arrived: number
  /** Where the messages arrive, if that takes them from the sending program as well. */
  readonly nextHop?: Place
  /**
   * Sends all messages and waits until they have arrived, each once. Rejects with RunFailed when one was
   * refused, is missing, or came twice.
   */
  run(order: Order, signal: AbortSignal): Promise<Done>
}

/** How long a server may take before the next message arrives; after that those missing are lost. */
export const patience = 30_000
