import { resolve } from 'node:path'
import type { TrackingLogs } from '../../admin/cmdlets/message-tracking-log.ts'
import { ShellError } from '../../admin/shell/shell-error.ts'
import { trackingLogFolder } from '../../logs/log-folders.ts'
import { readTrackingLog } from '../../logs/tracking-log-reader.ts'
import { currentConfig } from './current-config.ts'

/** The message tracking log where a configuration file places it. */
export function fileTrackingLogs(configFile: string, dataFolder: string): TrackingLogs {
  return {
    async server() {
      return (await currentConfig(configFile)).Server
    },
    async *search(query) {
      const { TransportService } = await currentConfig(configFile)
      const folder = trackingLogFolder(TransportService, resolve(dataFolder))
      if (folder === undefined) {
        throw new ShellError(
          'There is no message tracking log: MessageTrackingLogPath of the Transport service is $null.',
          { id: 'TrackingLogNotConfigured', category: 'ResourceUnavailable' },
        )
      }
      yield* readTrackingLog({ folder, ...query })
    },
  }
}
