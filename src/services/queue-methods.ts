import { z } from 'zod'
import type { AdminMethod } from '../admin/admin-endpoint.ts'
import type { QueueScheduler } from '../queue/scheduler.ts'

const queueQuery = z.strictObject({ limit: z.number().int().positive().optional() })

const messageQuery = z.strictObject({
  /** Identity of one queue: `EDGE01\3`; all queues when absent. */
  queue: z.string().optional(),
  limit: z.number().int().positive().max(10_000).default(1000),
})

/** What admin commands may ask of the queue. */
export function queueMethods({ listing }: QueueScheduler): Readonly<Record<string, AdminMethod>> {
  return {
    queues: (parameters) => listing.queues(queueQuery.parse(parameters ?? {}).limit),
    messages: async (parameters) => {
      const { queue, limit } = messageQuery.parse(parameters ?? {})
      if (queue === undefined) return (await listing.messages({ limit })).messages
      const views = await listing.queues()
      const view = views.find(({ Identity }) => isNamed(Identity, queue))
      if (view === undefined) throw new Error(`there is no queue "${queue}"`)
      return (await listing.messages({ queue: view.key, limit })).messages
    },
  }
}

/** `Server\Queue`, or the queue alone; compared without case. */
function isNamed(identity: string, wanted: string): boolean {
  const name = wanted.toLowerCase()
  return identity.toLowerCase() === name || identity.toLowerCase().endsWith(`\\${name}`)
}
