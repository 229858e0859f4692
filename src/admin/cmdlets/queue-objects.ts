import type { MessageView, QueueView, RecipientView } from '../../queue/queue-listing.ts'
import { tableView } from '../format/view.ts'
import { ShellObject } from '../values/shell-object.ts'
import { ByteSize, TimeSpan, type Value } from '../values/value.ts'

const queueView = tableView(
  { property: 'Identity', room: 'whole' },
  { property: 'DeliveryType', maxWidth: 22 },
  'Status',
  { property: 'MessageCount', align: 'left' },
  { property: 'Velocity', align: 'left' },
  { property: 'RiskLevel', room: 'spare' },
  { property: 'OutboundIPPool', align: 'left', room: 'spare' },
  { property: 'NextHopDomain', maxWidth: 32 },
)

const messageView = tableView(
  { property: 'Identity', room: 'whole' },
  { property: 'FromAddress', maxWidth: 32 },
  'Status',
  'Queue',
  { property: 'Subject', maxWidth: 32 },
)

/** Without priority queuing all mail is Normal: the numbers of High, Normal, Low and None. */
const perPriority = (normal: number) => [0, normal, 0, 0]

/** The kind of object that a queue is in a pipeline. */
export const queueType = 'ExtensibleQueueInfo'

/** A queue as Get-Queue gives it, in Exchange's order. */
export function queueObject(view: QueueView): ShellObject {
  return new ShellObject({
    type: queueType,
    view: queueView,
    properties: {
      DeliveryType: view.DeliveryType,
      NextHopDomain: view.NextHopDomain,
      TlsDomain: '',
      NextHopConnector: view.NextHopConnector,
      Status: view.Status,
      MessageCount: view.MessageCount,
      LastError: view.LastError,
      RetryCount: view.RetryCount,
      LastRetryTime: timeOf(view.LastRetryTime),
      NextRetryTime: timeOf(view.NextRetryTime),
      FirstRetryTime: timeOf(view.FirstRetryTime),
      DeferredMessageCount: view.DeferredMessageCount,
      LockedMessageCount: 0,
      MessageCountsPerPriority: perPriority(view.MessageCount),
      DeferredMessageCountsPerPriority: perPriority(view.DeferredMessageCount),
      RiskLevel: 'Normal',
      OutboundIPPool: 0,
      NextHopCategory: view.NextHopCategory,
      IncomingRate: view.IncomingRate,
      OutgoingRate: view.OutgoingRate,
      Velocity: Math.round((view.OutgoingRate - view.IncomingRate) * 100) / 100,
      OverrideSource: null,
      PriorityDescriptions: ['High', 'Normal', 'Low', 'None'],
      Identity: view.Identity,
    },
  })
}

/** What a filter of queues may use. */
export const queueProperties = [
  ...['DeferredMessageCount', 'DeferredMessageCountsPerPriority', 'DeliveryType'],
  ...['FirstRetryTime', 'Identity', 'IncomingRate', 'LastError', 'LastRetryTime'],
  ...['LockedMessageCount', 'MessageCount', 'MessageCountsPerPriority', 'NextHopCategory'],
  ...['NextHopConnector', 'NextHopDomain', 'NextRetryTime', 'OutboundIPPool', 'OutgoingRate'],
  ...['OverrideSource', 'PriorityDescriptions', 'RetryCount', 'RiskLevel', 'Status'],
  ...['TlsDomain', 'Velocity'],
]

/** A message in a queue as Get-Message gives it, in Exchange's order. */
export function messageObject(
  view: MessageView,
  { now, recipients }: { readonly now: Date; readonly recipients: boolean },
): ShellObject {
  return new ShellObject({
    type: 'ExtensibleMessageInfo',
    view: messageView,
    properties: {
      Subject: view.Subject,
      InternetMessageId: view.InternetMessageId,
      FromAddress: view.FromAddress,
      Status: view.Status,
      Size: new ByteSize(view.Size),
      MessageSourceName: view.MessageSourceName,
      SourceIP: view.SourceIP,
      SCL: -1,
      DateReceived: new Date(view.DateReceived),
      ExpirationTime: timeOf(view.ExpirationTime ?? undefined),
      LastError: view.LastError,
      RetryCount: view.RetryCount,
      Queue: view.Queue,
      Recipients: recipients ? view.Recipients.map(recipientText) : null,
      MessageLatency: new TimeSpan(Math.max(0, now.getTime() - view.DateReceived)),
      DeferReason: 'None',
      Priority: 'Normal',
      Identity: view.Identity,
    },
  })
}

/** What a filter of messages may use. */
export const messageProperties = [
  ...['DateReceived', 'DeferReason', 'ExpirationTime', 'FromAddress', 'Identity'],
  ...['InternetMessageId', 'LastError', 'MessageLatency', 'MessageSourceName', 'Priority'],
  ...['Queue', 'Recipients', 'RetryCount', 'SCL', 'Size', 'SourceIP', 'Status', 'Subject'],
]

/** Exchange's numbers: a recipient elsewhere (2); ready (2) or to be tried again (3). */
function recipientText({ Address, Status, LastError }: RecipientView): string {
  const error = LastError.replaceAll(';', ',')
  return [Address, 2, Status === 'Ready' ? 2 : 3, error, 0, '', 0].join(';')
}

const timeOf = (time: number | undefined): Value => (time === undefined ? null : new Date(time))
