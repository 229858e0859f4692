import type { Clock, Timer } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { minute, second } from '../../base/time-span.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { DueTimes } from './due-times.ts'
import type { QueueLog } from '../queue-events.ts'
import { shortestTimeouts } from '../priority-queuing.ts'
import type { AgedQuery, QueueStore } from '../queue-store.ts'
import type { Settler } from './settler.ts'
import type { SoundMail } from './sound-mail.ts'
import type { Copy } from '../stored-message.ts'
import { type MessageSettings, expiresAt, isDelayNoticeDue } from './verdict.ts'

interface SweepParts {
  readonly store: QueueStore
  readonly settler: Settler
  readonly sound: SoundMail
  readonly clock: Clock
  readonly settings: Live<MessageSettings>
  readonly log: QueueLog
  readonly queues: Pick<DeliveryQueues, 'due' | 'takeHeld'>
  readonly times: Pick<DueTimes, 'believedNow'>
}

const batch = 100
/** Batches of one kind per turn; more follow in the next turn, a moment later. */
const batchesPerTurn = 10
const moment = second

/**
 * Looks from time to time for messages whose time has run out, or whose sender should hear of the
 * delay, whatever their queue is doing. One turn is bounded, however many there are.
 */
export class OverdueSweep {
  readonly #parts: SweepParts
  #timer: Timer | undefined
  #stopped = true
  readonly #expiryMark: Mark = { after: undefined }
  readonly #delayMark: Mark = { after: undefined }

  constructor(parts: SweepParts) {
    this.#parts = parts
  }

  start(): void {
    this.#stopped = false
    this.#plan(false)
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  #plan(more: boolean): void {
    if (this.#stopped) return
    const { clock, settings } = this.#parts
    const { MessageExpirationTimeout, DelayNotificationTimeout } = shortestTimeouts(
      settings.current,
    )
    const tenth = Math.min(MessageExpirationTimeout, DelayNotificationTimeout) / 10
    const delay = more ? moment : Math.min(Math.max(tenth, second), minute)
    this.#timer = clock.after(delay, () => void this.#turn())
  }

  async #turn(): Promise<void> {
    let more = false
    try {
      const moreExpired = await this.#expire()
      const moreDelayed = await this.#tellDelays()
      more = moreExpired || moreDelayed
    } catch (error) {
      this.#parts.log.error({ error }, 'could not look for overdue messages')
    }
    this.#plan(more)
  }

  /** Whether there is more to do. */
  async #expire(): Promise<boolean> {
    const { times, settings, queues } = this.#parts
    const now = times.believedNow()
    const isOver = (copy: Copy) => expiresAt(copy, settings.current) <= now
    const held = queues.takeHeld(isOver)
    await Promise.all(held.map((copy) => this.#giveUp(copy)))
    const { MessageExpirationTimeout } = shortestTimeouts(settings.current)
    return await this.#walk(this.#expiryMark, {
      receivedBefore: now - MessageExpirationTimeout + 1,
      withoutDelayNotice: false,
      isMeant: isOver,
      act: (copy) => this.#giveUp(copy),
    })
  }

  async #giveUp(copy: Copy): Promise<void> {
    const { settler, sound } = this.#parts
    // What is damaged is put aside before the queue forgets it.
    const faults = copy.damage === undefined ? undefined : await sound.faults(copy)
    if (faults === undefined) await settler.expire(copy)
    else await settler.attempted(copy, faults)
  }

  async #tellDelays(): Promise<boolean> {
    const { settler, times, settings } = this.#parts
    const now = times.believedNow()
    const { DelayNotificationTimeout } = shortestTimeouts(settings.current)
    return await this.#walk(this.#delayMark, {
      receivedBefore: now - DelayNotificationTimeout + 1,
      withoutDelayNotice: true,
      isMeant: (copy) => isDelayNoticeDue(copy, now, settings.current),
      act: (copy) => settler.tellDelay(copy),
    })
  }

  /** Goes on where the last turn ended; whether there is more to look at. */
  async #walk(mark: Mark, { isMeant, act, ...query }: Walk): Promise<boolean> {
    const { store, queues } = this.#parts
    for (let round = 0; round < batchesPerTurn && !this.#stopped; round++) {
      const { after } = mark
      const found = await store.leaseAged({
        ...query,
        limit: batch,
        ...(after !== undefined && { after }),
      })
      const others = found.copies.filter((copy) => !isMeant(copy))
      store.release(others)
      for (const { queue } of others) queues.due(queue)
      await Promise.all(found.copies.filter(isMeant).map(act))
      mark.after = found.next
      if (found.next === undefined) return false
    }
    return true
  }
}

/** Where a search goes on. */
interface Mark {
  after: number | undefined
}

/** A search for aged copies. */
interface Walk extends Pick<AgedQuery, 'receivedBefore' | 'withoutDelayNotice'> {
  /** Mail of another class may have more time. */
  readonly isMeant: (copy: Copy) => boolean
  readonly act: (copy: Copy) => Promise<void>
}
