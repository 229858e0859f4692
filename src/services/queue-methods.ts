import { z } from 'zod'
import type { AdminMethod } from '../admin/admin-endpoint.ts'
import { queueNamed } from '../admin/merged-queues.ts'
import type { QueueScheduler } from '../queue/scheduler.ts'

const queueQuery = z.strictObject({ limit: z.number().int().positive().optional() })

const messageQuery = z.strictObject({
  /** Identity of one queue: `EDGE01\\3`; all queues when absent. */
  queue: z.string().optional(),
  /** The same by its key, which holds for every worker. */
  key: z
    .strictObject({
      deliveryType: z.enum([
        ...(['DnsConnectorDelivery', 'SmartHostConnectorDelivery'] as const),
        ...(['Undefined', 'Unreachable'] as const),
      ]),
      nextHopDomain: z.string(),
      nextHopConnector: z.string(),
    })
    .optional(),
  limit: z.number().int().positive().max(10_000).default(1000),
})

/** What admin commands may ask of the queue. */
export function queueMethods({ listing }: QueueScheduler): Readonly<Record<string, AdminMethod>> {
  return {
    queues: (parameters) => listing.queues(queueQuery.parse(parameters ?? {}).limit),
    queueNames: () => listing.names(),
    messages: async (parameters) => {
      const { queue, key, limit } = messageQuery.parse(parameters ?? {})
      if (key !== undefined) return (await listing.messages({ queue: key, limit })).messages
      if (queue === undefined) return (await listing.messages({ limit })).messages
      const named = queueNamed(await listing.names(), queue)
      return (await listing.messages({ queue: named.key, limit })).messages
    },
  }
}
