import type { Milliseconds } from '../base/time-span.ts'
import { withAttempt } from '../queue/attempt-history.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { CopyRecipient } from '../queue/stored-message.ts'
import { expiredReply, lastWordOf } from '../queue/scheduler/verdict.ts'
import type { ReportedRecipient } from './delivery-status.ts'

/** Refused after all, or never taken until its time ran out. */
export function reportedFailure(result: RecipientResult, at: Milliseconds): ReportedRecipient {
  const { recipient, reply, remoteHost } = result
  if (reply === expiredReply) {
    const lastWord = lastWordOf(recipient)
    const { attempts = [] } = recipient
    const report = reported({ recipient, reply, remoteHost: attempts[0]?.remoteHost })
    return { ...report, attempts, ...(lastWord !== undefined && { lastWord }) }
  }
  if (recipient.attempts === undefined) return reported(result)
  const attempt = { at, reply, ...(remoteHost !== undefined && { remoteHost }) }
  return { ...reported(result), attempts: withAttempt(recipient.attempts, attempt) }
}

/** Waits on. */
export function reportedDelay(recipient: CopyRecipient): ReportedRecipient {
  const { attempts = [] } = recipient
  const [last] = attempts
  const reply = lastWordOf(recipient) ?? ''
  return { ...reported({ recipient, reply, remoteHost: last?.remoteHost }), attempts }
}

interface Reported extends Pick<RecipientResult, 'recipient' | 'reply'> {
  readonly remoteHost?: string | undefined
}

/** As the result tells it. */
export function reported({ recipient, reply, remoteHost }: Reported): ReportedRecipient {
  const { address, originalRecipient } = recipient
  return {
    address,
    ...(originalRecipient !== undefined && { originalRecipient }),
    reply,
    ...(remoteHost !== undefined && { remoteHost }),
  }
}
