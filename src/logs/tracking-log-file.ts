import { type FileHandle, open } from 'node:fs/promises'
import { type Milliseconds, second } from '../base/time-span.ts'
import { errorCode } from './log-disk.ts'
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
const blockLength = 1024 * 1024
/** A file with a longer line is not a log of ours: the rest of it is left alone. */
const longestLine = 16 * blockLength
const lineFeed = 0x0a
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

export interface ScanOptions {
  readonly filter: TrackingFilter
  /** Blocks that no scan uses now. */
  readonly spare: Buffer[]
  readonly signal?: AbortSignal
}

/**
 * The matching records of one file, in its order. What is written meanwhile may be missed, and so is a
 * last line without its end.
 */
export async function* scanTrackingLog(
  { path, parser }: Pick<TrackingLogFile, 'path' | 'parser'>,
  { filter, spare, signal }: ScanOptions,
): AsyncGenerator<TrackingRecord, void> {
  const handle = await openExisting(path)
  if (handle === undefined) return
  const lines = new MatchingLines(filter)
  let block = spare.pop() ?? Buffer.allocUnsafeSlow(blockLength)
  try {
    for (let kept = 0; ;) {
      signal?.throwIfAborted()
      const { bytesRead } = await handle.read(block, kept, block.length - kept)
      if (bytesRead === 0) return
      const filled = kept + bytesRead
      const end = block.subarray(0, filled).lastIndexOf(lineFeed) + 1
      for (const line of lines.of(block, end)) {
        const record = parser.parse(line)
        if (record !== undefined && matchesFilter(record, filter)) yield record
      }
      block.copyWithin(0, end, filled)
      kept = filled - end
      if (kept === block.length) {
        if (kept >= longestLine) return
        block = Buffer.concat([block], 2 * kept)
      }
    }
  } finally {
    if (block.length === blockLength) spare.push(block)
    await handle.close()
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

  *of(block: Buffer, length: number): Generator<string> {
    const text = block.toString('latin1', 0, length)
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

async function openExisting(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
