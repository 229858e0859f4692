import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { LogDisk } from './log-disk.ts'
import { type LogPlace, type ProtocolLogSettings, protocolLogFiles } from './log-folders.ts'
import { ProtocolLogWriter, protocolLogFields } from './protocol-log-writer.ts'
import { RollingCsvLog } from './rolling-csv-log.ts'
import type { SessionIds } from './session-ids.ts'

/** How the names of the files begin. */
export const protocolLogPrefixes = { Receive: 'RECV', Send: 'SEND' } as const

export interface ProtocolLogOptions extends LogPlace {
  readonly settings: Live<ProtocolLogSettings>
  /** One for both directions of a service. */
  readonly ids: SessionIds
  readonly clock: Clock
  /** For the program log: told when records are lost. */
  readonly warn: (message: string) => void
  readonly disk?: LogDisk
}

/** Opens a service's protocol log. Nothing is written, and no folder made, before the first record. */
export function openProtocolLog(options: ProtocolLogOptions): ProtocolLogWriter {
  const { settings, direction, clock, ids, warn, disk } = options
  const log = new RollingCsvLog({
    logType: `SMTP ${direction} Protocol Log`,
    fields: protocolLogFields,
    prefix: protocolLogPrefixes[direction],
    settings: protocolLogFiles(settings, options),
    clock,
    warn,
    ...(disk !== undefined && { disk }),
  })
  return new ProtocolLogWriter(log, ids, clock)
}
