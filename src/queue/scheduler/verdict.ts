import type { Milliseconds } from '../../base/time-span.ts'
import { shortened } from '../../message/header-text.ts'
import {
  type AttemptHistory,
  historySince,
  mergedHistory,
  withAttempt,
} from '../attempt-history.ts'
import type { RecipientResult } from '../delivery-agent.ts'
import {
  type PrioritySettings,
  type Timeouts,
  priorityOf,
  timeoutsOf,
} from '../priority-queuing.ts'
import type { Copy, CopyRecipient } from '../stored-message.ts'

/** Exchange's settings for a single message. */
export interface MessageSettings extends PrioritySettings, Timeouts {
  readonly MessageRetryInterval: Milliseconds
  /** How long a message waits in Submission that cannot be categorized for now. */
  readonly ResolverRetryInterval: Milliseconds
}

/** What becomes of a copy, decided from what happened to its recipients. */
export interface Verdict {
  readonly delivered: readonly RecipientResult[]
  /** Failed for good, without those whose time ran out. */
  readonly failed: readonly RecipientResult[]
  readonly expired: readonly RecipientResult[]
  readonly remaining: readonly CopyRecipient[]
  /** Delivered ones whose sender is owed a notification of success by us. */
  readonly relayed: readonly RecipientResult[]
  /** A delay notification is due for the remaining ones. */
  readonly delayed: boolean
  readonly dueAt: Milliseconds
  readonly attempts: number
  readonly lastError: string
}

/** So much of a reply is kept with each recipient that it was said of; a hostile host may say a megabyte. */
const longestReply = 16_384

/** With 550 although the enhanced code is 4.4.7, as Exchange has it. */
export const expiredReply = '550 4.4.7 QUEUE.Expired; message expired'

/** Exchange's words for a message that an administrator removed. */
export const removedReply = '550 4.3.2 QUEUE.Admin; message deleted by administrative action'

const unknownReply = '451 4.4.0 The delivery attempt ended without an answer for this recipient'

/** When the message is given up. */
export function expiresAt({ message }: Copy, settings: MessageSettings): Milliseconds {
  return message.receivedAt + timeoutsOf(priorityOf(message), settings).MessageExpirationTimeout
}

/** Whether the sender should hear of the delay now. */
export function isDelayNoticeDue(
  { message, delayNotified }: Copy,
  now: Milliseconds,
  settings: MessageSettings,
): boolean {
  const { DelayNotificationTimeout } = timeoutsOf(priorityOf(message), settings)
  return !delayNotified && now >= message.receivedAt + DelayNotificationTimeout
}

/**
 * Judges an attempt. A recipient without a result is tried again: an unknown outcome is never taken
 * for a failure. Past the expiry nobody is tried again.
 */
export function judge(
  copy: Copy,
  results: readonly RecipientResult[],
  {
    now,
    believedNow,
    settings,
  }: {
    readonly now: Milliseconds
    /** The time by which messages are old. */
    readonly believedNow: Milliseconds
    readonly settings: MessageSettings
  },
): Verdict {
  const complete = [...results, ...withoutResult(copy, results)]
  const retry = complete.filter(({ outcome }) => outcome === 'retry')
  const outOfTime = believedNow >= expiresAt(copy, settings)
  const remaining = outOfTime ? [] : retry
  const delivered = complete.filter(({ outcome }) => outcome === 'delivered')
  return {
    delivered,
    failed: complete.filter(({ outcome }) => outcome === 'failed'),
    expired: outOfTime ? retry.map((result) => expired(afterAttempt(result, now))) : [],
    remaining: remaining.map((result) => afterAttempt(result, now)),
    relayed: delivered.filter(
      ({ recipient, dsnPassedOn }) =>
        recipient.notify?.includes('SUCCESS') === true && dsnPassedOn !== true,
    ),
    delayed: remaining.length > 0 && isDelayNoticeDue(copy, believedNow, settings),
    dueAt: now + settings.MessageRetryInterval,
    attempts: copy.attempts + 1,
    lastError: shortened(remaining.at(-1)?.reply ?? copy.lastError, longestReply),
  }
}

/** Those of the recipients that an attempt put off, with what it came to. */
export function putOff(recipients: readonly CopyRecipient[]): RecipientResult[] {
  return recipients.flatMap((recipient) => {
    const reply = lastWordOf(recipient)
    return reply === undefined ? [] : [{ recipient, outcome: 'retry', reply }]
  })
}

/** Time has run out for every recipient of the copy. */
export function allExpired({ recipients }: Copy): RecipientResult[] {
  return recipients.map(expired)
}

/** The copy with what attempts to reach its queue's next hop came to: the reason why it waits. */
export function withQueueAttempts(copy: Copy, attempts: AttemptHistory): Copy {
  const known = historySince(attempts, copy.message.receivedAt)
  const [last] = known
  if (last === undefined) return copy
  const recipients = copy.recipients.map((recipient) => {
    const { attempts: own = [], lastError } = recipient
    const isNewer = (own[0]?.lastAt ?? -Infinity) < last.lastAt
    return {
      ...recipient,
      lastError: isNewer ? last.reply : (lastError ?? last.reply),
      attempts: mergedHistory(own, known),
    }
  })
  return { ...copy, recipients, lastError: recipients.at(-1)?.lastError ?? copy.lastError }
}

/** Why a recipient still waits, or waited until its time ran out; undefined when it was never tried. */
export function lastWordOf({ lastError, attempts }: CopyRecipient): string | undefined {
  return lastError === undefined || lastError === expiredReply ? attempts?.[0]?.reply : lastError
}

/** Every recipient of the copy failed for one reason. */
export function allFailed(copy: Copy, reply: string): RecipientResult[] {
  return copy.recipients.map((recipient) => ({ recipient, outcome: 'failed', reply }))
}

function expired(recipient: CopyRecipient): RecipientResult {
  return { recipient, outcome: 'failed', reply: expiredReply }
}

function afterAttempt(result: RecipientResult, at: Milliseconds): CopyRecipient {
  const { recipient, reply, remoteHost } = result
  const host = remoteHost === undefined ? {} : { remoteHost }
  const attempts = withAttempt(recipient.attempts ?? [], { at, reply, ...host })
  return { ...recipient, lastError: shortened(reply, longestReply), attempts }
}

function withoutResult(copy: Copy, results: readonly RecipientResult[]): RecipientResult[] {
  const told = new Set(results.map(({ recipient }) => recipient.address))
  return copy.recipients
    .filter(({ address }) => !told.has(address))
    .map((recipient) => ({ recipient, outcome: 'retry', reply: unknownReply }))
}
