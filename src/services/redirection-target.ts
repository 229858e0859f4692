import { formatSmartHosts } from '../pipeline/routable-connector.ts'
import { type QueueKey, redirectionQueue } from '../queue/queue-key.ts'
import type { NextHop } from '../deliver/smtp/next-hop.ts'

/**
 * The queue of messages that are redirected to a host. Rejects, with a reason for the administrator, when
 * nothing could be delivered there: its name has no address, or it is this server.
 */
export async function redirectionTarget(
  host: string,
  nextHopOf: (queue: QueueKey) => Promise<NextHop>,
): Promise<QueueKey> {
  const queue = redirectionQueue(formatSmartHosts([host]))
  const hop = await nextHopOf(queue)
  if (hop.kind === 'targets') return queue
  throw new Error(`Messages cannot be redirected to '${host}': ${hop.error}`)
}
