import { type WorkersAnswer, askWorkers } from '../../admin/ask-workers.ts'
import type {
  MessageAction,
  MessageSelection,
  OnSilent,
  QueueAction,
  QueueSelection,
  QueueServer,
} from '../../admin/cmdlets/queues/queue-server.ts'
import type { ThisServer } from '../../admin/cmdlets/configuration/this-server.ts'
import { QueueNames, mergeQueues, mergedMessages } from '../../admin/merged-queues.ts'
import type { CopyTest } from '../../queue/copy-test.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import type { MessagePage, QueuePage } from '../../queue/scheduler/queue-listing.ts'
import type { MessageView, QueueName, QueueView } from '../../queue/scheduler/queue-views.ts'
import type { CopyPlace } from '../../queue/stored-message.ts'
import { knownWorkers } from '../workers/known-workers.ts'

/** Queues that one answer brings, and messages. */
const queuesPerAnswer = 1000
const messagesPerAnswer = 500

/**
 * The queues of the Transport service that runs with this data folder. Both ends of an admin socket are
 * this very program, so an answer is of the type that was asked for.
 */
export class RunningQueues implements QueueServer {
  readonly #dataFolder: string

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder
  }

  async server(): Promise<ThisServer> {
    const [first] = (await this.#ask(await this.#workers(), 'server')).results
    return first as ThisServer
  }

  async *queues(selection: QueueSelection, onSilent: OnSilent): AsyncGenerator<QueueView> {
    const workers = await this.#workers()
    const { tests, atMost = Infinity } = selection
    const limit = Math.min(atMost, queuesPerAnswer)
    // Of several workers each knows a part of a queue's figures, and their first queues are others.
    const asked = workers.length > 1 ? {} : { ...(tests !== undefined && { tests }), limit }
    const answer = await this.#ask(workers, 'queues', asked)
    tellSilent(answer, onSilent)
    const walks = (answer.results as QueuePage[]).map((page, at) =>
      this.#queueWalk(asked, { page, worker: answer.answering[at] ?? 1 }),
    )
    const [only] = walks
    if (walks.length === 1 && only !== undefined) {
      yield* only
      return
    }
    const all = await Promise.all(walks.map((walk) => Array.fromAsync(walk)))
    yield* mergeQueues(all, await this.#names(workers))
  }

  async names(): Promise<readonly QueueName[]> {
    const { results } = await this.#ask(await this.#workers(), 'queueNames')
    return (results as QueueName[][]).flat()
  }

  async *messages(
    selection: MessageSelection,
    onSilent: OnSilent,
    narrow: () => readonly CopyTest[] = () => [],
  ): AsyncGenerator<MessageView> {
    const workers = await this.#workers()
    const query = () => {
      const tests = [...(selection.tests ?? []), ...narrow()]
      return { ...selection, ...(tests.length > 0 && { tests }), limit: messagesPerAnswer }
    }
    const answer = await this.#ask(workers, 'messages', query())
    tellSilent(answer, onSilent)
    const walks = (answer.results as MessagePage[]).map((page, at) =>
      this.#walk(query, { page, worker: answer.answering[at] ?? 1 }),
    )
    const [only] = walks
    if (walks.length === 1 && only !== undefined) yield* only
    else yield* mergedMessages(walks, await this.#names(workers))
  }

  async changeQueue(queue: QueueKey, action: QueueAction): Promise<boolean> {
    const answer = await this.#askAll('changeQueue', { queue, action })
    return answer.results.includes(true)
  }

  async redirectionTo(host: string): Promise<QueueKey> {
    const [first] = (await this.#askAll('redirectionTo', { host })).results
    return first as QueueKey
  }

  async redirect(target: QueueKey): Promise<void> {
    await this.#askAll('redirect', { queue: target })
  }

  async changeMessages(places: readonly CopyPlace[], action: MessageAction): Promise<void> {
    await this.#askAll('changeMessages', { places, action })
  }

  async replayHead(places: readonly CopyPlace[]): Promise<Uint8Array | undefined> {
    const answer = await this.#askAll('replayHead', { places })
    const head = answer.results.find((result) => typeof result === 'string')
    return head === undefined ? undefined : Buffer.from(head, 'base64')
  }

  async messagePiece(messageId: number, index: number): Promise<Uint8Array | undefined> {
    const answer = await this.#askAll('messagePiece', { message: messageId, index })
    const piece = answer.results.find((result) => typeof result === 'string')
    return piece === undefined ? undefined : Buffer.from(piece, 'base64')
  }

  async *#queueWalk(
    asked: object,
    { page, worker }: { readonly page: QueuePage; readonly worker: number },
  ): AsyncGenerator<QueueView> {
    for (let { queues, next } = page; ;) {
      yield* queues
      if (next === undefined) return
      const query = { ...asked, limit: queuesPerAnswer, after: next }
      const { results } = await this.#ask([worker], 'queues', query)
      ;({ queues, next } = results[0] as QueuePage)
    }
  }

  async *#walk(
    query: () => object,
    { page, worker }: { readonly page: MessagePage; readonly worker: number },
  ): AsyncGenerator<MessageView> {
    for (let { messages, next } = page; ;) {
      yield* messages
      if (next === undefined) return
      const { results } = await this.#ask([worker], 'messages', { ...query(), after: next })
      ;({ messages, next } = results[0] as MessagePage)
    }
  }

  /** A change must reach everybody: rejects when a worker does not answer. */
  async #askAll(method: string, parameters: object): Promise<WorkersAnswer> {
    const answer = await this.#ask(await this.#workers(), method, parameters)
    const [silent] = answer.silent
    if (silent !== undefined) throw new Error(`not all was done: ${silent.reason}`)
    return answer
  }

  async #names(workers: readonly number[]): Promise<QueueNames> {
    return new QueueNames((await this.#ask(workers, 'queueNames')).results as QueueName[][])
  }

  #workers(): Promise<readonly number[]> {
    return knownWorkers(this.#dataFolder, 'Transport')
  }

  #ask(workers: readonly number[], method: string, parameters?: object): Promise<WorkersAnswer> {
    const target = { dataFolder: this.#dataFolder, service: 'Transport', workers }
    return askWorkers(target, method, parameters)
  }
}

/** A worker that is down must not look like an empty queue. */
function tellSilent({ silent }: WorkersAnswer, onSilent: OnSilent): void {
  for (const { reason } of silent) onSilent(`not all is shown: ${reason}`)
}
