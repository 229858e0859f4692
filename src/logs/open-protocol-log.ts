import type { Live } from '../base/live.ts'
import { type LogPlace, type ProtocolLogSettings, protocolLogFiles } from './log-folders.ts'
import { ProtocolLogWriter, protocolLogFields } from './protocol-log-writer.ts'
import type { LogMeans } from './rolling-csv-log.ts'
import type { SessionIds } from './session-ids.ts'

/** How the names of the files begin. */
export const protocolLogPrefixes = { Receive: 'RECV', Send: 'SEND' } as const

export interface ProtocolLogOptions extends LogPlace, LogMeans {
  readonly settings: Live<ProtocolLogSettings>
  /** One for both directions of a service. */
  readonly ids: SessionIds
}

/** Opens a service's protocol log. */
export function openProtocolLog(options: ProtocolLogOptions): ProtocolLogWriter {
  const { settings, direction, clock, ids, warn, disk } = options
  return new ProtocolLogWriter(
    {
      logType: `SMTP ${direction} Protocol Log`,
      fields: protocolLogFields,
      prefix: protocolLogPrefixes[direction],
      settings: protocolLogFiles(settings, options),
      ...{ clock, warn, disk },
    },
    ids,
  )
}
