import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { Milliseconds } from '../base/time-span.ts'
import { errorCode, systemLogDisk } from './log-disk.ts'
import { type LogFileName, byAge, endOfStamp, parseLogFileName } from './log-file-name.ts'
import { type ProtocolLogRecord, parseProtocolLogLine } from './protocol-log-record.ts'

const blockLength = 256 * 1024
/** A file with a longer line is not a log of ours: the rest of it is left alone. */
const longestLine = 16 * 1024 * 1024

/** One log to read: a folder, and how its files' names begin. */
export interface ProtocolLogPlace {
  readonly folder: string
  readonly prefix: string
}

export interface ProtocolLogQuery<Place extends ProtocolLogPlace> {
  readonly places: readonly Place[]
  /** Records of that time and later. */
  readonly start?: Milliseconds | undefined
  /** Records of that time and earlier. */
  readonly end?: Milliseconds | undefined
  /** Only lines that hold this text, compared without case, are looked at. */
  readonly text?: string | undefined
  readonly signal: AbortSignal
}

/** A record with the log that it stands in. */
export interface PlacedRecord<Place> {
  readonly record: ProtocolLogRecord
  readonly place: Place
}

interface PlacedFile<Place> extends LogFileName {
  readonly place: Place
}

/**
 * The records of several protocol logs by their time, read as they are asked for. A file holds one hour,
 * so only the files of one hour, by several services and processes, are read side by side.
 */
export async function* readProtocolLogs<Place extends ProtocolLogPlace>(
  query: ProtocolLogQuery<Place>,
): AsyncGenerator<PlacedRecord<Place>, void> {
  const files = await wantedFiles(query)
  for (const hour of Map.groupBy(files, ({ stamp }) => stamp).values()) yield* merged(hour, query)
}

async function wantedFiles<Place extends ProtocolLogPlace>({
  places,
  start = -Infinity,
  end = Infinity,
}: ProtocolLogQuery<Place>): Promise<readonly PlacedFile<Place>[]> {
  const found: PlacedFile<Place>[] = []
  for (const place of places) {
    for (const { name } of await systemLogDisk.list(place.folder)) {
      const file = parseLogFileName(place.prefix, name)
      if (file === undefined || endOfStamp(file.stamp) < start) continue
      if (startOfStamp(file.stamp) <= end) found.push({ ...file, place })
    }
  }
  return found.sort(byAge)
}

function startOfStamp(stamp: string): Milliseconds {
  const date = `${stamp.slice(0, 4)}-${stamp.slice(4, 6)}-${stamp.slice(6, 8)}`
  return Date.parse(`${date}T${stamp.slice(8) || '00'}:00:00Z`)
}

interface Reading<Place> {
  readonly records: AsyncGenerator<ProtocolLogRecord, void>
  readonly place: Place
  next: ProtocolLogRecord
}

async function* merged<Place extends ProtocolLogPlace>(
  files: readonly PlacedFile<Place>[],
  query: ProtocolLogQuery<Place>,
): AsyncGenerator<PlacedRecord<Place>, void> {
  const readings: Reading<Place>[] = []
  try {
    for (const { place, name } of files) {
      const records = recordsOf(join(place.folder, name), query)
      const first = await records.next()
      if (first.done !== true) readings.push({ records, place, next: first.value })
    }
    for (;;) {
      const [initial, ...others] = readings
      if (initial === undefined) return
      const earliest = others.reduce((a, b) => (b.next.time < a.next.time ? b : a), initial)
      yield { record: earliest.next, place: earliest.place }
      const following = await earliest.records.next()
      if (following.done === true) readings.splice(readings.indexOf(earliest), 1)
      else earliest.next = following.value
    }
  } finally {
    for (const { records } of readings) await records.return()
  }
}

async function* recordsOf(
  path: string,
  { start = -Infinity, end = Infinity, text, signal }: Omit<ProtocolLogQuery<never>, 'places'>,
): AsyncGenerator<ProtocolLogRecord, void> {
  const wanted = text?.toLowerCase()
  for await (const lines of blocksOf(path)) {
    signal.throwIfAborted()
    // Most of a log is neither split into lines nor parsed.
    if (wanted !== undefined && !lines.toLowerCase().includes(wanted)) continue
    for (const line of lines.split(/\r?\n/)) {
      if (wanted !== undefined && !line.toLowerCase().includes(wanted)) continue
      const record = parseProtocolLogLine(line)
      if (record !== undefined && record.time >= start && record.time <= end) yield record
    }
  }
}

/** A file in blocks of whole lines; a last line without its end is still being written. */
async function* blocksOf(path: string): AsyncGenerator<string, void> {
  const input = createReadStream(path, { encoding: 'utf8', highWaterMark: blockLength })
  let rest = ''
  try {
    for await (const chunk of input as AsyncIterable<string>) {
      const text = rest + chunk
      const end = text.lastIndexOf('\n') + 1
      if (end > 0) yield text.slice(0, end)
      rest = text.slice(end)
      if (rest.length > longestLine) return
    }
  } catch (error) {
    // Retention may remove a file between the listing and its turn.
    if (errorCode(error) !== 'ENOENT') throw error
  }
}
