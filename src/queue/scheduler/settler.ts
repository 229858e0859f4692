import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { minute, second } from '../../base/time-span.ts'
import type { AdminMarks, RemovalKind } from './admin-mark.ts'
import type { RecipientResult } from '../delivery-agent.ts'
import type { DeliveryQueues } from './delivery-queues.ts'
import type { DueTimes } from './due-times.ts'
import type { Notifier } from '../notifier.ts'
import type { NoticeKind, NoticeOfResults, QueueEvents, QueueLog } from '../queue-events.ts'
import { type Outcome, asItIs, categorized, owesNotices, removed } from './outcome.ts'
import { inOrder } from '../priority-queuing.ts'
import type { InHand } from '../poison/in-hand.ts'
import {
  type PreparedMessage,
  type QueueStore,
  type Settlement,
  StoreError,
} from '../queue-store.ts'
import type { Recategorized } from '../recategorized.ts'
import { type Copy, suspended } from '../stored-message.ts'
import {
  type MessageSettings,
  type Verdict,
  allExpired,
  judge,
  putOff,
  withQueueAttempts,
} from './verdict.ts'

export interface SettlerParts {
  readonly store: QueueStore
  readonly notifier: Notifier
  readonly clock: Clock
  readonly times: Pick<DueTimes, 'believedNow'>
  readonly settings: Live<MessageSettings>
  readonly log: QueueLog
  readonly onEvent: QueueEvents
  /** Those that know why their next hops were not reached of late, and take the new copies of a settlement. */
  readonly queues: Pick<DeliveryQueues, 'get' | 'enqueue'>
  readonly marks: AdminMarks
  readonly inHand: InHand
}

/** The part of a settlement that makes new copies. */
type Written = Required<Pick<Settlement, 'moved' | 'notifications'>>

interface Notices {
  readonly prepared: PreparedMessage[]
  readonly kinds: NoticeKind[]
}

/** What is not written is not safe yet: it is tried often. */
const longestPause = 10 * second
const pauseAfterFailedChange = minute

/** Writes what became of leased copies, together with the notifications that follow from it. */
export class Settler {
  readonly #parts: SettlerParts
  /** Settlements that are neither written nor given up. */
  readonly #open = new Set<Copy>()
  #finished = Promise.withResolvers<void>()
  readonly #giveUp = new AbortController()

  constructor(parts: SettlerParts) {
    this.#parts = parts
  }

  /** After an attempt. Resolves with when the remaining recipients are due, if any remain. */
  attempted(copy: Copy, results: readonly RecipientResult[]): Promise<number | undefined> {
    const verdict = this.#judge(copy, results)
    return this.#settle(copy, { ...verdict, moved: [], delayNotified: copy.delayNotified })
  }

  /** The time of the copy has run out. */
  async expire(untold: Copy): Promise<void> {
    const copy = this.withQueueAttempts(untold)
    const expired = allExpired(copy)
    await this.#settle(copy, { ...asItIs(copy), remaining: [], expired, moved: [] })
  }

  /** The copy waits on as it is, but its sender hears of the delay, and the log why it is delayed. */
  async tellDelay(untold: Copy): Promise<void> {
    const copy = this.withQueueAttempts(untold)
    await this.#settle(copy, { ...asItIs(copy), delayed: true, moved: [] })
  }

  /** Categorized anew: to other queues, some perhaps failed, deleted, or put off in Submission. */
  async move(copy: Copy, result: Recategorized): Promise<void> {
    const { settings, clock } = this.#parts
    const retryAt = clock.now() + settings.current.ResolverRetryInterval
    await this.#settle(copy, categorized(copy, result, retryAt))
  }

  /** An administrator removes the copy. */
  async remove(untold: Copy, kind: RemovalKind): Promise<void> {
    const copy = this.withQueueAttempts(untold)
    await this.#settle(copy, removed({ ...asItIs(copy), moved: [] }, copy, kind))
  }

