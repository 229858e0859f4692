import type { HeldMessage, InHandLog, Trial } from '../../src/queue/poison/in-hand.ts'

/** What is in hand, in memory. */
export class MemoryJournal implements InHandLog {
  readonly died: readonly HeldMessage[]
  readonly #held = new Map<number, HeldMessage>()
  #last = 0

  constructor(died: readonly HeldMessage[] = []) {
    this.died = died
  }

  get size(): number {
    return this.#held.size
  }

  get held(): readonly HeldMessage[] {
    return [...this.#held.values()]
  }

  enter(messageId: number, trial: Trial = 'none'): number {
    this.#held.set(++this.#last, { messageId, trial })
    return this.#last
  }

  tryAs(slot: number, trial: Trial): void {
    const held = this.#held.get(slot)
    if (held !== undefined) this.#held.set(slot, { ...held, trial })
  }

  leave(slot: number): void {
    this.#held.delete(slot)
  }
}
