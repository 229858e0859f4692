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

/** Where a service keeps its logs. */
export interface ServiceLogPlace {
  readonly service: LoggingService
  /** The server's data folder, absolute. */
  readonly dataFolder: string
}

export interface LogPlace extends ServiceLogPlace {
  readonly direction: ProtocolDirection
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
  const { direction, dataFolder } = place
  return followed(settings, (current) => ({
    folder: logFolder(
      current[`${direction}ProtocolLogPath`],
      dataFolder,
      defaultProtocolLogFolder(place),
    ),
    maxAge: current[`${direction}ProtocolLogMaxAge`],
    maxDirectorySize: current[`${direction}ProtocolLogMaxDirectorySize`],
    maxFileSize: current[`${direction}ProtocolLogMaxFileSize`],
  }))
}

/** The connectivity log's parameters of Set-TransportService and Set-FrontendTransportService. */
export interface ConnectivityLogSettings {
  readonly ConnectivityLogEnabled: boolean
  readonly ConnectivityLogPath: string
  readonly ConnectivityLogMaxAge: Milliseconds
  readonly ConnectivityLogMaxDirectorySize: Bytes
  readonly ConnectivityLogMaxFileSize: Bytes
}

/** The files of a service's connectivity log, following the settings. */
export function connectivityLogFiles(
  settings: Live<ConnectivityLogSettings>,
  { service, dataFolder }: ServiceLogPlace,
): Live<LogFileSettings> {
  const standard = join(dataFolder, 'logs', service, 'Connectivity')
  return followed(settings, (current) => ({
    folder: current.ConnectivityLogEnabled
      ? logFolder(current.ConnectivityLogPath, dataFolder, standard)
      : undefined,
    maxAge: current.ConnectivityLogMaxAge,
    maxDirectorySize: current.ConnectivityLogMaxDirectorySize,
    maxFileSize: current.ConnectivityLogMaxFileSize,
  }))
}

/** The agent log's parameters of Set-TransportService. */
export interface AgentLogSettings {
  readonly AgentLogEnabled: boolean
  readonly AgentLogPath: string
  readonly AgentLogMaxAge: Milliseconds
  readonly AgentLogMaxDirectorySize: Bytes
  readonly AgentLogMaxFileSize: Bytes
}

/** Beginning of the names of its files: `AGENTLOG20260102-1.LOG`. */
export const agentLogPrefix = 'AGENTLOG'

/** Where the agent log stands by its path, switched on or not; undefined for `$null`. */
export function agentLogFolder(
  { AgentLogPath }: Pick<AgentLogSettings, 'AgentLogPath'>,
  { service, dataFolder }: ServiceLogPlace,
): string | undefined {
  return logFolder(AgentLogPath, dataFolder, join(dataFolder, 'logs', service, 'AgentLog'))
}

/** The files of a service's agent log, following the settings. */
export function agentLogFiles(
  settings: Live<AgentLogSettings>,
  place: ServiceLogPlace,
): Live<LogFileSettings> {
  return followed(settings, (current) => ({
    folder: current.AgentLogEnabled ? agentLogFolder(current, place) : undefined,
    maxAge: current.AgentLogMaxAge,
    maxDirectorySize: current.AgentLogMaxDirectorySize,
    maxFileSize: current.AgentLogMaxFileSize,
  }))
}

/** The message tracking log's parameters of Set-TransportService. */
export interface TrackingLogSettings {
  readonly MessageTrackingLogEnabled: boolean
  readonly MessageTrackingLogPath: string
  readonly MessageTrackingLogMaxAge: Milliseconds
  readonly MessageTrackingLogMaxDirectorySize: Bytes
  readonly MessageTrackingLogMaxFileSize: Bytes
  readonly MessageTrackingLogSubjectLoggingEnabled: boolean
}

/** Beginning of the names of its files: `MSGTRK2026010203-1.LOG`. */
export const trackingLogPrefix = 'MSGTRK'

/** Where the message tracking log stands by its path, switched on or not; undefined for `$null`. */
export function trackingLogFolder(
  { MessageTrackingLogPath }: Pick<TrackingLogSettings, 'MessageTrackingLogPath'>,
  dataFolder: string,
): string | undefined {
  return logFolder(MessageTrackingLogPath, dataFolder, join(dataFolder, 'logs', 'MessageTracking'))
}

/** The files of the message tracking log, following the settings. */
export function trackingLogFiles(
  settings: Live<TrackingLogSettings>,
  dataFolder: string,
): Live<LogFileSettings> {
  return followed(settings, (current) => ({
    folder: current.MessageTrackingLogEnabled ? trackingLogFolder(current, dataFolder) : undefined,
    maxAge: current.MessageTrackingLogMaxAge,
    maxDirectorySize: current.MessageTrackingLogMaxDirectorySize,
    maxFileSize: current.MessageTrackingLogMaxFileSize,
  }))
}

/** Asked for at each record, so it is worked out once for each change. */
function followed<Settings>(
  settings: Live<Settings>,
  filesOf: (current: Settings) => LogFileSettings,
): Live<LogFileSettings> {
  let source: Settings | undefined
  let files: LogFileSettings
  return mapLive(settings, (current) => {
    if (current !== source) {
      source = current
      files = filesOf(current)
    }
    return files
  })
}

function logFolder(path: string, dataFolder: string, standard: string): string | undefined {
  if (path === '') return standard
  return path.toLowerCase() === '$null' ? undefined : resolve(dataFolder, path)
}
