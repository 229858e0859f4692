import type { MessageView, QueueView, RecipientView } from '../../../queue/scheduler/queue-views.ts'
import { tableView } from '../../values/view.ts'
import type { FilterProperties } from '../../shell/filter-properties.ts'
import { ByteSize, ShellObject, TimeSpan, type Value } from '../../values/value.ts'

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

/** Exchange's, most of which an Edge server never has. */
const deliveryTypes = [
  ...['DeliveryAgent', 'DnsConnectorDelivery', 'Heartbeat', 'MapiDelivery'],
  ...['NonSmtpGatewayDelivery', 'ShadowRedundancy', 'SmartHostConnectorDelivery'],
  ...['SmtpDeliveryToMailbox', 'SmtpRelayToConnectorSourceServers', 'SmtpRelayToDag'],
  ...['SmtpRelayToMailboxDeliveryGroup', 'SmtpRelayToRemoteActiveDirectorySite'],
  ...['SmtpRelayToRemoteAdSite', 'SmtpRelayToServers', 'SmtpRelayToTiRg'],
  ...['SmtpRelayWithinAdSite', 'SmtpRelayWithinAdSiteToEdge', 'Undefined', 'Unreachable'],
]

/** What a filter of queues may use. */
export const filteredQueues: FilterProperties = {
  DeferredMessageCount: 'number',
  DeferredMessageCountsPerPriority: 'number',
  DeliveryType: deliveryTypes,
  FirstRetryTime: 'time',
  Identity: 'text',
  IncomingRate: 'number',
  LastError: 'text',
  LastRetryTime: 'time',
  LockedMessageCount: 'number',
  MessageCount: 'number',
  MessageCountsPerPriority: 'number',
  NextHopCategory: ['External', 'Internal'],
  NextHopConnector: 'text',
  NextHopDomain: 'text',
  NextRetryTime: 'time',
  OutboundIPPool: 'number',
  OutgoingRate: 'number',
  OverrideSource: 'text',
  PriorityDescriptions: 'text',
  RetryCount: 'number',
  RiskLevel: ['Normal', 'Bulk', 'Low', 'High'],
  Status: ['Active', 'Connecting', 'None', 'Ready', 'Retry', 'Suspended'],
  TlsDomain: 'text',
  Velocity: 'number',
}

/** What queues may be sorted by, and have to show. */
export const queueProperties = Object.keys(filteredQueues)

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
      ComponentLatency: null,
      MessageLatency: new TimeSpan(Math.max(0, now.getTime() - view.DateReceived)),
      DeferReason: view.DeferReason,
      LockReason: null,
      Priority: view.Priority,
      ExternalDirectoryOrganizationId: '00000000-0000-0000-0000-000000000000',
      Directionality: view.Directionality,
      OriginalFromAddress: view.FromAddress,
      AccountForest: '',
      TrafficType: 'Email',
      TrafficSubType: '',
      Identity: view.Identity,
    },
  })
}

const messageStatuses = [
  ...['Active', 'Locked', 'None', 'PendingRemove', 'PendingSuspend', 'Ready', 'Retry', 'Suspended'],
]

/** What a filter of messages may use. */
export const filteredMessages: FilterProperties = {
  AccountForest: 'text',
  ComponentLatency: 'text',
  DateReceived: 'time',
  DeferReason: 'text',
  Directionality: ['Incoming', 'Originating', 'Undefined'],
  ExpirationTime: 'time',
  ExternalDirectoryOrganizationId: 'text',
  FromAddress: 'text',
  Identity: 'text',
  InternetMessageId: 'text',
  LastError: 'text',
  LockReason: 'text',
  MessageLatency: 'time span',
  MessageSourceName: 'text',
  OriginalFromAddress: 'text',
  Priority: ['High', 'Normal', 'Low', 'None'],
  Queue: 'text',
  Recipients: 'list of recipients with their states',
  RetryCount: 'number',
  SCL: 'number',
  Size: 'size',
  SourceIP: 'text',
  Status: messageStatuses,
  Subject: 'text',
  TrafficSubType: 'text',
  TrafficType: 'text',
}

/** What messages have to show. */
export const messageProperties = Object.keys(filteredMessages)

/** What messages may be sorted by. */
export const sortableMessages = messageProperties.filter((property) => property !== 'Recipients')

/** Exchange's numbers: a recipient elsewhere (2); ready (2) or to be tried again (3). */
function recipientText({ Address, Status, LastError }: RecipientView): string {
  const error = LastError.replaceAll(';', ',')
  return [Address, 2, Status === 'Ready' ? 2 : 3, error, 0, '', 0].join(';')
}

const timeOf = (time: number | undefined): Value => (time === undefined ? null : new Date(time))
