import { type AdminMethod, NotUnderstood } from '../admin/admin-endpoint.ts'
import type { ThisServer } from '../admin/cmdlets/configuration/this-server.ts'
import { second } from '../base/time-span.ts'
import type { QueueKey } from '../queue/queue-key.ts'
import { replayHead } from '../queue/replay-head.ts'
import type { Copy, CopyPlace } from '../queue/stored-message.ts'
import type { QueueScheduler } from '../queue/scheduler/scheduler.ts'
import type { QueueLog } from '../queue/queue-events.ts'
import { type QueueStore, type StoredContent, StoreError } from '../queue/queue-store.ts'
import {
  copyTests,
  listOf,
  mostAtOnce,
  oneOf,
  optional,
  parametersOf,
  place,
  queueKey,
  queueTests,
  text,
  truth,
  wholeNumber,
} from './queue-parameters.ts'

/** How long one question for queues or messages goes on looking; the answer says where the next goes on. */
const walkTime = second

const queueAction = oneOf(['suspend', 'resume', 'retry', 'resubmit'])
const messageAction = oneOf(['suspend', 'resume', 'remove', 'removeWithNotice'])

interface QueueMethodParts {
  readonly server: ThisServer
  readonly store: StoredContent & Pick<QueueStore, 'scan'>
  /** The queue of messages that are redirected to a host; rejects when it cannot be one. */
  readonly redirectionTo: (host: string) => Promise<QueueKey>
  readonly log: QueueLog
}

/**
 * What admin commands may ask of the queue. Each worker process answers for its own part: queues are
 * meant by their keys, which hold for all, and messages by numbers that no two workers give.
 */
export function queueMethods(
  { listing, operations, messages }: QueueScheduler,
  { server, store, redirectionTo, log }: QueueMethodParts,
): Readonly<Record<string, AdminMethod>> {
  return {
    server: () => Promise.resolve(server),
    queues: (given) => {
      const { tests, after, limit } = parametersOf(given, ['tests', 'after', 'limit'])
      return listing.queues({
        ...(tests !== undefined && { tests: queueTests(tests, 'tests') }),
        ...(after !== undefined && { after: wholeNumber(after, 'after') }),
        limit: Math.min(optional(limit, 'limit', wholeNumber) ?? mostAtOnce, mostAtOnce),
        time: walkTime,
      })
    },
    queueNames: () => listing.names(),
    messages: (given) => {
      const asked = parametersOf(given, [
        'queue',
        'messageId',
        'tests',
        'newestFirst',
        'after',
        'limit',
      ])
      const { queue, messageId, tests, newestFirst, after, limit } = asked
      return listing.messages({
        ...(queue !== undefined && { queue: queueKey(queue, 'queue') }),
        ...(messageId !== undefined && { messageId: wholeNumber(messageId, 'messageId') }),
        ...(tests !== undefined && { tests: copyTests(tests, 'tests') }),
        ...(newestFirst !== undefined && { newestFirst: truth(newestFirst, 'newestFirst') }),
        ...(after !== undefined && { after: mark(after) }),
        limit: Math.min(optional(limit, 'limit', wholeNumber) ?? mostAtOnce, mostAtOnce),
        time: walkTime,
      })
    },
    changeQueue: async (given) => {
      const { queue, action } = parametersOf(given, ['queue', 'action'])
      return await change(queueKey(queue, 'queue'), queueAction(action, 'action'))
    },
    redirectionTo: async (given) => {
      const { host } = parametersOf(given, ['host'])
      return await redirectionTo(text(host, 'host'))
    },
    redirect: (given) => {
      const { queue } = parametersOf(given, ['queue'])
      const target = queueKey(queue, 'queue')
      // A long queue takes its time; what goes wrong with one stands in the log.
      operations.redirect(target).catch((error: unknown) => {
        log.error({ error, queue: target }, 'could not redirect all messages')
      })
      return Promise.resolve()
    },
    changeMessages: async (given) => {
      const { places, action } = parametersOf(given, ['places', 'action'])
      const wanted = messageAction(action, 'action')
      const copies = listOf(place)(places, 'places')
      if (wanted === 'suspend') await messages.suspend(copies)
      else if (wanted === 'resume') await messages.resume(copies)
      else await messages.remove(copies, wanted)
    },
    replayHead: async (given) => {
      const { places } = parametersOf(given, ['places'])
      const copies = await copiesAt(store, listOf(place)(places, 'places'))
      const [first] = copies
      if (first === undefined) return undefined
      const recipients = copies.flatMap((copy) => copy.recipients)
      return replayHead(first.message, recipients).toString('base64')
    },
    messagePiece: async (given) => {
      const { message, index } = parametersOf(given, ['message', 'index'])
      const part = wholeNumber(index, 'index')
      const piece = await contentPart(store, wholeNumber(message, 'message'), part)
      return piece?.toString('base64')
    },
  }

  async function change(
    key: QueueKey,
    action: 'suspend' | 'resume' | 'retry' | 'resubmit',
  ): Promise<boolean> {
    switch (action) {
      case 'suspend':
        await operations.suspend(key)
        return true
      case 'resume':
        await operations.resume(key)
        return true
      case 'retry':
        return await operations.retry(key)
      case 'resubmit':
        return await operations.startResubmission(key)
    }
  }
}

/** The header, then the pieces of the body; undefined past the end, and of a message that is not here. */
async function contentPart(
  store: StoredContent,
  message: number,
  part: number,
): Promise<Buffer | undefined> {
  try {
    return await (part === 0 ? store.readHeader(message) : store.readBody(message, part - 1))
  } catch (error) {
    if (error instanceof StoreError && error.code === 'GONE') return undefined
    throw error
  }
}

/** The copies of one message that are at these places still. */
async function copiesAt(
  store: Pick<QueueStore, 'scan'>,
  places: readonly CopyPlace[],
): Promise<readonly Copy[]> {
  const [first] = places
  if (first === undefined) return []
  const wanted = new Set(places.map(({ id }) => id))
  const copies: Copy[] = []
  for (let after: string | undefined; ;) {
    const page = await store.scan({
      messageId: first.message,
      limit: mostAtOnce,
      ...(after !== undefined && { after }),
    })
    copies.push(...page.copies.filter(({ id }) => wanted.has(id)))
    if (page.next === undefined) return copies
    after = page.next
  }
}

/** Where a walk goes on, as an answer gave it. */
function mark(value: unknown): string {
  if (typeof value === 'string' && /^-?\d{1,16}(?:\/\d{1,16}){0,2}$/.test(value)) return value
  throw new NotUnderstood('after must be the mark of an earlier answer')
}
