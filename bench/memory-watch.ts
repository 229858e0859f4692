import { setTimeout as delay } from 'node:timers/promises'
import type { ProcessTree, TreeMemory } from './process-tree.ts'

/** Often enough to see a peak, seldom enough that 150 processes do not notice. */
const interval = 500

/** Watches the resident memory of a whole server while it works. */
export class MemoryWatch implements AsyncDisposable {
  readonly #tree: ProcessTree
  readonly #ended = new AbortController()
  readonly #watching: Promise<void>
  #resident = 0
  #processes = 0

  constructor(tree: ProcessTree) {
    this.#tree = tree
    this.#watching = this.#watch()
  }

  /** The largest sample of the sum over all processes, and the most processes, until now. */
  get peak(): TreeMemory {
    this.#sample()
    return { resident: this.#resident, processes: this.#processes }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    const { signal } = this.#ended
    while (!signal.aborted) {
      this.#sample()
      await delay(interval, undefined, { signal }).catch(() => undefined)
    }
  }

  #sample(): void {
    const { resident, processes } = this.#tree.memory
    this.#resident = Math.max(this.#resident, resident)
    this.#processes = Math.max(this.#processes, processes)
  }
}
