import { plainAddress } from '../base/ip-range.ts'
import type { Endpoint } from '../message/message-sink.ts'
import { csvField } from './csv-field.ts'
import { CsvLogWriter } from './csv-log-writer.ts'
import type { LogTime } from './log-time.ts'
import type {
  ProtocolEvent,
  ProtocolLog,
  ProtocolSession,
  ProtocolSessionOptions,
} from './protocol-log.ts'
import type { RollingCsvLog, RollingCsvLogOptions } from './rolling-csv-log.ts'
import type { SessionIds } from './session-ids.ts'

/** The columns of a protocol log. */
export const protocolLogFields = [
  'date-time',
  'connector-id',
  'session-id',
  'sequence-number',
  'local-endpoint',
  'remote-endpoint',
  'event',
  'data',
  'context',
] as const

/** A protocol log on disk. Sessions that go on when it is closed are then silent. */
export class ProtocolLogWriter extends CsvLogWriter implements ProtocolLog {
  readonly #ids: SessionIds

  constructor(options: RollingCsvLogOptions, ids: SessionIds) {
    super(options)
    this.#ids = ids
  }

  session(options: ProtocolSessionOptions): ProtocolSession {
    const id = options.id ?? this.#ids.next()
    return options.verbose
      ? new VerboseSession(id, options, { log: this.log, time: this.time })
      : { id, record: ignore }
  }
}

class VerboseSession implements ProtocolSession {
  readonly id: string
  readonly #log: RollingCsvLog
  readonly #time: LogTime
  readonly #beforeNumber: string
  readonly #afterNumber: string
  #next = 0

  constructor(
    id: string,
    { connectorId, local, remote }: ProtocolSessionOptions,
    { log, time }: { readonly log: RollingCsvLog; readonly time: LogTime },
  ) {
    this.id = id
    this.#log = log
    this.#time = time
    this.#beforeNumber = `,${csvField(connectorId)},${id},`
    this.#afterNumber = `,${formatEndpoint(local)},${formatEndpoint(remote)},`
  }

  get isCrowded(): boolean {
    return this.#log.isCrowded
  }

  record(event: ProtocolEvent, data: string, context = ''): void {
    const time = this.#time.now()
    const number = this.#next++
    this.#log.append(
      `${time}${this.#beforeNumber}${number}${this.#afterNumber}${event},${csvField(data)},${csvField(context)}\r\n`,
    )
  }
}

/** An end of a connection as logs show it: `192.0.2.25:25`, `[2001:db8::25]:25`. */
export function formatEndpoint({ address, port }: Endpoint): string {
  const plain = plainAddress(address)
  return plain.includes(':') ? `[${plain}]:${port}` : `${plain}:${port}`
}

function ignore(): void {
  // ProtocolLoggingLevel None.
}
