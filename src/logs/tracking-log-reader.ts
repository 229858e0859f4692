import { join } from 'node:path'
import { systemLogDisk } from './log-disk.ts'
import { endOfStamp, parseLogFileName } from './log-file-name.ts'
import { trackingLogPrefix } from './log-folders.ts'
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
  const { resultSize = Infinity } = query
  if (resultSize <= 0) return
  let count = 0
  for await (const record of merged(await wantedFiles(query), query)) {
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
    if (file !== undefined && file.start <= end) files.push(file)
  }
  return files.sort((a, b) => a.start - b.start)
}

/** A file being read, and the first of its records that was not yet given out. */
interface Cursor {
  readonly records: AsyncGenerator<TrackingRecord, void>
  record: TrackingRecord
}

async function* merged(
  files: readonly TrackingLogFile[],
  { signal, ...filter }: TrackingLogQuery,
): AsyncGenerator<TrackingRecord, void> {
  const options = { filter, spare: [], ...(signal !== undefined && { signal }) }
  const cursors: Cursor[] = []
  let opened = 0
  try {
    for (;;) {
      let earliest = earliestOf(cursors)
      for (let file = files[opened]; file !== undefined; file = files[opened]) {
        if (earliest !== undefined && file.start > earliest.record.timestamp) break
        opened++
        const records = scanTrackingLog(file, options)
        const first = await records.next()
        if (first.done !== true) cursors.push({ records, record: first.value })
        earliest = earliestOf(cursors)
      }
      if (earliest === undefined) return
      yield earliest.record
      const next = await earliest.records.next()
      if (next.done === true) cursors.splice(cursors.indexOf(earliest), 1)
      else earliest.record = next.value
    }
  } finally {
    for (const { records } of cursors) await records.return()
  }
}

/** Among equals the one that was opened first. */
function earliestOf(cursors: readonly Cursor[]): Cursor | undefined {
  let earliest: Cursor | undefined
  for (const cursor of cursors) {
    if (earliest === undefined || cursor.record.timestamp < earliest.record.timestamp)
      earliest = cursor
  }
  return earliest
}
