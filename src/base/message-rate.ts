import { type Milliseconds, minute, second } from './time-span.ts'

/**
 * Messages per second over the last minute. Counts the minute that runs and the one before; of that one
 * it takes the part which lies within the last minute, as if it had been even.
 */
export class MessageRate {
  #minute = 0
  #count = 0
  #before = 0

  /** One message at this monotonic time. */
  add(at: Milliseconds): void {
    this.#moveTo(at)
    this.#count++
  }

  perSecond(at: Milliseconds): number {
    this.#moveTo(at)
    const part = 1 - (at % minute) / minute
    const messages = this.#count + this.#before * part
    return Math.round((messages / (minute / second)) * 100) / 100
  }

  #moveTo(at: Milliseconds): void {
    const now = Math.floor(at / minute)
    if (now === this.#minute) return
    this.#before = now === this.#minute + 1 ? this.#count : 0
    this.#count = 0
    this.#minute = now
  }
}
