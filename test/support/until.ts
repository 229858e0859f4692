import { setTimeout as delay } from 'node:timers/promises'
import type { Awaitable } from '../../src/base/awaitable.ts'
import type { Milliseconds } from '../../src/base/time-span.ts'

/** Resolves when `condition` holds, where no event tells of it; the test's time limit ends the wait. */
export async function until(
  condition: () => Awaitable<boolean>,
  interval: Milliseconds = 10,
): Promise<void> {
  while (!(await condition())) await delay(interval)
}
