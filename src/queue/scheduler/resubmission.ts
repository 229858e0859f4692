import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { Milliseconds } from '../../base/time-span.ts'
import { halfTheTime } from '../../base/half-the-time.ts'
import type { InHand } from '../poison/in-hand.ts'
import type { QueueLog } from '../queue-events.ts'
import { type QueueKey, queueKeyText } from '../queue-key.ts'
import { type QueueStore, StoreError } from '../queue-store.ts'
import type { SoundMail } from './sound-mail.ts'
import type { Settler } from './settler.ts'
import { SubmissionWalk } from './submission-walk.ts'
import type { MessageSettings } from './verdict.ts'
import type { Recategorized, Recategorizer } from '../recategorized.ts'
import type { Copy } from '../stored-message.ts'

/** How a walk over a queue differs from the usual one. */
export interface WalkOptions {
  /** Instead of the usual way. */
  readonly recategorize?: Recategorizer
  /** An administrator wants it: that a copy was categorized is told also when it stays where it is. */
  readonly isAsked?: boolean
  /** Told of each queue into which something of it went. */
  readonly onMoved?: (to: QueueKey) => void
}

interface ResubmissionParts {
  readonly store: QueueStore
  readonly recategorize: Recategorizer
  readonly settler: Settler
  readonly sound: SoundMail
  readonly inHand: InHand
  readonly settings: Live<MessageSettings>
  readonly clock: Clock
  readonly log: QueueLog
}

const batch = 50

/** Sends waiting copies through the categorizer again: the Submission queue by itself, others when asked. */
export class Resubmission {
  readonly #parts: ResubmissionParts
  readonly #submission: SubmissionWalk
  readonly #walks = new Map<string, Promise<void>>()
  /** Those that follow a walk under way, for what has changed since it began. */
  readonly #following = new Map<string, Promise<void>>()
  readonly #moving = new Set<Copy>()
  #stopped = false

  constructor(parts: ResubmissionParts) {
    const { store, clock, settings, inHand } = parts
    this.#parts = parts
    this.#submission = new SubmissionWalk({
      store,
      clock,
      settings,
      inHand,
      move: (copy) => this.#move(copy, {}),
      onTrouble: (error) => this.#complain(error, 'could not read the Submission queue'),
    })
  }

  start(): void {
    this.wake()
  }

  /** The copies that are being categorized; an agent or a directory may take its time. */
  get moving(): Iterable<Copy> {
    return this.#moving
  }

  /** The Submission queue may hold copies that are due. */
  wake(): void {
    this.#submission.wake()
  }

  stop(): void {
    this.#stopped = true
    this.#submission.stop()
  }

  async finish(): Promise<void> {
    await Promise.all([...this.#walks.values(), this.#submission.finish()])
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
    // Copies that wait for a retry of their own come along.
    if (key.deliveryType !== 'Unreachable') await store.hasten(key, begun)
    const some = async () => {
      if (this.#parts.inHand.isQuiet) return 0
      const copies = await store.lease(key, begun, batch)
      await Promise.all(copies.map((copy) => this.#move(copy, options, begun)))
      return copies.length
    }
    while (!this.#stopped && (await halfTheTime(clock, some)) > 0) {
      // A queue of a million takes its time; bounded memory and live mail matter more.
    }
  }

  /** Categorizes this copy, which the caller holds leased. Never rejects. */
  categorize(copy: Copy): Promise<void> {
    return this.#move(copy, {})
  }

  /** For a walk that began then. Never rejects. */
  async #move(copy: Copy, options: WalkOptions, begun: Milliseconds = -Infinity): Promise<void> {
    const { inHand } = this.#parts
    const slot = inHand.enter(copy.message.id)
    this.#moving.add(copy)
    try {
      await this.#moveInHand(copy, options, begun)
    } finally {
      this.#moving.delete(copy)
      inHand.leave(slot)
    }
  }

  async #moveInHand(
    copy: Copy,
    { recategorize, isAsked, onMoved }: WalkOptions,
    begun: Milliseconds,
  ): Promise<void> {
    const { settler, log, clock, sound, settings } = this.#parts
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
    if (result === undefined)
      return settler.keep(copy, clock.now() + settings.current.ResolverRetryInterval)
    if (staysWhere(copy, result)) {
      // Just past the walk's start, so that this walk does not meet it again.
      const dueAt = Math.max(clock.now(), begun + 1)
      return isAsked === true ? settler.stay(copy, dueAt) : settler.keep(copy, dueAt)
    }
    await settler.move(copy, result)
    if (onMoved !== undefined) for (const { queue } of result.copies) onMoved(queue)
  }

  /** That the store closes under what was still asked of it belongs to a quick end. */
  #complain(error: unknown, what: string, details: object = {}): void {
    const expected = this.#stopped && error instanceof StoreError && error.code === 'CLOSED'
    if (!expected) this.#parts.log.error({ error, ...details }, what)
  }
}

/** Whether the copy is in the queue where the categorizer puts it, and nothing else becomes of it. */
export function staysWhere(copy: Copy, result: Recategorized): boolean {
  const { copies, failed, deferred, dropped, changed } = result
  const [first] = copies
  return (
    first !== undefined &&
    copies.length === 1 &&
    failed.length === 0 &&
    (deferred ?? dropped ?? changed) === undefined &&
    queueKeyText(first.queue) === queueKeyText(copy.queue)
  )
}
