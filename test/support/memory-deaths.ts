import type { DeathLog } from '../../src/queue/poison/in-hand.ts'

/** Counts of deaths in memory. */
export class MemoryDeaths implements DeathLog {
  readonly #counts = new Map<number, number>()
  saved = false

  get messageIds(): readonly number[] {
    return [...this.#counts.keys()]
  }

  of(messageId: number): number {
    return this.#counts.get(messageId) ?? 0
  }

  add(messageId: number): void {
    this.#counts.set(messageId, this.of(messageId) + 1)
  }

  forget(messageId: number): void {
    this.#counts.delete(messageId)
  }

  save(): Promise<void> {
    this.saved = true
    return Promise.resolve()
  }
}
