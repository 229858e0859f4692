import type { Milliseconds } from '../../base/time-span.ts'
import type { AttemptHistory } from '../attempt-history.ts'
import {
  type NextHopFailure,
  type NextHopFailures,
  failuresOf,
  historyOf,
  oneMoreFailure,
  soleFailure,
} from './next-hop-failures.ts'
import type { QueueKey } from '../queue-key.ts'
import {
  type QueueState,
  type QueueStateChange,
  afterChange,
  isEmptied,
  open,
  waitsForNextHop,
} from './queue-state.ts'
import type { RetryState } from '../queue-store.ts'
import { type Standing, standingAfterFailure } from './standing.ts'

/** What a queue may do, and what is known of its next hop: all that lasts while it waits. */
export class WaitingQueue {
  readonly key: QueueKey
  #state: QueueState = open
  #retryCount = 0
  #failures: NextHopFailures | undefined
  #standing: Standing

  constructor(key: QueueKey, standing: Standing) {
    this.key = key
    this.#standing = standing
  }

  /** Copies may be taken into the window: the next hop is not known to fail. */
  get maySend(): boolean {
    return this.#state.name === 'Open'
  }

  /** Copies may be taken out of the window: what comes of its next hop meanwhile does not matter. */
  get givesCopies(): boolean {
    return this.#state.name === 'Open' || this.#state.name === 'Retry'
  }

  get suspended(): boolean {
    return this.#state.name === 'Suspended'
  }

  /** It waits for its next hop, suspended or not. */
  get inRetry(): boolean {
    return waitsForNextHop(this.#state)
  }

  /** A failure that ends every copy is being carried out, or copies are categorized anew. */
  get emptying(): boolean {
    return isEmptied(this.#state)
  }

  get standing(): Standing {
    return this.#standing
  }

  /** Failures in a row to reach the next hop. */
  get retryCount(): number {
    return this.#retryCount
  }

  get failures(): NextHopFailures | undefined {
    return this.#failures
  }

  /** When the waiting for its next hop is over; undefined while it does not wait. */
  get nextRetryAt(): Milliseconds | undefined {
    if (!this.inRetry || this.#failures === undefined) return undefined
    return this.#failures.lastRetryAt + this.#failures.retryIn
  }

  /** What the failures in a row came to. It is made when asked for: of a hundred thousand queues few are. */
  get attempts(): AttemptHistory {
    return this.#failures === undefined ? [] : historyOf(this.#failures, this.#retryCount)
  }

  /** No connection to it came about: the queue waits. */
  nextHopFailed(failure: NextHopFailure): void {
    this.#failures = oneMoreFailure(this.#failures, this.#retryCount, failure)
    this.#retryCount++
    this.#standing = standingAfterFailure(this)
    this.change('retry begins')
  }

  /** It failed before the start, and is waited for since then. */
  nextHopHadFailed(state: RetryState): void {
    this.#failures = failuresOf(state)
    this.#retryCount = state.retryCount
    this.change('retry begins')
  }

  /** What is to be known of the failures after a restart. */
  get retryState(): RetryState | undefined {
    const { nextRetryAt, retryCount } = this
    if (nextRetryAt === undefined || this.#failures === undefined) return undefined
    const { lastError, remoteHost, firstRetryAt, lastRetryAt } = this.#failures
    const host = remoteHost === undefined ? {} : { remoteHost }
    return { retryCount, lastError, ...host, firstRetryAt, lastRetryAt, nextRetryAt }
  }

  /** There is no connection to be had to a next hop that serves others of ours. */
  nextHopIsCrowded(failure: NextHopFailure): void {
    this.#failures ??= soleFailure(failure)
  }

  /** A failure that nothing waits for. */
  nextHopFailedOnce(failure: NextHopFailure): void {
    this.#failures = soleFailure(failure)
  }

  /** It answered a connection to the end. */
  nextHopServed(): void {
    this.#failures = undefined
  }

  /** It has judged mail, rather than put all of it off. */
  nextHopAnswered(): void {
    this.#retryCount = 0
  }

  /** It has delivered or refused somebody's mail. */
  nextHopProved(): void {
    this.#standing = 'proven'
  }

  /** Fresh mail came for a next hop that is not known to fail: it is as good as a new one. */
  nextHopIsNew(): void {
    this.#standing = 'untried'
  }

  /** The waiting for the next hop is over. */
  endRetry(): void {
    this.change('retry ends')
  }

  protected change(change: QueueStateChange): void {
    this.#state = afterChange(this.#state, change)
  }
}