  /** Nothing changes but the time when it is due. */
  async keep(copy: Copy, dueAt: number): Promise<void> {
    await this.#settle(copy, { ...asItIs(copy), dueAt, moved: [] })
  }

  /** Categorized anew as an administrator asked, and in its queue again. */
  async stay(copy: Copy, dueAt: number): Promise<void> {
    await this.#settle(copy, { ...asItIs(copy), dueAt, moved: [], stayed: true })
  }

  /** The copies whose results are not written yet. */
  get open(): Iterable<Copy> {
    return this.#open
  }

  /** Once `signal` aborts, each settlement is tried one last time. */
  giveUpOn(signal: AbortSignal): void {
    const giveUp = () => this.#giveUp.abort()
    if (signal.aborted) giveUp()
    else signal.addEventListener('abort', giveUp, { once: true })
  }

  /** Waits until everything is written or given up. */
  async finish(): Promise<void> {
    while (this.#open.size > 0) await this.#finished.promise
  }

  /** The copy with what attempts to reach its queue's next hop came to: only the queue knows that so far. */
  withQueueAttempts(copy: Copy): Copy {
    return withQueueAttempts(copy, this.#parts.queues.get(copy.queue)?.attempts ?? [])
  }

  #judge(copy: Copy, results: readonly RecipientResult[]): Verdict {
    return judge(copy, results, {
      now: this.#parts.clock.now(),
      believedNow: this.#parts.times.believedNow(),
      settings: this.#parts.settings.current,
    })
  }

  async #settle(copy: Copy, outcome: Outcome): Promise<number | undefined> {
    this.#open.add(copy)
    try {
      return await this.#settleInTheEnd(copy, outcome)
    } finally {
      this.#open.delete(copy)
      if (this.#open.size === 0) {
        this.#finished.resolve()
        this.#finished = Promise.withResolvers()
      }
    }
  }

