import { join } from 'node:path'
import type { Milliseconds } from '../base/time-span.ts'
import { lineBlocks } from './line-blocks.ts'
import { systemLogDisk } from './log-disk.ts'
import {
  type LogFileName,
  byAge,
  endOfStamp,
  parseLogFileName,
  startOfStamp,
} from './log-file-name.ts'
import { mergedByTime } from './merge-by-time.ts'

/** One log to read: a folder, and how its files' names begin. */
export interface CsvLogPlace {
  readonly folder: string
  readonly prefix: string
}

/** Which records of which logs. */
export interface CsvLogSearch<Place extends CsvLogPlace> {
  readonly places: readonly Place[]
  /** Records of that time and later. */
  readonly start?: Milliseconds | undefined
  /** Records before that time. */
  readonly end?: Milliseconds | undefined
  /** Only lines that hold this text, compared without case, are looked at. */
  readonly text?: string | undefined
  readonly signal: AbortSignal
}

/** A search, and how the lines of these logs are read. */
export interface CsvLogQuery<Place extends CsvLogPlace, Entry> extends CsvLogSearch<Place> {
  /** Undefined for a line of the header, and for one that is cut off. */
  readonly parse: (line: string) => Entry | undefined
}

/** A record with the log that it stands in. */
export interface PlacedRecord<Place, Entry> {
  readonly record: Entry
  readonly place: Place
}

/** What a record must tell to be found. */
export interface TimedRecord {
  readonly time: Milliseconds
}

interface PlacedFile<Place> extends LogFileName {
  readonly place: Place
}

/** The records of several logs by their time, read as they are asked for. */
export async function* readCsvLogs<Place extends CsvLogPlace, Entry extends TimedRecord>(
  query: CsvLogQuery<Place, Entry>,
): AsyncGenerator<PlacedRecord<Place, Entry>, void> {
  const spare: Buffer[] = []
  const sources = (await wantedFiles(query)).map(({ stamp, name, place }) => ({
    start: startOfStamp(stamp),
    async *read() {
      const records = recordsOf(join(place.folder, name), { query, spare })
      for await (const record of records) yield { record, place }
    },
  }))
  yield* mergedByTime(sources, ({ record }) => record.time)
}

async function wantedFiles<Place extends CsvLogPlace>({
  places,
  start = -Infinity,
  end = Infinity,
}: CsvLogSearch<Place>): Promise<readonly PlacedFile<Place>[]> {
  const found: PlacedFile<Place>[] = []
  for (const place of places) {
    for (const { name } of await systemLogDisk.list(place.folder)) {
      const file = parseLogFileName(place.prefix, name)
      if (file === undefined || endOfStamp(file.stamp) < start) continue
      if (startOfStamp(file.stamp) < end) found.push({ ...file, place })
    }
  }
  return found.sort(byAge)
}

interface Reading<Entry> {
  readonly query: Omit<CsvLogQuery<never, Entry>, 'places'>
  readonly spare: Buffer[]
}

async function* recordsOf<Entry extends TimedRecord>(
  path: string,
  { query, spare }: Reading<Entry>,
): AsyncGenerator<Entry, void> {
  const { start = -Infinity, end = Infinity, text, signal, parse } = query
  const wanted = text?.toLowerCase()
  for await (const block of lineBlocks(path, { spare, signal })) {
    const lines = block.toString()
    // Most of a log is neither split into lines nor parsed.
    if (wanted !== undefined && !lines.toLowerCase().includes(wanted)) continue
    for (const line of lines.split(/\r?\n/)) {
      if (wanted !== undefined && !line.toLowerCase().includes(wanted)) continue
      const record = parse(line)
      if (record !== undefined && record.time >= start && record.time < end) yield record
    }
  }
}
