import type { Awaitable } from '../../base/awaitable.ts'
import type { DeliveryLane, RecipientResult, WatchedConnection } from '../delivery-agent.ts'
import type { QueueKey } from '../queue-key.ts'
import type { Copy } from '../stored-message.ts'

/** What a connection may ask of the scheduler. */
export interface LaneOwner {
  mayKeep(): boolean
  take(): Awaitable<Copy | undefined>
  settle(copy: Copy, results: readonly RecipientResult[]): Promise<void>
  putBack(copy: Copy): void
  /** The next hop was reached. */
  reached(): void
  /** Somebody's mail was delivered or refused for good. */
  decided(): void
}

/** One connection's view of its queue. */
export class QueueLane implements DeliveryLane {
  readonly key: QueueKey
  readonly insists: boolean
  readonly #owner: LaneOwner
  readonly #taken = new Map<number, Copy>()
  #watched: WatchedConnection | undefined
  #givenUp: 'for-others' | 'for-its-own' | undefined
  #reached = false
  #reported = 0
  #decided = false
  #unflushed: Promise<void> | undefined

  constructor({ key, insists }: { key: QueueKey; insists: boolean }, owner: LaneOwner) {
    this.key = key
    this.insists = insists
    this.#owner = owner
  }

  /** The connection that serves it. */
  get watched(): WatchedConnection | undefined {
    return this.#watched
  }

  /** Its connection has been told to end. */
  get isGivenUp(): boolean {
    return this.#givenUp !== undefined
  }

  /** It was told so for the sake of copies of the same queue. */
  get isGivenUpForItsOwn(): boolean {
    return this.#givenUp === 'for-its-own'
  }

  /** The peer has kept its connection waiting for too long; `why` goes into the error. */
  giveUp(why: string, { forItsOwn = false } = {}): void {
    this.#givenUp ??= forItsOwn ? 'for-its-own' : 'for-others'
    this.#watched?.giveUp(why)
  }

  get hasReached(): boolean {
    return this.#reached
  }

  /** Whether this copy is in hand. */
  holds(copyId: number): boolean {
    return this.#taken.has(copyId)
  }

  get mayKeep(): boolean {
    return this.#owner.mayKeep()
  }

  /** Copies whose result was told. */
  get reported(): number {
    return this.#reported
  }

  /** Somebody's mail was delivered or refused for good, rather than put off. */
  get hasDecided(): boolean {
    return this.#decided
  }

  watch(connection: WatchedConnection): void {
    this.#watched = connection
  }

  next(): Awaitable<Copy | undefined> {
    const copy = this.#owner.take()
    return copy instanceof Promise ? copy.then((late) => this.#took(late)) : this.#took(copy)
  }

  reached(): void {
    if (this.#reached) return
    this.#reached = true
    this.#owner.reached()
  }

  report(copy: Copy, results: readonly RecipientResult[]): Awaitable<void> {
    if (!this.#taken.delete(copy.id)) return undefined
    this.#reported++
    if (!this.#decided && results.some(({ outcome }) => outcome !== 'retry')) {
      this.#decided = true
      this.#owner.decided()
    }
    const before = this.#unflushed
    const flush = this.#flushed(before, this.#owner.settle(copy, results)).then(() => {
      if (this.#unflushed === flush) this.#unflushed = undefined
    })
    this.#unflushed = flush
    return before
  }

  putBack(copy: Copy): void {
    if (this.#taken.delete(copy.id)) this.#owner.putBack(copy)
  }

  /** After the connection ended: waits for its results, and returns what it forgot to tell. */
  async end(): Promise<void> {
    for (const copy of this.#taken.values()) this.#owner.putBack(copy)
    this.#taken.clear()
    await this.#unflushed
  }

  async #flushed(before: Promise<void> | undefined, settling: Promise<void>): Promise<void> {
    await settling
    if (before !== undefined) await before
  }

  #took(copy: Copy | undefined): Copy | undefined {
    if (copy !== undefined) this.#taken.set(copy.id, copy)
    return copy
  }
}
