import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import { ClockWatch } from './clock-watch.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { QueueLog } from '../queue-events.ts'
import { queuePages } from '../queue-pages.ts'
import type { QueueStore } from '../queue-store.ts'
import { longestWait } from './retry-schedule.ts'
import type { MessageSettings } from './verdict.ts'

interface DueTimeParts {
  readonly store: QueueStore
  readonly clock: Clock
  readonly settings: Live<MessageSettings>
  readonly log: QueueLog
  readonly queues: Pick<DeliveryQueues, 'due' | 'isRunning'>
}

/**
 * Keeps due times, which are stored by the time of the day, true to the intervals that they were meant as when
 * the machine's clock is set: no copy waits longer than the longest of them.
 */
export class DueTimes {
  readonly #parts: DueTimeParts
  readonly #watch: ClockWatch

  constructor(parts: DueTimeParts) {
    this.#parts = parts
    this.#watch = new ClockWatch({ clock: parts.clock, onJump: (by) => this.#clockWasSet(by) })
  }

  start(): void {
    const { clock, settings } = this.#parts
    this.#watch.start()
    void this.#hasten(clock.now() + longestWait(settings.current))
  }

  stop(): void {
    this.#watch.stop()
  }

  /** Sees at once when the clock was set. */
  look(): void {
    this.#watch.look()
  }

  /** The time of the day by which messages are old. */
  believedNow(): Milliseconds {
    return this.#watch.believedNow()
  }

  /** How long to wait for a due time; one that no interval could have led to is over. */
  untilDue(dueAt: Milliseconds): Milliseconds {
    const { settings, clock } = this.#parts
    const wait = dueAt - clock.now()
    return wait > longestWait(settings.current) ? 0 : wait
  }

  #clockWasSet(by: Milliseconds): void {
    const { log, clock } = this.#parts
    log.warn({ seconds: Math.round(by / second) }, 'the clock of this machine was set')
    if (by < 0) void this.#hasten(clock.now())
  }

  /** No copy is due later than that. Never rejects. */
  async #hasten(latest: Milliseconds): Promise<void> {
    const { store, log, queues } = this.#parts
    try {
      for await (const page of queuePages(store)) {
        const waiting = page.filter(({ copies }) => copies > 0)
        await Promise.all(waiting.map(({ key }) => store.hasten(key, latest)))
        if (!queues.isRunning) return
        for (const { key } of waiting) queues.due(key)
      }
    } catch (error) {
      if (queues.isRunning) log.error({ error }, 'could not set due times right')
    }
  }
}
