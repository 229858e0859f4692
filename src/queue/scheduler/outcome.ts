import type { Milliseconds } from '../../base/time-span.ts'
import type { RemovalKind } from './admin-mark.ts'
import type { RecipientResult } from '../delivery-agent.ts'
import { isSubmissionQueue, submissionQueue } from '../queue-key.ts'
import type { ChangedMessage, Deferred, Recategorized, ResolutionStep } from '../recategorized.ts'
import type { Copy, NewCopy } from '../stored-message.ts'
import { type Verdict, allFailed, removedReply } from './verdict.ts'

/** What is written for one leased copy. */
export interface Outcome extends Verdict {
  readonly moved: readonly NewCopy[]
  readonly delayNotified: boolean
  /** Failed, and nobody is to hear of it. */
  readonly dropped?: readonly RecipientResult[]
  /** Categorized anew, what remains stays where it was. */
  readonly stayed?: boolean
  /** The message that the moved copies are of, in place of the stored one. */
  readonly changed?: ChangedMessage
  /** What the directory made of the addresses. */
  readonly steps?: readonly ResolutionStep[]
}

/** The copy unchanged. */
export function waiting(copy: Copy): Verdict {
  const { recipients: remaining, dueAt, attempts, lastError } = copy
  const none = { delivered: [], failed: [], expired: [], relayed: [], delayed: false }
  return { ...none, remaining, dueAt, attempts, lastError }
}

/** The same with what its sender heard of the delay. */
export const asItIs = (copy: Copy) => ({ ...waiting(copy), delayNotified: copy.delayNotified })

/** What the categorizer made of a copy; those of whom nothing is decided are looked at again at `retryAt`. */
export function categorized(
  copy: Copy,
  { copies, failed, dropped, deferred, changed, steps }: Recategorized,
  retryAt: Milliseconds,
): Outcome {
  const outcome: Outcome = {
    ...asItIs(copy),
    remaining: [],
    failed,
    moved: copies,
    ...(dropped !== undefined && { dropped }),
    ...(changed !== undefined && { changed }),
    ...(steps !== undefined && { steps }),
  }
  return deferred === undefined
    ? outcome
    : withDeferred(copy, outcome, { until: retryAt, ...deferred })
}

/** With recipients who wait in Submission: there already, or as one more copy. */
function withDeferred(
  copy: Copy,
  outcome: Outcome,
  { recipients, until: dueAt }: Required<Deferred>,
): Outcome {
  if (!isSubmissionQueue(copy.queue)) {
    return { ...outcome, moved: [...outcome.moved, { queue: submissionQueue, recipients, dueAt }] }
  }
  const lastError = recipients.at(-1)?.lastError ?? copy.lastError
  return { ...outcome, remaining: recipients, dueAt, lastError, attempts: copy.attempts + 1 }
}

/** Whether the sender is to hear of it. */
export function owesNotices({ failed, expired, relayed, delayed }: Verdict): boolean {
  return failed.length > 0 || expired.length > 0 || relayed.length > 0 || delayed
}

/** The outcome, with all that would have stayed in the queues removed. */
export function removed(outcome: Outcome, copy: Copy, kind: RemovalKind): Outcome {
  const staying = [...outcome.remaining, ...outcome.moved.flatMap(({ recipients }) => recipients)]
  const results = allFailed({ ...copy, recipients: staying }, removedReply)
  const gone = { ...outcome, remaining: [], moved: [], delayed: false }
  if (kind === 'remove') return { ...gone, dropped: results }
  return { ...gone, failed: [...outcome.failed, ...results] }
}
