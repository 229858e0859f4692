import type { Awaitable } from '../base/awaitable.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { Reply } from '../smtp/reply.ts'
import type { QueueKey } from './queue-key.ts'
import type { Copy, CopyRecipient } from './stored-message.ts'

/** A session with a next hop, as the message tracking log names it. */
export interface AnsweringSession {
  /** As in the protocol log. */
  readonly id: string
  /** Our address. */
  readonly localAddress: string
  readonly host: string
  readonly address: string
}

/** What one attempt did for one recipient. `reply` is the text that caused it. */
export interface RecipientResult {
  readonly recipient: CopyRecipient
  readonly outcome: 'delivered' | 'retry' | 'failed'
  /** The reply on one line: `550 5.1.1 User unknown`. */
  readonly reply: string
  /** The host that answered, `host (ip)`; absent when we judged ourselves. */
  readonly remoteHost?: string
  /** The session that it was tried on; absent when none was needed to judge. */
  readonly session?: AnsweringSession
  /** What the peer said to RCPT, of a recipient that was delivered. */
  readonly recipientReply?: Reply
  /** Delivered to a host that speaks DSN, so notifications of success are its business. */
  readonly dsnPassedOn?: boolean
  /** Delivered for good, into a mailbox, rather than handed on. */
  readonly isFinal?: boolean
}

/**
 * How far a connection has come: `opening` is everything up to the point where MAIL may be said, the
 * look-up of the next hop included; `envelope` is MAIL, RCPT, DATA and the content.
 */
export type WaitPhase = 'opening' | 'envelope' | 'final-dot'

/** What a connection waits for that lies with others. */
export interface PeerWait {
  readonly phase: WaitPhase
  /** Monotonic time. */
  readonly since: Milliseconds
  /** When the session in hand, or its first target, was begun. */
  readonly begun: Milliseconds
  /** Another target can be tried at once. */
  readonly hasAlternative: boolean
}

/** A connection at work, as the queue watches it. */
export interface WatchedConnection {
  /** Monotonic time since when it waits for a peer or the DNS; undefined while it does not. */
  waitingSince(): Milliseconds | undefined
  wait(): PeerWait | undefined
  /** What it waits for in words: `the greeting from 192.0.2.1:25`; empty when it does not wait. */
  waitsFor(): string
  /** Ends what it does as if the peer had not answered in time; `why` says who wants it so. */
  giveUp(why: string): void
  /** The same for the target that is being opened; the next one is tried. */
  tryNext(why: string): void
}

/** One queue as a delivery connection sees it. */
export interface DeliveryLane {
  readonly key: QueueKey
  /** Whether the connection may stay open for later; else it must be closed when `serve` resolves. */
  readonly mayKeep: boolean
  /** An administrator wants it tried now, whatever is known of the next hop. */
  readonly insists: boolean
  /** Makes the connection known that serves the lane; once, before anything else. */
  watch(connection: WatchedConnection): void
  /** The next copy that is due, leased to the caller; undefined when none is ready now. */
  next(): Awaitable<Copy | undefined>
  /** The next hop was reached: more connections, and more copies in memory, are worth while. */
  reached(): void
  /**
   * Tells what became of a copy taken by `next`; every recipient of the copy appears once. Resolves
   * when the next copy may be taken: at most one result per connection is not yet flushed.
   */
  report(copy: Copy, results: readonly RecipientResult[]): Awaitable<void>
  /** Gives a copy back that was not tried (the connection ended first). */
  putBack(copy: Copy): void
}

/** How a connection for a queue ended. */
export type ConnectionResult =
  /**
   * It delivered what there was, or reached its message limit. `unanswered`: the peer did not answer the
   * end of the last message.
   */
  | { readonly kind: 'served'; readonly unanswered?: true }
  /**
   * No usable connection came about; the queue goes to Retry. `error` is the queue's LastError,
   * `remoteHost` the host of which it speaks, `host (ip)`; `retryIn` when the next hop asked to be tried again.
   */
  | {
      readonly kind: 'unreachable'
      readonly error: string
      readonly remoteHost?: string
      readonly retryIn?: Milliseconds
    }
  /** The next hop serves others of our connections, as many as it gets: the queue waits a moment. */
  | { readonly kind: 'crowded'; readonly error: string }
  /** The queue has lost its connector: it goes to Retry, and its copies are categorized anew. */
  | { readonly kind: 'unroutable'; readonly error: string }
  /** The next hop cannot exist (NXDOMAIN, null MX, loop): everything in the queue fails with `error`. */
  | { readonly kind: 'impossible'; readonly error: string }

/** Delivers from queues; implemented by deliver/. */
export interface DeliveryAgent {
  /**
   * Opens (or takes from its cache) one connection for `lane` and delivers until `lane.next()` has
   * nothing. Every copy it took is reported or put back before it resolves. Never rejects. When
   * `signal` aborts it finishes the message in hand and resolves.
   */
  serve(lane: DeliveryLane, signal: AbortSignal): Promise<ConnectionResult>
}
