import type { Milliseconds } from '../../base/time-span.ts'

/** How long counts far from their limits wait to be told together. */
export const countDelay: Milliseconds = 50
