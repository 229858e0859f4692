import type { Clock, Timer } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import { HalfTheTime } from '../../base/half-the-time.ts'
import type { InHand } from '../poison/in-hand.ts'
import { submissionQueue } from '../queue-key.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Copy } from '../stored-message.ts'
import type { MessageSettings } from './verdict.ts'

interface SubmissionWalkParts {
  readonly store: Pick<QueueStore, 'lease' | 'nextDueAt'>
  readonly clock: Clock
  readonly settings: Live<MessageSettings>
  readonly inHand: Pick<InHand, 'isQuiet'>
  /** Categorizes a leased copy and writes what came of it. Never rejects. */
  readonly move: (copy: Copy) => Promise<void>
  /** The queue could not be read. */
  readonly onTrouble: (error: unknown) => void
}

/** Messages that are leased in one go, and those in hand in all. */
const batch = 50
const mostInHand = 4 * batch
/** How long the next ones wait for those before them to be through. */
const patience: Milliseconds = 100
const pauseAfterTrouble = second

/**
 * Takes what is due out of the Submission queue, several messages at a time: one that takes long, for the sake of an
 * agent or of the directory, keeps none of the others waiting. Rests as long as it works.
 */
export class SubmissionWalk {
  readonly #parts: SubmissionWalkParts
  readonly #inHand = new Set<Promise<void>>()
  #timer: Timer | undefined
  #state: 'resting' | 'walking' | 'asked again' | 'stopped' = 'resting'

  constructor(parts: SubmissionWalkParts) {
    this.#parts = parts
  }

  /** There may be copies that are due. */
  wake(): void {
    switch (this.#state) {
      case 'resting':
        this.#timer?.cancel()
        this.#state = 'walking'
        void this.#walk()
        return
      case 'walking':
        this.#state = 'asked again'
        return
      case 'asked again':
      case 'stopped':
    }
  }

  stop(): void {
    this.#state = 'stopped'
    this.#timer?.cancel()
  }

  /** Resolves when nothing is in hand. */
  async finish(): Promise<void> {
    await Promise.all(this.#inHand)
  }

  async #walk(): Promise<void> {
    let delay: Milliseconds | undefined
    try {
      while (await this.#takeSome());
      delay = await this.#untilDue()
    } catch (error) {
      this.#parts.onTrouble(error)
      delay = pauseAfterTrouble
    }
    const wasAsked = this.#state === 'asked again'
    if (this.#state === 'stopped') return
    this.#state = 'resting'
    if (wasAsked) this.wake()
    else if (delay !== undefined) this.#timer = this.#parts.clock.after(delay, () => this.wake())
  }

  /** Whether there may be more that is due. */
  async #takeSome(): Promise<boolean> {
    const { store, clock, inHand } = this.#parts
    if (this.#state === 'stopped' || inHand.isQuiet) return false
    if (this.#inHand.size > mostInHand - batch) {
      await Promise.race(this.#inHand)
      return true
    }
    const pace = new HalfTheTime(clock)
    const copies = await store.lease(submissionQueue, clock.now(), batch)
    const through = Promise.all(copies.map((copy) => this.#take(copy)))
    const inTime = new AbortController()
    await Promise.race([through, clock.sleep(patience, inTime.signal)])
    inTime.abort()
    await pace.rest()
    return copies.length > 0
  }

  #take(copy: Copy): Promise<void> {
    const moving = this.#parts.move(copy).finally(() => this.#inHand.delete(moving))
    this.#inHand.add(moving)
    return moving
  }

  async #untilDue(): Promise<Milliseconds | undefined> {
    const { store, clock, settings } = this.#parts
    const nextDueAt = await store.nextDueAt(submissionQueue)
    if (nextDueAt === undefined) return undefined
    const longest = settings.current.ResolverRetryInterval
    return Math.min(Math.max(nextDueAt - clock.now(), pauseAfterTrouble), longest)
  }
}
