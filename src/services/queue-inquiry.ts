import { type SilentWorker, type WorkersAnswer, askWorkers } from '../admin/ask-workers.ts'
import { QueueNames, mergeMessages, mergeQueues } from '../admin/merged-queues.ts'
import type { MessageView, QueueName, QueueView } from '../queue/queue-listing.ts'
import { knownWorkers } from './known-workers.ts'

/** What the workers of the running Transport service have, as if it were one queue. */
export interface Inquired<Row> {
  readonly rows: readonly Row[]
  /** Workers whose part is missing. */
  readonly silent: readonly SilentWorker[]
}

/** Both ends of an admin socket are this very program, so an answer is of the type that it asked for. */
type Of<Row> = readonly (readonly Row[])[]

/** The queues of the running Transport service, `limit` at most. Rejects as `askWorkers` does. */
export async function inquireQueues(
  dataFolder: string,
  limit: number,
): Promise<Inquired<QueueView>> {
  const { ask, alone } = await asker(dataFolder)
  // The first ones of each worker would be different ones, and their sums wrong.
  const { results, silent } = await ask('queues', alone ? { limit } : {})
  const queues = results as Of<QueueView>
  const [only] = queues
  if (queues.length === 1 && only !== undefined) return { rows: only, silent }
  const names = new QueueNames((await ask('queueNames')).results as Of<QueueName>)
  return { rows: mergeQueues(queues, names).slice(0, limit), silent }
}

/** The messages in all queues or in one, `limit` at most. Rejects as `askWorkers` does. */
export async function inquireMessages(
  dataFolder: string,
  { queue, limit }: { readonly queue?: string | undefined; readonly limit: number },
): Promise<Inquired<MessageView>> {
  const { ask } = await asker(dataFolder)
  const names = new QueueNames((await ask('queueNames')).results as Of<QueueName>)
  const query = { limit, ...(queue !== undefined && { key: names.keyOf(queue) }) }
  const { results, silent } = await ask('messages', query)
  const messages = results as Of<MessageView>
  const [only] = messages
  if (messages.length === 1 && only !== undefined) return { rows: only, silent }
  return { rows: mergeMessages(messages, names, limit), silent }
}

async function asker(dataFolder: string) {
  const workers = await knownWorkers(dataFolder, 'Transport')
  const target = { dataFolder, service: 'Transport', workers }
  const ask = (method: string, parameters?: object): Promise<WorkersAnswer> =>
    askWorkers(target, method, parameters)
  return { ask, alone: workers.length === 1 }
}
