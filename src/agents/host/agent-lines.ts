import type { Clock } from '../../base/clock.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import { second } from '../../base/time-span.ts'

/** What an agent writes beyond that in a second is counted only. */
const mostLines = 20
const longestLine = 1000

/** The lines of an agent in the program log: so many a second, that it cannot drown out the rest. */
export class AgentLines {
  readonly #log: ProgramLog
  readonly #clock: Clock
  readonly #agent: string
  #since = -Infinity
  #written = 0
  #omitted = 0

  constructor(log: ProgramLog, clock: Clock, agent: string) {
    this.#log = log
    this.#clock = clock
    this.#agent = agent
  }

  write(line: string): void {
    const now = this.#clock.monotonic()
    if (now - this.#since >= second) {
      this.#tellOmitted()
      this.#since = now
      this.#written = 0
    }
    if (this.#written >= mostLines) {
      this.#omitted++
      return
    }
    this.#written++
    this.#log.info({ agent: this.#agent }, line.slice(0, longestLine))
  }

  #tellOmitted(): void {
    if (this.#omitted === 0) return
    this.#log.warn(
      { agent: this.#agent, lines: this.#omitted },
      'an agent writes more than the log takes; the rest was left out',
    )
    this.#omitted = 0
  }
}
