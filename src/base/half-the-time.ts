import type { Clock } from './clock.ts'
import type { Milliseconds } from './time-span.ts'

/** How long a walk goes on at most before it rests, where it can. */
const slice: Milliseconds = 10

/** The pace of some long background work: it rests as long as it has worked. Live mail comes first. */
export class HalfTheTime {
  readonly #clock: Clock
  #begun: Milliseconds

  constructor(clock: Clock) {
    this.#clock = clock
    this.#begun = clock.monotonic()
  }

  /** Whether it has gone on for long enough: to be asked between small parts of the work. */
  get mustRest(): boolean {
    return this.#clock.monotonic() - this.#begun >= slice
  }

  async rest(): Promise<void> {
    const worked = this.#clock.monotonic() - this.#begun
    if (worked > 0) await this.#clock.sleep(worked)
    this.#begun = this.#clock.monotonic()
  }
}

/** Does a part of some long background work, and then rests as long. */
export async function halfTheTime<Result>(
  clock: Clock,
  work: () => Promise<Result>,
): Promise<Result> {
  const pace = new HalfTheTime(clock)
  const result = await work()
  await pace.rest()
  return result
}