  /**
   * Tries until the store has it: the copy stays leased meanwhile, so what was delivered is not
   * delivered again. Only a store that is gone for good, a service that must end, or one whose copy others
   * have taken, gives up.
   */
  async #settleInTheEnd(copy: Copy, wanted: Outcome): Promise<number | undefined> {
    let outcome = wanted
    for (let pause = second; ; pause = Math.min(2 * pause, longestPause)) {
      try {
        return await this.#settleOnce(copy, outcome)
      } catch (error) {
        if (error instanceof StoreError && error.code === 'STALE') {
          outcome.changed?.pending.abort()
          const text =
            'the result of a delivery came too late, for others work on the message by now'
          this.#parts.log.error({ ...namesOf(copy), error }, text)
          return undefined
        }
        if (outcome.changed !== undefined) {
          // What was written for it cannot be committed any more: it is changed once more, later.
          outcome.changed.pending.abort()
          const dueAt = this.#parts.clock.now() + pauseAfterFailedChange
          outcome = { ...asItIs(copy), dueAt, moved: [] }
          this.#parts.log.error({ ...namesOf(copy), error }, 'could not write a changed message')
          continue
        }
        const smaller = isDiskFull(error) ? this.#withoutNotices(outcome) : undefined
        if (smaller !== undefined) {
          outcome = smaller
          continue
        }
        const details = { ...namesOf(copy), error }
        if (
          this.#giveUp.signal.aborted ||
          (error instanceof StoreError && error.code === 'CLOSED')
        ) {
          const text =
            'gave up writing the result of a delivery; the message may be delivered again'
          this.#parts.log.error(details, text)
          return undefined
        }
        this.#parts.log.error(
          details,
          `could not write the result of a delivery; next try in ${pause} ms`,
        )
        await this.#parts.clock.sleep(pause, this.#giveUp.signal)
      }
    }
  }

  async #settleOnce(copy: Copy, wanted: Outcome): Promise<number | undefined> {
    const outcome = this.#asMarked(copy, wanted)
    const notices: Notices = { prepared: [], kinds: [] }
    try {
      const final = owesNotices(outcome) ? await this.#withNotices(copy, outcome, notices) : outcome
      const { moved, notifications } = this.#inOrder(copy, written(final, notices))
      const added = await this.#parts.store.settle({
        copy,
        remaining: final.remaining,
        dueAt: this.#parts.marks.get(copy.id) === 'suspend' ? suspended : final.dueAt,
        attempts: final.attempts,
        lastError: final.lastError,
        delayNotified: final.delayNotified,
        moved,
        notifications,
      })
      this.#tell(copy, final, { notices, added })
      this.#parts.queues.enqueue(added)
      if (this.#parts.marks.size > 0) this.#unmark(copy, final, outcome !== wanted)
      return final.remaining.length > 0 ? final.dueAt : undefined
    } catch (error) {
      for (const { pending } of notices.prepared) pending.abort()
      throw error
    }
  }

  /** The new copies with their place in the order of priorities. */
  #inOrder({ message }: Copy, { moved, notifications }: Written): Written {
    const settings = this.#parts.settings.current
    if (!settings.PriorityQueuingEnabled) return { moved, notifications }
    const order = { settings, now: this.#parts.clock.now() }
    return {
      moved: inOrder(moved, message, order),
      notifications: notifications.map((notice) => ({
        ...notice,
        copies: inOrder(notice.copies, notice.message, order),
      })),
    }
  }

  /** The outcome as an administrator wants it who came while the copy was being worked on. */
  #asMarked(copy: Copy, outcome: Outcome): Outcome {
    const mark = this.#parts.marks.get(copy.id)
    if (mark === undefined) return outcome
    if (mark !== 'suspend') return removed(outcome, copy, mark)
    return { ...outcome, moved: outcome.moved.map((each) => ({ ...each, dueAt: suspended })) }
  }

  #unmark(copy: Copy, { remaining }: Outcome, applied: boolean): void {
    const { marks } = this.#parts
    const mark = marks.get(copy.id)
    marks.delete(copy.id)
    if (mark === undefined || mark === 'suspend' || applied || remaining.length === 0) return
    marks.removeLate(copy, mark)
  }

  /**
   * Writes the notifications. When a failure cannot be told to its sender the recipients stay in the
   * queue instead, to be tried once more: a failed attempt can be repeated, a lost bounce cannot.
   */
  async #withNotices(copy: Copy, outcome: Outcome, notices: Notices): Promise<Outcome> {
    const { inHand } = this.#parts
    // Its content is read for them.
    const slot = inHand.enter(copy.message.id)
    return await this.#told(copy, outcome, notices).finally(() => inHand.leave(slot))
  }

  async #told({ message }: Copy, outcome: Outcome, notices: Notices): Promise<Outcome> {
    const { notifier } = this.#parts
    const lost = [...outcome.failed, ...outcome.expired]
    let final = outcome
    if (lost.length > 0) {
      const told = await this.#write('failed', notices, () => notifier.failed(message, lost))
      if (!told) final = this.#withoutFailures(final, lost)
    }
    if (outcome.relayed.length > 0) {
      await this.#write('relayed', notices, () => notifier.relayed(message, outcome.relayed))
    }
    if (outcome.delayed) {
      const write = () => notifier.delayed(message, outcome.remaining)
      const told = await this.#write('delayed', notices, write)
      final = { ...final, delayNotified: told || final.delayNotified }
    }
    return final
  }

  /**
   * On a full disk what was delivered is written first: it must not be sent again. Failures wait for room
   * in the queue, and are told after another attempt. Undefined when that would make nothing smaller.
   */
  #withoutNotices(outcome: Outcome): Outcome | undefined {
    const lost = [...outcome.failed, ...outcome.expired]
    if (lost.length === 0 && !outcome.delayed) return undefined
    return { ...this.#withoutFailures(outcome, lost), delayed: false }
  }

  #withoutFailures(outcome: Outcome, lost: readonly RecipientResult[]): Outcome {
    const kept = lost.map(({ recipient, reply }) => ({ ...recipient, lastError: reply }))
    const { clock, settings } = this.#parts
    return {
      ...outcome,
      failed: [],
      expired: [],
      remaining: [...outcome.remaining, ...kept],
      dueAt: Math.max(outcome.dueAt, clock.now() + settings.current.MessageRetryInterval),
    }
  }

  /** False when the notification could not be written for a reason that another try would not change. */
  async #write(
    kind: NoticeKind,
    { prepared, kinds }: Notices,
    write: () => Promise<PreparedMessage | undefined>,
  ): Promise<boolean> {
    try {
      const notice = await write()
      if (notice !== undefined) {
        prepared.push(notice)
        kinds.push(kind)
      }
      return true
    } catch (error) {
      if (error instanceof StoreError) throw error
      this.#parts.log.error({ error }, `could not write a notification (${kind})`)
      return false
    }
  }

  #tell(
    copy: Copy,
    outcome: Outcome,
    { notices, added }: { readonly notices: Notices; readonly added: readonly Copy[] },
  ): void {
    const { onEvent } = this.#parts
    const { relayed, failed, expired, dropped = [] } = outcome
    const notified = {
      delivered: noticeOf('relayed', relayed, notices),
      failed: noticeOf('failed', failed, notices),
      expired: noticeOf('failed', expired, notices),
    }
    for (const kind of ['delivered', 'failed', 'expired'] as const) {
      const results = outcome[kind]
      const notice = notified[kind]
      if (results.length > 0)
        onEvent({ kind, copy, results, ...(notice !== undefined && { notice }) })
    }
    if (dropped.length > 0) onEvent({ kind: 'failed', copy, results: dropped })
    if (outcome.attempts > copy.attempts || outcome.delayed) {
      const results = putOff(outcome.remaining)
      if (results.length > 0) onEvent({ kind: 'deferred', copy, results, until: outcome.dueAt })
    }
    const { steps = [], changed } = outcome
    if (steps.length > 0) onEvent({ kind: 'resolved', copy, steps })
    const moved =
      changed === undefined
        ? added.slice(0, outcome.moved.length)
        : added.filter(({ message }) => message.id === changed.pending.id)
    if (moved.length > 0) onEvent({ kind: 'moved', copy, to: moved })
    if (outcome.stayed === true && outcome.remaining.length > 0) {
      onEvent({ kind: 'moved', copy, to: [copy] })
    }
    notices.prepared.forEach(({ pending }, at) => {
      const about = notices.kinds[at]
      const copies = added.filter(({ message }) => message.id === pending.id)
      if (about !== undefined) onEvent({ kind: 'notified', copy, about, copies })
    })
  }
}

/**
 * What the store is to write: a changed message comes with its copies, like a notification. With none left for it,
 * it is forgotten.
 */
function written({ moved, changed }: Outcome, { prepared }: Notices): Written {
  if (changed === undefined) return { moved, notifications: prepared }
  if (moved.length > 0)
    return { moved: [], notifications: [...prepared, { ...changed, copies: moved }] }
  changed.pending.abort()
  return { moved: [], notifications: prepared }
}

function namesOf({ message: { id, messageId } }: Copy) {
  return { messageId, internalId: id }
}

function isDiskFull(error: unknown): boolean {
  return error instanceof StoreError && error.code === 'DISK_FULL'
}

/** The notification of that kind among those that are written. */
function noticeOf(
  kind: NoticeKind,
  results: readonly RecipientResult[],
  { prepared, kinds }: Notices,
): NoticeOfResults | undefined {
  const notice = prepared[kinds.indexOf(kind)]
  return notice && { id: notice.pending.id, messageId: notice.message.messageId, results }
}
