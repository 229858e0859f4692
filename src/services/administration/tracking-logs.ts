import { resolve } from 'node:path'
import type { TrackingLogs } from '../../admin/cmdlets/logs/message-tracking-log.ts'
import { ShellError } from '../../admin/shell/shell-error.ts'
import { type Clock, systemClock } from '../../base/clock.ts'
import { type FollowOptions, followLogs } from '../../logs/follow-log.ts'
import { trackingLogFolder, trackingLogPrefix } from '../../logs/log-folders.ts'
import { type TrackingFilter, matchesFilter } from '../../logs/tracking-filter.ts'
import { type TrackingLogFile, inspectTrackingLog } from '../../logs/tracking-log-file.ts'
import type { TrackingRecord } from '../../logs/tracking-log.ts'
import { readTrackingLog } from '../../logs/tracking-log-reader.ts'
import { currentConfig } from './current-config.ts'

/** The message tracking log where a configuration file places it. */
export function fileTrackingLogs(
  configFile: string,
  dataFolder: string,
  clock: Clock = systemClock,
): TrackingLogs {
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
      const { follow, signal, ...filter } = query
      yield* follow
        ? followed(folder, { filter, clock, signal })
        : readTrackingLog({ folder, signal, ...filter })
    },
  }
}

/** What is written from now on; a file's header says how to read it. */
async function* followed(
  folder: string,
  { filter, ...options }: FollowOptions & { readonly filter: TrackingFilter },
): AsyncGenerator<TrackingRecord, void> {
  const files = new Map<string, TrackingLogFile | undefined>()
  for await (const lines of followLogs([{ folder, prefix: trackingLogPrefix }], options)) {
    const records: TrackingRecord[] = []
    for (const { path, line } of lines) {
      if (!files.has(path)) files.set(path, await inspectTrackingLog(path))
      const record = files.get(path)?.parser.parse(line)
      if (record !== undefined && matchesFilter(record, filter)) records.push(record)
    }
    yield* records.toSorted((a, b) => a.timestamp - b.timestamp)
  }
}
