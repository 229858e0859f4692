import type { Bytes } from '../base/byte-size.ts'
import type { Milliseconds } from '../base/time-span.ts'

/** What happened to a message, in Exchange's words; those that can happen in this relay. */
export const trackingEvents = [
  /** Accepted by SMTP. */
  'RECEIVE',
  /** Handed to the next hop. */
  'SEND',
  /** Failed for good. */
  'FAIL',
  /** Waits for another attempt. */
  'DEFER',
  /** A delivery status notification was made. */
  'DSN',
  /** Given up without a notification. */
  'DROP',
  /** Split: recipients went into a copy of their own. */
  'TRANSFER',
  /** Categorized anew while it waited for a next hop. */
  'RESUBMIT',
  /** Moved to another server's queue by an administrator, or sent to a target address. */
  'REDIRECT',
  /** A group's members took its place. */
  'EXPAND',
  /** A recipient's primary address took the place of another one. */
  'RESOLVE',
  /** Into the Poison queue, or out of it. */
  'POISONMESSAGE',
] as const
export type TrackingEvent = (typeof trackingEvents)[number]

/** The part of the server where an event came from. */
export const trackingSources = [
  'ADMIN',
  'AGENT',
  'DNS',
  'DSN',
  'GATEWAY',
  'PICKUP',
  'POISONMESSAGE',
  'QUEUE',
  'REPLAY',
  'ROUTING',
  'SMTP',
] as const
export type TrackingSource = (typeof trackingSources)[number]

/** From outside, or from a client or server that proved who it is. */
export type Directionality = 'Incoming' | 'Originating'

/** The columns of the message tracking log, in Exchange's order. */
export const trackingLogFields = [
  'date-time',
  'client-ip',
  'client-hostname',
  'server-ip',
  'server-hostname',
  'source-context',
  'connector-id',
  'source',
  'event-id',
  'internal-message-id',
  'message-id',
  'network-message-id',
  'recipient-address',
  'recipient-status',
  'total-bytes',
  'recipient-count',
  'related-recipient-address',
  'reference',
  'message-subject',
  'sender-address',
  'return-path',
  'message-info',
  'directionality',
  'tenant-id',
  'original-client-ip',
  'original-server-ip',
  'custom-data',
  'transport-traffic-type',
  'log-id',
  'schema-version',
] as const
export type TrackingField = (typeof trackingLogFields)[number]

/** What every event tells of its message. */
export interface TrackedMessage {
  /** Exchange's InternalMessageId. */
  readonly internalMessageId: number
  /** The Message-ID with its angle brackets. */
  readonly messageId: string
  /** A GUID, or empty. */
  readonly networkMessageId: string
  readonly totalBytes: Bytes
  readonly messageSubject: string
  readonly sender: string
  /** `<>` for the null sender. */
  readonly returnPath: string
  readonly directionality: Directionality
  readonly originalClientIp: string
}

/** An event as it is told to the log; what is absent stands empty in the record. */
export interface TrackingEntry {
  readonly message: TrackedMessage
  readonly source: TrackingSource
  readonly event: TrackingEvent
  readonly recipients: readonly string[]
  /** In step with `recipients`, or empty. */
  readonly recipientStatuses?: readonly string[]
  /** EXPAND, REDIRECT, RESOLVE: the address before. */
  readonly relatedRecipient?: string
  readonly clientIp?: string
  readonly clientHostname?: string
  readonly serverIp?: string
  readonly serverHostname?: string
  readonly sourceContext?: string
  /** `SERVER\Name` of a Receive connector, the name of a Send connector. */
  readonly connectorId?: string
  readonly reference?: string
  /** SEND: when the message was received. */
  readonly messageInfo?: string
  readonly originalServerIp?: string
  readonly customData?: string
}

/** Takes events; neither throws nor waits. */
export interface TrackingLog {
  /** False when the log is switched off: then nothing need be told. */
  readonly enabled: boolean
  record(entry: TrackingEntry): void
}

/** A record as it was read; `source` and `event` may be those of another server's file. */
export interface TrackingRecord {
  readonly timestamp: Milliseconds
  readonly clientIp: string
  readonly clientHostname: string
  readonly serverIp: string
  readonly serverHostname: string
  readonly sourceContext: string
  readonly connectorId: string
  readonly source: string
  readonly eventId: string
  readonly internalMessageId: string
  readonly messageId: string
  readonly networkMessageId: string
  readonly recipients: readonly string[]
  readonly recipientStatuses: readonly string[]
  readonly totalBytes: Bytes
  readonly recipientCount: number
  readonly relatedRecipientAddress: string
  readonly reference: string
  readonly messageSubject: string
  readonly sender: string
  readonly returnPath: string
  readonly messageInfo: string
  readonly directionality: string
  readonly tenantId: string
  readonly originalClientIp: string
  readonly originalServerIp: string
  readonly customData: string
  readonly transportTrafficType: string
  readonly logId: string
  readonly schemaVersion: string
}
