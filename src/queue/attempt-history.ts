import { shortened } from '../message/header-text.ts'
import type { Milliseconds } from '../base/time-span.ts'

/** Attempts in a row that ended in the same words. */
export interface PastAttempts {
  readonly reply: string
  /** The host that was tried, `host (ip)`; absent when there was none. */
  readonly remoteHost?: string
  readonly firstAt: Milliseconds
  readonly lastAt: Milliseconds
  readonly count: number
}

/** What attempts came to, the newest first; of many the last few. */
export type AttemptHistory = readonly PastAttempts[]

/** One attempt that came to nothing. */
export interface FailedAttempt extends Pick<PastAttempts, 'reply' | 'remoteHost'> {
  readonly at: Milliseconds
}

const longestHistory = 5
const longestReply = 1000

/** The history with one more attempt. */
export function withAttempt(
  history: AttemptHistory,
  { at, reply, remoteHost }: FailedAttempt,
): AttemptHistory {
  const host = remoteHost === undefined ? {} : { remoteHost }
  return withRun(history, { reply, ...host, firstAt: at, lastAt: at, count: 1 })
}

/** The history with more attempts, that came behind it. */
export function withRun(history: AttemptHistory, run: PastAttempts): AttemptHistory {
  return joined([{ ...run, reply: shortened(run.reply, longestReply) }, ...history])
}

/** Two histories of the same waiting as one; what stands in both is not counted twice. */
export function mergedHistory(one: AttemptHistory, other: AttemptHistory): AttemptHistory {
  return joined([...one, ...other].sort((a, b) => b.lastAt - a.lastAt))
}

/**
 * Of a queue's history what concerns a message that came at `time`: the newest run in any case, for that
 * is what it waits for.
 */
export function historySince(history: AttemptHistory, time: Milliseconds): AttemptHistory {
  return history.filter(({ lastAt }, at) => at === 0 || lastAt >= time)
}

/** Neighbours in the same words become one run. */
function joined(runs: AttemptHistory): AttemptHistory {
  const history: PastAttempts[] = []
  for (const run of runs) {
    const newer = history.at(-1)
    if (newer?.reply !== run.reply || newer.remoteHost !== run.remoteHost) history.push(run)
    else history[history.length - 1] = union(newer, run)
  }
  return history.slice(0, longestHistory)
}

function union(newer: PastAttempts, older: PastAttempts): PastAttempts {
  const isShared = older.lastAt > newer.firstAt || older.firstAt === newer.firstAt
  return {
    ...newer,
    firstAt: Math.min(newer.firstAt, older.firstAt),
    lastAt: Math.max(newer.lastAt, older.lastAt),
    count: isShared ? Math.max(newer.count, older.count) : newer.count + older.count,
  }
}
