import { join } from 'node:path'
import { systemLogDisk } from './log-disk.ts'
import { endOfStamp, parseLogFileName } from './log-file-name.ts'
import { trackingLogPrefix } from './log-folders.ts'
import { mergedByTime } from './merge-by-time.ts'
import type { TrackingFilter } from './tracking-filter.ts'
import { type TrackingLogFile, inspectTrackingLog, scanTrackingLog } from './tracking-log-file.ts'
import type { TrackingRecord } from './tracking-log.ts'

export interface TrackingLogQuery extends TrackingFilter {
  /** Where the log stands (`trackingLogFolder`). */
  readonly folder: string
  /** At most so many records. */
  readonly resultSize?: number
  /** Ends the reading: the iteration then throws its reason. */
  readonly signal?: AbortSignal
}

/**
 * The wanted records of a message tracking log by their time, read as they are asked for. Memory does
 * not grow with the log: a file is opened when the time has come to its first record, and what writers
 * wrote side by side is merged. Files of other logs are passed over; a folder that is not there holds
 * no records. Rejects with the system's error when a file cannot be read.
 */
export async function* readTrackingLog(
  query: TrackingLogQuery,
): AsyncGenerator<TrackingRecord, void> {
  const { resultSize = Infinity, signal, ...filter } = query
  if (resultSize <= 0) return
  const options = { filter, spare: [], ...(signal !== undefined && { signal }) }
  const sources = (await wantedFiles(query)).map((file) => ({
    start: file.start,
    read: () => scanTrackingLog(file, options),
  }))
  let count = 0
  for await (const record of mergedByTime(sources, ({ timestamp }) => timestamp)) {
    yield record
    if (++count >= resultSize) return
  }
}

/** The files that can hold wanted records, by the time of their first one. */
async function wantedFiles(query: TrackingLogQuery): Promise<readonly TrackingLogFile[]> {
  const { folder, start = -Infinity, end = Infinity, signal } = query
  const files: TrackingLogFile[] = []
  for (const { name } of await systemLogDisk.list(folder)) {
    signal?.throwIfAborted()
    const parsed = parseLogFileName(trackingLogPrefix, name)
    if (parsed === undefined || endOfStamp(parsed.stamp) < start) continue
    const file = await inspectTrackingLog(join(folder, name))
    if (file !== undefined && file.start < end) files.push(file)
  }
  return files.sort((a, b) => a.start - b.start)
}
