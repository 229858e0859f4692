import type { Live } from '../base/live.ts'
import { productVersion } from '../base/version.ts'
import { csvField } from './csv-field.ts'
import { CsvLogWriter } from './csv-log-writer.ts'
import { type TrackingLogSettings, trackingLogFiles, trackingLogPrefix } from './log-folders.ts'
import type { LogMeans } from './rolling-csv-log.ts'
import { addressList, statusList } from './tracking-list.ts'
import { type TrackingEntry, type TrackingLog, trackingLogFields } from './tracking-log.ts'

export interface TrackingLogOptions extends LogMeans {
  readonly settings: Live<TrackingLogSettings>
  /** The server's data folder, absolute. */
  readonly dataFolder: string
  /** A GUID; its first part sets apart the records of this writer. */
  readonly newGuid: () => string
}

/** The message tracking log on disk. */
export class TrackingLogWriter extends CsvLogWriter implements TrackingLog {
  readonly #settings: Live<TrackingLogSettings>
  /** The GUID of a record is this and its number: a fresh GUID for each would cost more than the rest. */
  readonly #idStart: string
  #records = 0

  constructor({ settings, dataFolder, newGuid, ...means }: TrackingLogOptions) {
    super({
      logType: 'Message Tracking Log',
      fields: trackingLogFields,
      prefix: trackingLogPrefix,
      settings: trackingLogFiles(settings, dataFolder),
      ...means,
    })
    this.#settings = settings
    this.#idStart = newGuid().slice(0, -12)
  }

  record(entry: TrackingEntry): void {
    const id = (this.#records++).toString(16).padStart(12, '0')
    this.log.append(
      trackingLine(entry, {
        time: this.time.now(),
        logId: this.#idStart + id,
        withSubject: this.#settings.current.MessageTrackingLogSubjectLoggingEnabled,
      }),
    )
  }
}

interface LineFacts {
  /** As ISO text. */
  readonly time: string
  readonly logId: string
  readonly withSubject: boolean
}

/**
 * One record with its line end. Joined rather than put together by a template: the latter is a tree
 * of some sixty strings that the garbage collector has to follow until the block is written.
 */
function trackingLine(entry: TrackingEntry, { time, logId, withSubject }: LineFacts): string {
  const { message, recipients, recipientStatuses } = entry
  const sender = csvField(message.sender)
  const fields = [
    time,
    entry.clientIp,
    field(entry.clientHostname),
    entry.serverIp,
    field(entry.serverHostname),
    field(entry.sourceContext),
    field(entry.connectorId),
    entry.source,
    entry.event,
    message.internalMessageId,
    csvField(message.messageId),
    message.networkMessageId,
    csvField(addressList(recipients)),
    recipientStatuses === undefined ? '' : csvField(statusList(recipientStatuses)),
    message.totalBytes,
    recipients.length,
    field(entry.relatedRecipient),
    field(entry.reference),
    withSubject ? csvField(message.messageSubject) : '',
    sender,
    message.returnPath === message.sender ? sender : csvField(message.returnPath),
    entry.messageInfo,
    message.directionality,
    '',
    message.originalClientIp,
    entry.originalServerIp,
    field(entry.customData),
    'Email',
    logId,
    lastField,
  ]
  return fields.join(',')
}

const lastField = `${productVersion}\r\n`

function field(value: string | undefined): string {
  return value === undefined || value === '' ? '' : csvField(value)
}
