import { csvValues } from './csv-field.ts'
import { addressesOf, statusesOf } from './tracking-list.ts'
import { type TrackingField, type TrackingRecord, trackingLogFields } from './tracking-log.ts'

/** Reads records by the columns that a file's header names, so files of other versions are read too. */
export class TrackingRecordParser {
  readonly #columns: number
  readonly #at: ReadonlyMap<TrackingField, number>

  private constructor(names: readonly string[]) {
    this.#columns = names.length
    this.#at = new Map(trackingLogFields.map((field) => [field, names.indexOf(field)]))
  }

  /** For the text of a `#Fields:` line; undefined when it is not a tracking log's. */
  static of(fields: string): TrackingRecordParser | undefined {
    const names = fields.split(',').map((name) => name.trim().toLowerCase())
    // The scan looks for the time where a line begins.
    const fits = names[0] === 'date-time' && names.includes('event-id')
    return fits && names.includes('message-id') ? new TrackingRecordParser(names) : undefined
  }

  /** The record of a line; undefined for a line that is none. */
  parse(line: string): TrackingRecord | undefined {
    const values = csvValues(line)
    if (values.length !== this.#columns) return undefined
    const value = (field: TrackingField) => values[this.#at.get(field) ?? -1] ?? ''
    const timestamp = Date.parse(value('date-time'))
    if (Number.isNaN(timestamp)) return undefined
    const recipients = addressesOf(value('recipient-address'))
    return {
      timestamp,
      clientIp: value('client-ip'),
      clientHostname: value('client-hostname'),
      serverIp: value('server-ip'),
      serverHostname: value('server-hostname'),
      sourceContext: value('source-context'),
      connectorId: value('connector-id'),
      source: value('source'),
      eventId: value('event-id'),
      internalMessageId: value('internal-message-id'),
      messageId: value('message-id'),
      networkMessageId: value('network-message-id'),
      recipients,
      recipientStatuses: statusesOf(value('recipient-status'), recipients.length),
      totalBytes: Number(value('total-bytes')) || 0,
      recipientCount: Number(value('recipient-count')) || 0,
      relatedRecipientAddress: value('related-recipient-address'),
      reference: value('reference'),
      messageSubject: value('message-subject'),
      sender: value('sender-address'),
      returnPath: value('return-path'),
      messageInfo: value('message-info'),
      directionality: value('directionality'),
      tenantId: value('tenant-id'),
      originalClientIp: value('original-client-ip'),
      originalServerIp: value('original-server-ip'),
      customData: value('custom-data'),
      transportTrafficType: value('transport-traffic-type'),
      logId: value('log-id'),
      schemaVersion: value('schema-version'),
    }
  }
}
