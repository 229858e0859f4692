import type { TrackingFilter } from '../../../logs/tracking-filter.ts'
import { type TrackingRecord, trackingEvents, trackingSources } from '../../../logs/tracking-log.ts'
import type { ServerIdentity } from '../../../config/server-config.ts'
import { tableView } from '../../values/view.ts'
import { type Cmdlet, type Given, defineCmdlet, parameter } from '../../shell/cmdlet.ts'
import { dateTime, list, text, textPart } from '../../shell/parameter-types.ts'
import { ShellObject, TimeSpan } from '../../values/value.ts'
import { followParameter, isFollowing } from './follow.ts'
import { limitedResults, resultSize } from '../queues/result-size.ts'
import { directoryParameters } from '../configuration/setting-parameters.ts'
import { requireThisServer, serverParameter } from '../configuration/this-server.ts'
import { requireTimeRange } from './time-range.ts'

/** The message tracking log of this server. */
export interface TrackingLogs {
  server(): Promise<ServerIdentity>
  /** Records by their time; with `follow` those that are written from now on, until the signal. */
  search(
    query: TrackingFilter & { readonly signal: AbortSignal; readonly follow: boolean },
  ): AsyncIterable<TrackingRecord>
}

const view = tableView('EventId', 'Source', 'Sender', 'Recipients', 'MessageSubject')

const parameters = {
  Start: parameter(dateTime, { help: 'Events of this time and later.' }),
  End: parameter(dateTime, { help: 'Events before this time.' }),
  EventId: parameter(
    { ...text, values: trackingEvents },
    { help: 'What happened: RECEIVE, SEND, FAIL, DEFER and so on.' },
  ),
  Sender: parameter(text, { help: "The sender's address in the envelope." }),
  Recipients: parameter(list(text), { help: 'One of these is among the recipients.' }),
  MessageSubject: parameter(textPart, { help: 'A part of the subject.' }),
  MessageId: parameter(text, {
    help: 'The Message-ID, with or without its angle brackets.',
    pipeline: 'property',
  }),
  InternalMessageId: parameter(text, { help: 'The number that this server gave the message.' }),
  NetworkMessageId: parameter(text, {
    help: 'The GUID that all copies of the message share, with or without hyphens.',
  }),
  Reference: parameter(text, {
    help: 'What the event refers to, such as the Message-ID of an NDR.',
  }),
  Source: parameter(
    { ...text, values: trackingSources },
    { help: 'The part of the server that tells it: SMTP, DNS, DSN, QUEUE, ROUTING.' },
  ),
  TransportTrafficType: parameter(text, { help: 'The kind of traffic: Email.' }),
  Server: serverParameter,
  Follow: followParameter,
  ResultSize: resultSize,
  ...directoryParameters,
}

/** `Get-MessageTrackingLog`. */
export function trackingLogCmdlets(logs: TrackingLogs): readonly Cmdlet[] {
  return [
    defineCmdlet({
      name: 'Get-MessageTrackingLog',
      synopsis: 'Searches the message tracking log: what became of messages.',
      parameters,
      outputs: [
        ...['Timestamp', 'EventId', 'Source', 'Sender', 'Recipients', 'RecipientStatus'],
        ...['MessageSubject', 'MessageId', 'InternalMessageId', 'ConnectorId', 'ServerHostname'],
        ...['ClientHostname', 'TotalBytes', 'MessageLatency', 'SourceContext'],
      ],
      examples: [
        {
          code: 'Get-MessageTrackingLog -Sender bob@contoso.com -Start (Get-Date).AddHours(-1)',
          text: 'What became of the messages of the last hour from this address.',
        },
        {
          code: 'Get-MessageTrackingLog -EventId FAIL | Format-List Timestamp,Recipients,RecipientStatus',
          text: 'What could not be delivered, and why.',
        },
        {
          code: 'Get-MessageTrackingLog -Follow -EventId FAIL',
          text: 'What cannot be delivered, as it happens, until Ctrl-C.',
        },
        {
          code: "Get-MessageTrackingLog -MessageId '<a1@contoso.com>' -ResultSize Unlimited",
          text: 'All events of one message.',
        },
        {
          code: 'Get-TransportService | Get-MessageTrackingLog -Recipients ann@contoso.com | Export-Csv ann.csv -NoTypeInformation',
          text: 'As scripts for several servers have it; here it is one.',
        },
      ],
      async *run({ given }, context) {
        requireThisServer(given.Server, await logs.server())
        const follow = isFollowing(given)
        const found = withTraffic(
          logs.search({ ...filterOf(given), signal: context.signal, follow }),
          given.TransportTrafficType,
        )
        const size = given.ResultSize ?? (follow ? Infinity : undefined)
        for await (const record of limitedResults(found, size, context)) {
          yield recordObject(record)
        }
      },
    }),
  ]
}

