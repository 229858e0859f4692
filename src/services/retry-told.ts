import type { ProgramLog } from '../base/program-log.ts'
import type { QueueEvent } from '../queue/queue-events.ts'

/**
 * Tells that a queue begins to wait for its next hop; what comes of further tries stands in the
 * connectivity log. A calm log makes one line of the many queues of a connector.
 */
export function tellRetry(event: QueueEvent, calm: ProgramLog): void {
  if (event.kind !== 'queueRetry' || event.retryCount > 1) return
  const { queue, error, nextRetryAt } = event
  calm.warn(
    { queue: queue.nextHopDomain, reason: error, nextRetry: new Date(nextRetryAt).toISOString() },
    `queues of the connector "${queue.nextHopConnector}" go into Retry`,
  )
}
