import type {
  MessageAction,
  MessageSelection,
  OnSilent,
  QueueAction,
  QueueSelection,
  QueueServer,
} from '../../src/admin/cmdlets/queues/queue-server.ts'
import type { ThisServer } from '../../src/admin/cmdlets/configuration/this-server.ts'
import {
  type QueueKey,
  queueKeyText,
  redirectionQueue,
  submissionQueue,
} from '../../src/queue/queue-key.ts'
import { formatSmartHosts } from '../../src/pipeline/routable-connector.ts'
import type { MessageView, QueueName, QueueView } from '../../src/queue/scheduler/queue-views.ts'
import { queueMatcher } from '../../src/queue/scheduler/queue-test.ts'
import type { CopyPlace } from '../../src/queue/stored-message.ts'
import { queueView } from './queue-views.ts'

/** Queues that exist in memory only; what is asked of them is kept. */
export class FakeQueueServer implements QueueServer {
  views: readonly QueueView[] = [queueView(0, { key: submissionQueue, MessageCount: 0 })]
  found: readonly MessageView[] = []
  readonly selections: MessageSelection[] = []
  readonly asked: string[] = []
  silent: string | undefined
  content = Buffer.from('Hello world.')

  server(): Promise<ThisServer> {
    return Promise.resolve({ Name: 'EDGE01', Fqdn: 'edge01.contoso.com' })
  }

  // eslint-disable-next-line @typescript-eslint/require-await -- they have all come
  async *queues(
    { tests = [], atMost = Infinity }: QueueSelection,
    onSilent: OnSilent,
  ): AsyncGenerator<QueueView> {
    if (this.silent !== undefined) onSilent(this.silent)
    yield* this.views.filter(queueMatcher(tests)).slice(0, atMost)
  }

  names(): Promise<readonly QueueName[]> {
    return Promise.resolve(this.views.map(({ Identity, key }) => ({ Identity, key })))
  }

  async *messages(selection: MessageSelection): AsyncGenerator<MessageView> {
    this.selections.push(selection)
    const { messageId, queue } = selection
    const names = await this.names()
    const inQueue = (view: MessageView) =>
      queue === undefined ||
      names.some(
        ({ Identity, key }) => Identity === view.Queue && queueKeyText(key) === queueKeyText(queue),
      )
    yield* this.found
      .filter(({ place }) => messageId === undefined || place.message === messageId)
      .filter(inQueue)
  }

  changeQueue(queue: QueueKey, action: QueueAction): Promise<boolean> {
    this.asked.push(`${action} ${queue.nextHopDomain}`)
    const view = this.views.find(({ key }) => queueKeyText(key) === queueKeyText(queue))
    return Promise.resolve(action.startsWith('re') ? view?.Status === 'Retry' : true)
  }

  redirectionTo(host: string): Promise<QueueKey> {
    if (host.endsWith('.invalid')) return Promise.reject(new Error(`no address for ${host}`))
    return Promise.resolve(redirectionQueue(formatSmartHosts([host])))
  }

  redirect(target: QueueKey): Promise<void> {
    this.asked.push(`redirect ${target.nextHopDomain}`)
    return Promise.resolve()
  }

  changeMessages(places: readonly CopyPlace[], action: MessageAction): Promise<void> {
    this.asked.push(`${action} ${places.map(({ message }) => message).join(' ')}`)
    return Promise.resolve()
  }

  replayHead(places: readonly CopyPlace[]): Promise<Uint8Array | undefined> {
    this.asked.push(`head of ${places.map(({ message }) => message).join(' ')}`)
    const isThere = this.content.length > 0
    return Promise.resolve(isThere ? Buffer.from('X-Sender: <>\r\n') : undefined)
  }

  messagePiece(messageId: number, index: number): Promise<Uint8Array | undefined> {
    this.asked.push(`piece ${index} of ${messageId}`)
    const piece = this.content.subarray(index * 8, index * 8 + 8)
    return Promise.resolve(piece.length === 0 ? undefined : piece)
  }
}
