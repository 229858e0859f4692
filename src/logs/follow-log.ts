import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import { errorCode, systemLogDisk } from './log-disk.ts'
import { byAge, parseLogFileName } from './log-file-name.ts'

/** One log: a folder, and how its files' names begin. */
export interface FollowedLog {
  readonly folder: string
  readonly prefix: string
}

/** A line that was written to one of the logs. */
export interface FollowedLine<Log extends FollowedLog> {
  readonly log: Log
  readonly path: string
  readonly line: string
}

export interface FollowOptions {
  readonly clock: Pick<Clock, 'sleep'>
  readonly signal: AbortSignal
}

/** How long it rests where nothing was written. */
const pause: Milliseconds = second / 2
/** What is read of one file at a time; longer lines are none of ours, and passed over. */
const pieceLength: Bytes = 256 * 1024
const lineFeed = 0x0a

/**
 * What is written to logs from now on, as it is written, a batch at a time, until the signal. New files
 * are taken up when they come, so it goes on over changes of the hour and of the size. Memory holds a
 * piece of each file that is written to, however much that is.
 */
export async function* followLogs<Log extends FollowedLog>(
  logs: readonly Log[],
  { clock, signal }: FollowOptions,
): AsyncGenerator<readonly FollowedLine<Log>[], void> {
  const offsets = new Map<string, Bytes>()
  for (const { path, size } of await filesOf(logs)) offsets.set(path, size)
  while (!signal.aborted) {
    const lines: FollowedLine<Log>[] = []
    let taken = 0
    const files = await filesOf(logs)
    for (const { path, size, log } of files) {
      const from = offsets.get(path) ?? 0
      if (size <= from) continue
      const piece = await pieceOf(path, from)
      offsets.set(path, from + piece.taken)
      taken += piece.taken
      lines.push(...piece.lines.map((line) => ({ log, path, line })))
    }
    forgetOthers(offsets, files)
    if (lines.length > 0) yield lines
    if (taken === 0) await clock.sleep(pause, signal)
  }
}

function forgetOthers(
  offsets: Map<string, Bytes>,
  files: readonly { readonly path: string }[],
): void {
  const there = new Set(files.map(({ path }) => path))
  for (const path of offsets.keys()) if (!there.has(path)) offsets.delete(path)
}

async function filesOf<Log extends FollowedLog>(logs: readonly Log[]) {
  const found = await Promise.all(
    logs.map(async (log) => {
      const files = await systemLogDisk.list(log.folder)
      return files
        .flatMap(({ name, size }) => {
          const parsed = parseLogFileName(log.prefix, name)
          return parsed === undefined
            ? []
            : [{ ...parsed, size, log, path: join(log.folder, name) }]
        })
        .toSorted(byAge)
    }),
  )
  return found.flat()
}

/** The whole lines behind an offset, and how far they go; nothing when the file was deleted. */
async function pieceOf(
  path: string,
  from: Bytes,
): Promise<{ readonly lines: readonly string[]; readonly taken: Bytes }> {
  const piece = await readAt(path, from)
  const end = piece.lastIndexOf(lineFeed) + 1
  if (end === 0) return { lines: [], taken: piece.length === pieceLength ? pieceLength : 0 }
  const lines = piece.toString('utf8', 0, end).split(/\r?\n/)
  return { lines: lines.filter((line) => line !== '' && !line.startsWith('#')), taken: end }
}

async function readAt(path: string, from: Bytes): Promise<Buffer> {
  try {
    await using handle = await open(path, 'r')
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(pieceLength), 0, pieceLength, from)
    return buffer.subarray(0, bytesRead)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  }
}
