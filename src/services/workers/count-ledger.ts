import type { CountChange } from './service-messages.ts'

/** What the workers of one service count, each its own share. */
export class CountLedger {
  readonly #byWorker = new Map<number, Map<string, number>>()
  readonly #sums = new Map<string, number>()

  /** Notes a worker's counts as they are now; 0 forgets one. */
  report(worker: number, changes: readonly CountChange[]): void {
    const own = this.#byWorker.get(worker) ?? new Map<string, number>()
    this.#byWorker.set(worker, own)
    for (const [key, value] of changes) {
      const before = own.get(key) ?? 0
      setOrForget(own, key, value)
      setOrForget(this.#sums, key, (this.#sums.get(key) ?? 0) + value - before)
    }
  }

  /** A worker is gone; returns the keys that it counted. */
  forget(worker: number): string[] {
    const keys = [...(this.#byWorker.get(worker)?.keys() ?? [])]
    this.report(
      worker,
      keys.map((key) => [key, 0]),
    )
    this.#byWorker.delete(worker)
    return keys
  }

  /** What all but this worker count. */
  ofOthers(worker: number, key: string): number {
    return (this.#sums.get(key) ?? 0) - (this.#byWorker.get(worker)?.get(key) ?? 0)
  }

  /** Everything that anybody counts. */
  keys(): Iterable<string> {
    return this.#sums.keys()
  }
}

function setOrForget(counts: Map<string, number>, key: string, value: number): void {
  if (value === 0) counts.delete(key)
  else counts.set(key, value)
}
