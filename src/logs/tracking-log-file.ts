import type { FileHandle } from 'node:fs/promises'
import { type Milliseconds, second } from '../base/time-span.ts'
import { type LineBlockOptions, lineBlocks, openExisting } from './line-blocks.ts'
import { type TrackingFilter, linePattern, matchesFilter } from './tracking-filter.ts'
import type { TrackingRecord } from './tracking-log.ts'
import { TrackingRecordParser } from './tracking-record.ts'

/** A file of the tracking log, as its first lines tell. */
export interface TrackingLogFile {
  readonly path: string
  readonly parser: TrackingRecordParser
  /** The time of its first record. */
  readonly start: Milliseconds
}

const headLength = 8 * 1024
const timeLength = '2026-01-02T03:04:05.678Z'.length

/**
 * Reads a file's header and the time of its first record; undefined when it has none yet, is no
 * tracking log, or was deleted meanwhile for its age.
 */
export async function inspectTrackingLog(path: string): Promise<TrackingLogFile | undefined> {
  const head = await withFile(path, async (handle) => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headLength), 0, headLength, 0)
    return buffer.toString('latin1', 0, bytesRead)
  })
  if (head === undefined) return undefined
  const [, fields = '', first = ''] = /#Fields: *(.*?)\r?\n([^#\r\n]{24})/.exec(head) ?? []
  const parser = TrackingRecordParser.of(fields)
  const start = Date.parse(first)
  return parser === undefined || Number.isNaN(start) ? undefined : { path, parser, start }
}

export interface ScanOptions extends LineBlockOptions {
  readonly filter: TrackingFilter
}

/** The matching records of one file, in its order. */
export async function* scanTrackingLog(
  { path, parser }: Pick<TrackingLogFile, 'path' | 'parser'>,
  { filter, ...options }: ScanOptions,
): AsyncGenerator<TrackingRecord, void> {
  const lines = new MatchingLines(filter)
  for await (const block of lineBlocks(path, options)) {
    for (const line of lines.of(block)) {
      const record = parser.parse(line)
      if (record !== undefined && matchesFilter(record, filter)) yield record
    }
  }
}

/** Picks the lines that may be wanted out of blocks of whole lines. */
class MatchingLines {
  readonly #pattern: RegExp | undefined
  readonly #start: string
  readonly #end: string

  constructor(filter: TrackingFilter) {
    this.#pattern = linePattern(filter)
    this.#start = isoTime(filter.start ?? -Infinity)
    this.#end = isoTime(filter.end ?? Infinity)
  }

  *of(block: Buffer): Generator<string> {
    const text = block.toString('latin1')
    for (let at = this.#find(text, 0); at !== -1;) {
      const start = text.lastIndexOf('\n', at - 1) + 1
      const end = text.indexOf('\n', at)
      if (this.#isInTime(text.slice(start, start + timeLength)))
        yield block.toString('utf8', start, text[end - 1] === '\r' ? end - 1 : end)
      at = this.#find(text, end + 1)
    }
  }

  /** Where a line that may be wanted begins, or the text in it that speaks for it; -1 at the end. */
  #find(text: string, from: number): number {
    if (from >= text.length) return -1
    const pattern = this.#pattern
    if (pattern === undefined) return from
    pattern.lastIndex = from
    return pattern.exec(text)?.index ?? -1
  }

  /** ISO times sort as text. Header lines, which begin with `#`, are before all times. */
  #isInTime(time: string): boolean {
    return time >= this.#start && time <= this.#end
  }
}

/** Within the years that have four digits. */
function isoTime(time: Milliseconds): string {
  const bounded = Math.min(Math.max(time, 0), Date.UTC(9999, 11, 31) - second)
  return new Date(bounded).toISOString()
}

async function withFile<T>(
  path: string,
  work: (handle: FileHandle) => Promise<T>,
): Promise<T | undefined> {
  const handle = await openExisting(path)
  if (handle === undefined) return undefined
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}
