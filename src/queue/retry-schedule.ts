import { type Milliseconds, second } from '../base/time-span.ts'

/** Exchange's settings for a next hop that cannot be reached. */
export interface RetrySettings {
  readonly QueueGlitchRetryCount: number
  readonly QueueGlitchRetryInterval: Milliseconds
  readonly TransientFailureRetryCount: number
  readonly TransientFailureRetryInterval: Milliseconds
  readonly OutboundConnectionFailureRetryInterval: Milliseconds
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
