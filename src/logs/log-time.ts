import type { Clock } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'

/** The time as records of logs have it, written out once for each millisecond. */
export class LogTime {
  readonly #clock: Clock
  #at = NaN
  #text = ''

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): string {
    const now = this.#clock.now()
    if (now !== this.#at) {
      this.#at = now
      this.#text = logTime(now)
    }
    return this.#text
  }
}

/** Texts of the seconds that were written lately, without their milliseconds. */
const rememberedSeconds = 64
const secondsAt = new Float64Array(rememberedSeconds).fill(NaN)
const secondTexts: string[] = Array.from({ length: rememberedSeconds }, () => '')

/**
 * A time in the form of logs, `2026-01-02T03:04:05.678Z`. Records name few different seconds at a
 * time, and `toISOString` for each would cost as much as all the rest of a record.
 */
export function logTime(time: Milliseconds): string {
  const at = Math.floor(time / second)
  const slot = Math.abs(at % rememberedSeconds)
  if (secondsAt[slot] !== at) {
    secondTexts[slot] = new Date(at * second).toISOString().slice(0, -4)
    secondsAt[slot] = at
  }
  const rest = Math.floor(time - at * second)
  return `${secondTexts[slot] ?? ''}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`
}
