import type { Clock, Timer } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { minute, second } from '../../base/time-span.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { DueTimes } from './due-times.ts'
import type { QueueLog } from '../queue-events.ts'
import type { QueueStore } from '../queue-store.ts'
import type { Settler } from './settler.ts'
import type { SoundMail } from './sound-mail.ts'
import type { Copy } from '../stored-message.ts'
import { type MessageSettings, expiresAt } from './verdict.ts'

interface SweepParts {
  readonly store: QueueStore
  readonly settler: Settler
  readonly sound: SoundMail
  readonly clock: Clock
  readonly settings: Live<MessageSettings>
  readonly log: QueueLog
  readonly queues: Pick<DeliveryQueues, 'takeHeld'>
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
  /** Where the search for delayed messages goes on. */
  #delayMark: number | undefined

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
    const { MessageExpirationTimeout, DelayNotificationTimeout } = settings.current
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
    const { store, times, settings, queues } = this.#parts
    const now = times.believedNow()
    const held = queues.takeHeld((copy) => expiresAt(copy, settings.current) <= now)
    await Promise.all(held.map((copy) => this.#giveUp(copy)))
    const receivedBefore = now - settings.current.MessageExpirationTimeout + 1
    for (let round = 0; round < batchesPerTurn && !this.#stopped; round++) {
      const found = await store.leaseAged({
        receivedBefore,
        withoutDelayNotice: false,
        limit: batch,
      })
      await Promise.all(found.copies.map((copy) => this.#giveUp(copy)))
      if (found.copies.length === 0) return false
    }
    return true
  }

  async #giveUp(copy: Copy): Promise<void> {
    const { settler, sound } = this.#parts
    // What is damaged is put aside before the queue forgets it.
    const faults = copy.damage === undefined ? undefined : await sound.faults(copy)
    if (faults === undefined) await settler.expire(copy)
    else await settler.attempted(copy, faults)
  }

  async #tellDelays(): Promise<boolean> {
    const { store, settler, times, settings } = this.#parts
    const receivedBefore = times.believedNow() - settings.current.DelayNotificationTimeout + 1
    for (let round = 0; round < batchesPerTurn && !this.#stopped; round++) {
      const found = await store.leaseAged({
        receivedBefore,
        withoutDelayNotice: true,
        limit: batch,
        ...(this.#delayMark !== undefined && { after: this.#delayMark }),
      })
      await Promise.all(found.copies.map((copy) => settler.tellDelay(copy)))
      this.#delayMark = found.next
      if (found.next === undefined) return false
    }
    return true
  }
}
