import type { Milliseconds } from '../../base/time-span.ts'
import { type AttemptHistory, withRun } from '../attempt-history.ts'
import type { RetryState } from '../queue-store.ts'

/** The failures in a row of a queue's next hop. */
export interface NextHopFailures {
  readonly lastError: string
  /** The host of which it speaks, `host (ip)`. */
  readonly remoteHost?: string
  /** The first of the failures in a row. */
  readonly firstRetryAt: Milliseconds
  readonly lastRetryAt: Milliseconds
  /** What failures in the row said before; most queues' always say the same, so have none. */
  readonly before?: EarlierFailures
  /** How long after the last one the next attempt comes; 0 when nothing waits for it. */
  readonly retryIn: Milliseconds
}

/** Failures that came to something else than the last ones. */
interface EarlierFailures {
  readonly history: AttemptHistory
  /** How many they were. */
  readonly count: number
  /** When the first one came that said what the last one says. */
  readonly until: Milliseconds
}

/** One failure. */
export interface NextHopFailure {
  readonly at: Milliseconds
  readonly error: string
  readonly remoteHost?: string
  readonly retryIn?: Milliseconds
}

/** Failures as they are kept over a restart; what they said before is not. */
export function failuresOf({
  lastError,
  remoteHost,
  firstRetryAt,
  lastRetryAt,
  nextRetryAt,
}: RetryState): NextHopFailures {
  const host = remoteHost === undefined ? {} : { remoteHost }
  return { lastError, ...host, firstRetryAt, lastRetryAt, retryIn: nextRetryAt - lastRetryAt }
}

/** A failure with no other before it, that nothing waits for. */
export function soleFailure({ at, error }: NextHopFailure): NextHopFailures {
  return { lastError: error, firstRetryAt: at, lastRetryAt: at, retryIn: 0 }
}

/** One more failure behind `count` of them. */
export function oneMoreFailure(
  failures: NextHopFailures | undefined,
  count: number,
  { at, error, remoteHost, retryIn = 0 }: NextHopFailure,
): NextHopFailures {
  const isSame = failures?.lastError === error && failures.remoteHost === remoteHost
  const before =
    failures === undefined || isSame
      ? failures?.before
      : { history: historyOf(failures, count), count, until: at }
  // Most have neither, and none costs what a spread object does: there may be a hundred thousand.
  const plain: NextHopFailures = {
    lastError: error,
    firstRetryAt: failures?.firstRetryAt ?? at,
    lastRetryAt: at,
    retryIn,
  }
  if (remoteHost === undefined && before === undefined) return plain
  return {
    ...plain,
    ...(remoteHost !== undefined && { remoteHost }),
    ...(before !== undefined && { before }),
  }
}

/** What `count` failures in a row came to. */
export function historyOf(failures: NextHopFailures, count: number): AttemptHistory {
  const { lastError: reply, remoteHost, firstRetryAt, lastRetryAt: lastAt, before } = failures
  const { history = [], count: earlier = 0, until: firstAt = firstRetryAt } = before ?? {}
  const host = remoteHost === undefined ? {} : { remoteHost }
  return withRun(history, {
    reply,
    ...host,
    firstAt,
    lastAt,
    count: Math.max(1, count - earlier),
  })
}
