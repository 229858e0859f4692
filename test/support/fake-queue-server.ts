import type {
  MessageAction,
  MessageSelection,
  OnSilent,
  QueueAction,
  QueueServer,
} from '../../src/admin/cmdlets/queue-server.ts'
import {
  type QueueKey,
  isDeliveryQueue,
  queueKeyText,
  submissionQueue,
} from '../../src/queue/queue-key.ts'
import type { MessageView, QueueName, QueueView } from '../../src/queue/queue-listing.ts'
import type { CopyPlace } from '../../src/queue/stored-message.ts'
import { domainQueue, sampleTime } from './queue-samples.ts'

/** A queue as the server shows it. */
export function queueView(number: number, changes: Partial<QueueView> = {}): QueueView {
  const key = changes.key ?? domainQueue(`d${number}.test`)
  const name = key.deliveryType === 'Undefined' ? 'Submission' : String(number)
  return {
    Identity: `EDGE01\\${name}`,
    DeliveryType: key.deliveryType,
    Status: 'Ready',
    MessageCount: 1,
    DeferredMessageCount: 0,
    NextHopDomain: key.nextHopDomain,
    NextHopConnector: key.nextHopConnector,
    NextHopCategory: isDeliveryQueue(key) ? 'External' : 'Internal',
    LastError: '',
    RetryCount: 0,
    IncomingRate: 0,
    OutgoingRate: 0,
    key,
    ...changes,
  }
}

/** A message in a queue as the server shows it. */
export function messageView(
  queue: number,
  id: number,
  changes: Partial<MessageView> = {},
): MessageView {
  return {
    Identity: `EDGE01\\${queue}\\${id}`,
    FromAddress: 'ana@contoso.test',
    Status: 'Ready',
    Queue: `EDGE01\\${queue}`,
    Subject: `Message ${id}`,
    Size: 12,
    MessageSourceName: 'SMTP:Default',
    SourceIP: '192.0.2.1',
    InternetMessageId: `<${id}@contoso.test>`,
    Directionality: 'Incoming',
    DateReceived: sampleTime,
    ExpirationTime: sampleTime + 1000,
    LastError: '',
    RetryCount: 0,
    Recipients: [{ Address: 'bob@d1.test', Status: 'Ready', LastError: '' }],
    place: { message: id, id: id + 1000 },
    ...changes,
  }
}

/** Queues that exist in memory only; what is asked of them is kept. */
export class FakeQueueServer implements QueueServer {
  views: readonly QueueView[] = [queueView(0, { key: submissionQueue, MessageCount: 0 })]
  found: readonly MessageView[] = []
  readonly selections: MessageSelection[] = []
  readonly asked: string[] = []
  silent: string | undefined
  content = Buffer.from('Hello world.')

  queues(onSilent: OnSilent, limit = Infinity): Promise<readonly QueueView[]> {
    if (this.silent !== undefined) onSilent(this.silent)
    return Promise.resolve(this.views.slice(0, limit))
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

  changeMessages(places: readonly CopyPlace[], action: MessageAction): Promise<void> {
    this.asked.push(`${action} ${places.map(({ message }) => message).join(' ')}`)
    return Promise.resolve()
  }

  messagePiece(messageId: number, index: number): Promise<Uint8Array | undefined> {
    this.asked.push(`piece ${index} of ${messageId}`)
    const piece = this.content.subarray(index * 8, index * 8 + 8)
    return Promise.resolve(piece.length === 0 ? undefined : piece)
  }
}