function filterOf(given: Given<typeof parameters>): TrackingFilter {
  const { Start, End } = given
  requireTimeRange(given, ['Start', 'End'])
  return {
    ...(Start !== undefined && { start: Start.getTime() }),
    ...(End !== undefined && { end: End.getTime() }),
    ...(given.EventId !== undefined && { eventId: given.EventId }),
    ...(given.Source !== undefined && { source: given.Source }),
    ...(given.Sender !== undefined && { sender: given.Sender }),
    ...(given.Recipients !== undefined && { recipients: given.Recipients }),
    ...(given.MessageId !== undefined && { messageId: given.MessageId }),
    ...(given.InternalMessageId !== undefined && { internalMessageId: given.InternalMessageId }),
    ...(given.NetworkMessageId !== undefined && { networkMessageId: given.NetworkMessageId }),
    ...(given.MessageSubject !== undefined && { messageSubject: given.MessageSubject }),
    ...(given.Reference !== undefined && { reference: given.Reference }),
  }
}

async function* withTraffic(
  records: AsyncIterable<TrackingRecord>,
  wanted: string | undefined,
): AsyncGenerator<TrackingRecord, void> {
  const type = wanted?.toLowerCase()
  for await (const record of records) {
    if (type === undefined || record.transportTrafficType.toLowerCase() === type) yield record
  }
}

/** In Exchange's order. */
function recordObject(record: TrackingRecord): ShellObject {
  const latency = latencyOf(record)
  return new ShellObject({
    type: 'MessageTrackingEvent',
    view,
    properties: {
      Timestamp: new Date(record.timestamp),
      ClientIp: record.clientIp,
      ClientHostname: record.clientHostname,
      ServerIp: record.serverIp,
      ServerHostname: record.serverHostname,
      SourceContext: record.sourceContext,
      ConnectorId: record.connectorId,
      Source: record.source,
      EventId: record.eventId,
      InternalMessageId: record.internalMessageId,
      MessageId: record.messageId,
      NetworkMessageId: record.networkMessageId,
      Recipients: record.recipients,
      RecipientStatus: record.recipientStatuses,
      TotalBytes: record.totalBytes,
      RecipientCount: record.recipientCount,
      RelatedRecipientAddress: record.relatedRecipientAddress,
      Reference: record.reference === '' ? [] : [record.reference],
      MessageSubject: record.messageSubject,
      Sender: record.sender,
      ReturnPath: record.returnPath,
      Directionality: record.directionality,
      TenantId: record.tenantId,
      OriginalClientIp: record.originalClientIp,
      MessageInfo: record.messageInfo,
      MessageLatency: latency,
      MessageLatencyType: latency === null ? 'None' : 'EndToEnd',
      EventData: eventData(record.customData),
      TransportTrafficType: record.transportTrafficType,
      SchemaVersion: record.schemaVersion,
    },
  })
}

/** How long a message was here, where the event tells when it came. */
function latencyOf({ eventId, messageInfo, timestamp }: TrackingRecord): TimeSpan | null {
  const received = eventId === 'SEND' ? Date.parse(messageInfo) : NaN
  return Number.isNaN(received) ? null : new TimeSpan(timestamp - received)
}

/** The pairs of `S:DeliveryPriority=Normal;S:…` as .NET shows them: `[DeliveryPriority, Normal]`. */
function eventData(customData: string): readonly string[] | null {
  if (customData === '') return null
  const pairs = customData.replace(/^S:/, '').split(/;S:/)
  return pairs.map((pair) => `[${pair.replace(/=|$/, ', ')}]`)
}
