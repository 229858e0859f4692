import type { Bytes } from '../base/byte-size.ts'
import type { Live } from '../base/live.ts'
import type {
  ConnectivityLog,
  ConnectivitySession,
  ConnectivitySessionOptions,
} from './connectivity-log.ts'
import { csvField } from './csv-field.ts'
import { CsvLogWriter } from './csv-log-writer.ts'
import {
  type ConnectivityLogSettings,
  type ServiceLogPlace,
  connectivityLogFiles,
} from './log-folders.ts'
import type { LogMeans } from './rolling-csv-log.ts'
import type { SessionIds } from './session-ids.ts'

/** The columns of the connectivity log, with Exchange's one capital. */
const connectivityLogFields = [
  'date-time',
  'session',
  'source',
  'Destination',
  'direction',
  'description',
] as const

/** `+` begins a session, `>` tells of its way, `-` ends it. */
type ConnectivityDirection = '+' | '>' | '-'

export interface ConnectivityLogOptions extends ServiceLogPlace, LogMeans {
  readonly settings: Live<ConnectivityLogSettings>
  /** Those of the service's protocol logs. */
  readonly ids: SessionIds
}

/** A service's connectivity log on disk; its files roll each day. */
export class ConnectivityLogWriter extends CsvLogWriter implements ConnectivityLog {
  readonly #ids: SessionIds

  constructor({ settings, service, dataFolder, ids, ...means }: ConnectivityLogOptions) {
    super({
      logType: 'Transport Connectivity Log',
      fields: connectivityLogFields,
      prefix: 'CONNECTLOG',
      period: 'day',
      settings: connectivityLogFiles(settings, { service, dataFolder }),
      ...means,
    })
    this.#ids = ids
  }

  session(options: ConnectivitySessionOptions): ConnectivitySession {
    const { destination, description, source = 'SMTP' } = options
    const id = this.#ids.next()
    const place = `,${id},${source},${csvField(destination)},`
    const write: WriteRecord = (direction, text) =>
      this.log.append(`${this.time.now()}${place}${direction},${csvField(text)}\r\n`)
    write('+', description)
    return new WrittenSession(id, write)
  }
}

type WriteRecord = (direction: ConnectivityDirection, description: string) => void

class WrittenSession implements ConnectivitySession {
  readonly id: string
  readonly #write: WriteRecord
  #messages = 0
  #bytes: Bytes = 0
  #recipients = 0
  #ended = false

  constructor(id: string, write: WriteRecord) {
    this.id = id
    this.#write = write
  }

  note(description: string): void {
    this.#write('>', description)
  }

  carried(bytes: Bytes, recipients: number): void {
    this.#messages++
    this.#bytes += bytes
    this.#recipients += recipients
  }

  end(outcome = ''): void {
    if (this.#ended) return
    this.#ended = true
    this.#write(
      '-',
      `Messages: ${this.#messages} Bytes: ${this.#bytes} Recipients: ${this.#recipients} (${outcome})`,
    )
  }
}
