import { isSubmissionQueue } from './queue-key.ts'
import { type Copy, suspended } from './stored-message.ts'

/** Why a message waits in Submission, in the words of Exchange's Get-Message; those that can occur here. */
export type DeferReason =
  'None' | 'AD Transient Failure During Resolve' | 'Agent' | 'Transient Failure'

/** LastError of recipients of whom the directory says nothing for now begins so (RFC 3463 X.4.3). */
export const directoryAway = '451 4.4.3 RESOLVER.ADR.DirectoryUnavailable'

/** LastError of a message that an agent put off begins so. */
export const putOffByAgent = '451 4.7.0 AGENT.Deferred'

/** Why the copy is not categorized yet; what an administrator suspended, and what never was looked at, has no reason. */
export function deferReasonOf({ queue, dueAt, lastError }: Copy): DeferReason {
  if (!isSubmissionQueue(queue) || dueAt === suspended || lastError === '') return 'None'
  if (lastError.startsWith(directoryAway)) return 'AD Transient Failure During Resolve'
  return lastError.startsWith(putOffByAgent) ? 'Agent' : 'Transient Failure'
}
