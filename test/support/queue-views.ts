import { deliveryKinds } from '../../src/queue/delivery-kinds.ts'
import type { MessageView, QueueView } from '../../src/queue/scheduler/queue-views.ts'
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
    NextHopCategory: deliveryKinds[key.deliveryType].category,
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
    DeferReason: 'None',
    Priority: 'Normal',
    LastError: '',
    RetryCount: 0,
    Recipients: [{ Address: 'bob@d1.test', Status: 'Ready', LastError: '' }],
    place: { message: id, id: id + 1000 },
    ...changes,
  }
}
