import type { Milliseconds } from '../../base/time-span.ts'

/** So long, and so many inputs, one client is served before the others get their turn. */
const longestTurn: Milliseconds = 3
const mostInputs = 100
/** A client that stayed below both for so long begins anew. */
const renewedAfter: Milliseconds = 20

/**
 * How much of one client's input was taken in a row. Inputs count on over several reads and over
 * answers that came at once, for all of these can happen before anybody else is heard. Looks at no
 * clock itself: each input is counted with the time at which it was taken.
 */
export class Turn {
  #stretchBegan: Milliseconds = 0
  #continues = false
  #counted: Milliseconds = 0
  #renewed: Milliseconds = -Infinity
  #inputs = 0

  /** The client has had enough for now. */
  get isOver(): boolean {
    return this.#inputs >= mostInputs || this.#counted - this.#stretchBegan >= longestTurn
  }

  /** What follows is done in one go. */
  begin(): void {
    this.#continues = false
    this.#stretchBegan = this.#counted
  }

  /** Counts an input that is about to be worked through. */
  count(now: Milliseconds): void {
    if (!this.#continues) this.#stretchBegan = now
    if (now - this.#renewed > renewedAfter) this.renew(now)
    this.#continues = true
    this.#counted = now
    this.#inputs++
  }

  /** The client waited for its turn, and has it now. */
  renew(now: Milliseconds): void {
    this.#renewed = now
    this.#inputs = 0
  }
}

/**
 * Clients of a service that had enough and want more: one of them a turn of the event loop, the longest
 * waiting first. So whoever sends little is heard in between, however many send without end.
 */
export class TurnQueue {
  readonly #waiting: (() => void)[] = []
  #scheduled = false

  /** Calls `proceed`, which must not throw, when it is this client's turn. */
  wait(proceed: () => void): void {
    this.#waiting.push(proceed)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      const proceed = this.#waiting.shift()
      this.#schedule()
      proceed?.()
    })
  }
}
