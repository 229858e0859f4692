import type { ProcessTree, TreeMemory } from './process-tree.ts'

/** Often enough to see a peak, seldom enough that 150 processes do not notice. */
const interval = 500

/** Watches the resident memory of a whole server while it works. */
export class MemoryWatch implements Disposable {
  readonly #tree: ProcessTree
  readonly #timer: NodeJS.Timeout
  #resident = 0
  #processes = 0

  constructor(tree: ProcessTree) {
    this.#tree = tree
    this.#sample()
    this.#timer = setInterval(() => this.#sample(), interval)
  }

  /** The largest sample of the sum over all processes, and the most processes, until now. */
  get peak(): TreeMemory {
    this.#sample()
    return { resident: this.#resident, processes: this.#processes }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }

  #sample(): void {
    const { resident, processes } = this.#tree.memory
    this.#resident = Math.max(this.#resident, resident)
    this.#processes = Math.max(this.#processes, processes)
  }
}
