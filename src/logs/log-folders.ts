import { join, resolve } from 'node:path'
import type { Bytes } from '../base/byte-size.ts'
import { type Live, mapLive } from '../base/live.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { LogFileSettings } from './rolling-csv-log.ts'

/** The services as Exchange names their log folders: Hub and Edge are the Transport service by role. */
export type LoggingService = 'FrontEnd' | 'Hub' | 'Edge'

export type ProtocolDirection = 'Receive' | 'Send'

/** The protocol log's parameters of Set-TransportService and Set-FrontendTransportService. */
export interface ProtocolLogSettings {
  readonly ReceiveProtocolLogPath: string
  readonly ReceiveProtocolLogMaxAge: Milliseconds
  readonly ReceiveProtocolLogMaxDirectorySize: Bytes
  readonly ReceiveProtocolLogMaxFileSize: Bytes
  readonly SendProtocolLogPath: string
  readonly SendProtocolLogMaxAge: Milliseconds
  readonly SendProtocolLogMaxDirectorySize: Bytes
  readonly SendProtocolLogMaxFileSize: Bytes
}

export interface LogPlace {
  readonly service: LoggingService
  readonly direction: ProtocolDirection
  /** The server's data folder, absolute. */
  readonly dataFolder: string
}

/** `<data>/logs/Hub/ProtocolLog/SmtpReceive`, where a protocol log stands unless its path is set. */
export function defaultProtocolLogFolder({ service, direction, dataFolder }: LogPlace): string {
  return join(dataFolder, 'logs', service, 'ProtocolLog', `Smtp${direction}`)
}

/**
 * The files of one protocol log, following the settings. A path may be relative to the data folder;
 * `$null` switches the log off, as in Exchange.
 */
export function protocolLogFiles(
  settings: Live<ProtocolLogSettings>,
  place: LogPlace,
): Live<LogFileSettings> {
  let source: ProtocolLogSettings | undefined
  let files: LogFileSettings
  // Asked for at each record, so it is worked out once for each change.
  return mapLive(settings, (current) => {
    if (current !== source) {
      source = current
      files = logFileSettings(current, place)
    }
    return files
  })
}

function logFileSettings(settings: ProtocolLogSettings, place: LogPlace): LogFileSettings {
  const { direction } = place
  return {
    folder: logFolder(settings[`${direction}ProtocolLogPath`], place),
    maxAge: settings[`${direction}ProtocolLogMaxAge`],
    maxDirectorySize: settings[`${direction}ProtocolLogMaxDirectorySize`],
    maxFileSize: settings[`${direction}ProtocolLogMaxFileSize`],
  }
}

function logFolder(path: string, place: LogPlace): string | undefined {
  if (path === '') return defaultProtocolLogFolder(place)
  return path.toLowerCase() === '$null' ? undefined : resolve(place.dataFolder, path)
}
