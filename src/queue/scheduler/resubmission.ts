import type { Awaitable } from '../../base/awaitable.ts'
import type { Clock, Timer } from '../../base/clock.ts'
import { second } from '../../base/time-span.ts'
import type { RecipientResult } from '../delivery-agent.ts'
import { halfTheTime } from './half-the-time.ts'
import type { InHand } from '../poison/in-hand.ts'
import type { QueueLog } from '../queue-events.ts'
import { type QueueKey, isDeliveryQueue, queueKeyText, submissionQueue } from '../queue-key.ts'
import { type QueueStore, StoreError } from '../queue-store.ts'
import type { SoundMail } from './sound-mail.ts'
import { categorizeRetry } from './retry-schedule.ts'
import type { Settler } from './settler.ts'
import type { Copy, NewCopy } from '../stored-message.ts'

/** What the categorizer made of a copy. Each recipient stands in one of the two. */
export interface Recategorized {
  readonly copies: readonly NewCopy[]
  readonly failed: readonly RecipientResult[]
}

/** How a walk over a queue differs from the usual one. */
export interface WalkOptions {
  /** Instead of the usual way. */
  readonly recategorize?: Recategorizer
  /** An administrator wants it: that a copy was categorized is told also when it stays where it is. */
  readonly isAsked?: boolean
}

/** Categorizes a stored copy anew; undefined when that is not possible at present. */
export type Recategorizer = (copy: Copy) => Awaitable<Recategorized | undefined>

interface ResubmissionParts {
  readonly store: QueueStore
  readonly recategorize: Recategorizer
  readonly settler: Settler
  readonly sound: SoundMail
  readonly inHand: InHand
  readonly clock: Clock
  readonly log: QueueLog
}

const pauseAfterTrouble = second
const batch = 50

/** Sends waiting copies through the categorizer again: the Submission queue by itself, others when asked. */
export class Resubmission {
  readonly #parts: ResubmissionParts
  readonly #walks = new Map<string, Promise<void>>()
  /** Those that follow a walk under way, for what has changed since it began. */
  readonly #following = new Map<string, Promise<void>>()
  #timer: Timer | undefined
  #wakeAgain = false
  #stopped = false

  constructor(parts: ResubmissionParts) {
    this.#parts = parts
  }

  start(): void {
    this.wake()
  }

  /** The Submission queue may hold copies that are due. */
  wake(): void {
    if (this.#stopped) return
    if (this.#walks.has(queueKeyText(submissionQueue))) {
      this.#wakeAgain = true
      return
    }
    this.#timer?.cancel()
    this.#wakeAgain = false
    void this.walk(submissionQueue).then(() => (this.#stopped ? undefined : this.#plan()))
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  async finish(): Promise<void> {
    await Promise.all(this.#walks.values())
  }

  /**
   * Categorizes each copy that is in the queue now; one walk per queue at a time. All that is wanted in
   * no special way while one goes on is done by one more behind it. Never rejects.
   */
  walk(key: QueueKey, options?: WalkOptions): Promise<void> {
    const text = queueKeyText(key)
    const running = this.#walks.get(text)
    if (running !== undefined) {
      if (options !== undefined) return running.then(() => this.walk(key, options))
      const following = this.#following.get(text) ?? this.#follow(key, running)
      this.#following.set(text, following)
      return following
    }
    const walk = this.#walk(key, options ?? {})
      .catch((error: unknown) => {
        this.#complain(error, 'could not categorize a queue anew', { queue: key })
      })
      .finally(() => this.#walks.delete(text))
    this.#walks.set(text, walk)
    return walk
  }

  async #follow(key: QueueKey, running: Promise<void>): Promise<void> {
    await running
    // What stays where it was is due a millisecond behind the walk's start.
    await this.#parts.clock.sleep(1)
    this.#following.delete(queueKeyText(key))
    if (!this.#stopped) await this.walk(key)
  }

  async #walk(key: QueueKey, options: WalkOptions): Promise<void> {
    const { store, clock } = this.#parts
    const begun = clock.now()
    // Copies that wait for a retry of their own come along; the persistent queues have none.
    if (isDeliveryQueue(key)) await store.hasten(key, begun)
    const some = async () => {
      if (this.#parts.inHand.isQuiet) return 0
      const copies = await store.lease(key, begun, batch)
      await Promise.all(copies.map((copy) => this.#move(copy, { ...options, begun })))
      return copies.length
    }
    while (!this.#stopped && (await halfTheTime(clock, some)) > 0) {
      // A queue of a million takes its time; bounded memory and live mail matter more.
    }
  }

  /** Categorizes this copy, which the caller holds leased. Never rejects. */
  async categorize(copy: Copy): Promise<void> {
    try {
      await this.#move(copy, { begun: this.#parts.clock.now() })
    } catch (error) {
      this.#complain(error, 'could not categorize a message anew')
    }
  }

  async #move(copy: Copy, options: WalkOptions & { readonly begun: number }): Promise<void> {
    const { inHand } = this.#parts
    const slot = inHand.enter(copy.message.id)
    try {
      await this.#moveInHand(copy, options)
    } finally {
      inHand.leave(slot)
    }
  }

  async #moveInHand(
    copy: Copy,
    { recategorize, isAsked, begun }: WalkOptions & { readonly begun: number },
  ): Promise<void> {
    const { settler, log, clock, sound } = this.#parts
    // Its addresses may be others' than those that it was sent to.
    const faults = copy.damage === undefined ? undefined : await sound.faults(copy)
    if (faults !== undefined) {
      await settler.attempted(copy, faults)
      return
    }
    let result: Recategorized | undefined
    try {
      const known = settler.withQueueAttempts(copy)
      result = await (recategorize ?? this.#parts.recategorize)(known)
    } catch (error) {
      log.error({ error, internalId: copy.message.id }, 'could not categorize a message anew')
    }
    if (result === undefined) return settler.keep(copy, clock.now() + categorizeRetry)
    if (staysWhere(copy, result)) {
      // Just past the walk's start, so that this walk does not meet it again.
      const dueAt = Math.max(clock.now(), begun + 1)
      return isAsked === true ? settler.stay(copy, dueAt) : settler.keep(copy, dueAt)
    }
    return settler.move(copy, result.copies, result.failed)
  }

  async #plan(): Promise<void> {
    const { store, clock } = this.#parts
    if (this.#wakeAgain) {
      this.wake()
      return
    }
    let delay = pauseAfterTrouble
    try {
      const nextDueAt = await store.nextDueAt(submissionQueue)
      if (nextDueAt === undefined) return
      delay = Math.min(Math.max(nextDueAt - clock.now(), pauseAfterTrouble), categorizeRetry)
    } catch (error) {
      this.#complain(error, 'could not read the Submission queue')
    }
    if (!this.#stopped) this.#timer = clock.after(delay, () => this.wake())
  }

  /** That the store closes under what was still asked of it belongs to a quick end. */
  #complain(error: unknown, what: string, details: object = {}): void {
    const expected = this.#stopped && error instanceof StoreError && error.code === 'CLOSED'
    if (!expected) this.#parts.log.error({ error, ...details }, what)
  }
}

/** Whether the copy is in the queue where the categorizer puts it. */
export function staysWhere(copy: Copy, { copies, failed }: Recategorized): boolean {
  const [first] = copies
  return (
    first !== undefined &&
    copies.length === 1 &&
    failed.length === 0 &&
    queueKeyText(first.queue) === queueKeyText(copy.queue)
  )
}
