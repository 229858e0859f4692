import { type Milliseconds, second } from '../../base/time-span.ts'

/** Exchange's settings for a next hop that cannot be reached. */
export interface RetrySettings {
  readonly QueueGlitchRetryCount: number
  readonly QueueGlitchRetryInterval: Milliseconds
  readonly TransientFailureRetryCount: number
  readonly TransientFailureRetryInterval: Milliseconds
  readonly OutboundConnectionFailureRetryInterval: Milliseconds
  readonly MaxIdleTimeBeforeResubmit: Milliseconds
}

/** How long a queue waits when the store fails, or a connection comes to nothing at once. */
export const pauseAfterTrouble = second

/**
 * How long a queue waits after its connection failed `failures` times in a row: some quick retries
 * for a glitch, some slower ones, then a steady interval until the messages expire.
 */
export function retryDelay(failures: number, settings: RetrySettings): Milliseconds {
  const glitches = settings.QueueGlitchRetryCount
  if (failures <= glitches) return settings.QueueGlitchRetryInterval
  if (failures <= glitches + settings.TransientFailureRetryCount) {
    return settings.TransientFailureRetryInterval
  }
  return settings.OutboundConnectionFailureRetryInterval
}

/** No queue waits longer than this for its next hop. */
export function longestRetryDelay(settings: RetrySettings): Milliseconds {
  return Math.max(
    settings.QueueGlitchRetryInterval,
    settings.TransientFailureRetryInterval,
    settings.OutboundConnectionFailureRetryInterval,
  )
}

/** Attempts in a row that failed. */
export interface FailedAttempts {
  readonly firstAt: Milliseconds
  readonly lastAt: Milliseconds
  readonly count: number
}

/**
 * How many of them fell behind `time`. They are known by number, not one by one: those between the first
 * and the last are taken to have come by the schedule, which those that an administrator asked for did not.
 */
export function attemptsSince(
  time: Milliseconds,
  { firstAt, lastAt, count }: FailedAttempts,
  settings: RetrySettings,
): number {
  if (lastAt < time || count === 0) return 0
  if (firstAt >= time) return count
  const delays = Array.from({ length: count - 1 }, (_, at) => retryDelay(at + 1, settings))
  const planned = delays.reduce((sum, delay) => sum + delay, 0)
  const stretch = planned === 0 ? 1 : (lastAt - firstAt) / planned
  let at = lastAt
  let seen = 1
  for (const delay of delays.reverse()) {
    at -= delay * stretch
    if (at < time) break
    seen++
  }
  return seen
}

/** No copy waits longer than this for its next attempt: a later due time was written by a clock that was ahead. */
export function longestWait(settings: {
  readonly MessageRetryInterval: Milliseconds
  readonly ResolverRetryInterval: Milliseconds
}): Milliseconds {
  return Math.max(settings.MessageRetryInterval, settings.ResolverRetryInterval)
}
