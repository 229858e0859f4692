import type { Awaitable } from '../base/awaitable.ts'
import type { DeliveryLane, RecipientResult } from './delivery-agent.ts'
import type { QueueKey } from './queue-key.ts'
import type { Copy } from './stored-message.ts'

/** What a connection may ask of the scheduler. */
export interface LaneOwner {
  mayKeep(): boolean
  take(): Awaitable<Copy | undefined>
  settle(copy: Copy, results: readonly RecipientResult[]): Promise<void>
  putBack(copy: Copy): void
  /** The next hop was reached. */
  proven(): void
}

/** One connection's view of its queue. */
export class QueueLane implements DeliveryLane {
  readonly key: QueueKey
  readonly #owner: LaneOwner
  readonly #taken = new Map<number, Copy>()
  #proven = false
  #reported = 0
  #decided = false
  #unflushed: Promise<void> | undefined

  constructor(key: QueueKey, owner: LaneOwner) {
    this.key = key
    this.#owner = owner
  }

  get isProven(): boolean {
    return this.#proven
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

  next(): Awaitable<Copy | undefined> {
    const copy = this.#owner.take()
    return copy instanceof Promise ? copy.then((late) => this.#took(late)) : this.#took(copy)
  }

  reached(): void {
    if (this.#proven) return
    this.#proven = true
    this.#owner.proven()
  }

  report(copy: Copy, results: readonly RecipientResult[]): Awaitable<void> {
    if (!this.#taken.delete(copy.id)) return undefined
    this.#reported++
    this.#decided ||= results.some(({ outcome }) => outcome !== 'retry')
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
