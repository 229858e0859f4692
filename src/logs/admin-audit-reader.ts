import { join } from 'node:path'
import type { Milliseconds } from '../base/time-span.ts'
import { type AdminAuditEntry, adminAuditFolder, adminAuditPrefix } from './admin-audit-log.ts'
import { csvValues } from './csv-field.ts'
import { type LineBlockOptions, lineBlocks } from './line-blocks.ts'
import { systemLogDisk } from './log-disk.ts'
import { byAge, endOfStamp, parseLogFileName, startOfStamp } from './log-file-name.ts'

export interface AdminAuditQuery {
  readonly dataFolder: string
  /** Records of that time and later. */
  readonly start?: Milliseconds | undefined
  /** Records before that time. */
  readonly end?: Milliseconds | undefined
  readonly signal?: AbortSignal | undefined
}

/** A record as it was read back. */
export interface AdminAuditRecord extends AdminAuditEntry {
  readonly time: Milliseconds
  /** File and line, which no other record has: `20260102-1:6`. */
  readonly place: string
}

/**
 * The records of the admin audit log, the youngest first. One file is in memory at a time, and the log
 * begins another after 10 MB. A folder that is not there holds no records; what is no record is passed
 * over. Rejects with the system's error when a file cannot be read.
 */
export async function* readAdminAuditLog(
  query: AdminAuditQuery,
): AsyncGenerator<AdminAuditRecord, void> {
  const { start = -Infinity, end = Infinity, signal } = query
  const folder = adminAuditFolder(query.dataFolder)
  const files = (await systemLogDisk.list(folder)).flatMap(({ name }) => {
    const file = parseLogFileName(adminAuditPrefix, name)
    if (file === undefined || endOfStamp(file.stamp) < start) return []
    return startOfStamp(file.stamp) < end ? [file] : []
  })
  const spare: Buffer[] = []
  for (const { name, stamp, instance } of files.sort(byAge).reverse()) {
    const lines = await linesOf(join(folder, name), { spare, signal })
    for (let number = lines.length; number > 0; number--) {
      signal?.throwIfAborted()
      const record = parseRecord(lines[number - 1] ?? '', `${stamp}-${instance}:${number}`)
      if (record !== undefined && record.time >= start && record.time < end) yield record
    }
  }
}

async function linesOf(path: string, options: LineBlockOptions): Promise<readonly string[]> {
  const lines: string[] = []
  for await (const block of lineBlocks(path, options)) {
    // Behind the last line feed there is no line.
    for (const line of block.toString().split(/\r?\n/).slice(0, -1)) lines.push(line)
  }
  return lines
}

function parseRecord(line: string, place: string): AdminAuditRecord | undefined {
  if (line.startsWith('#')) return undefined
  const values = csvValues(line)
  if (values.length !== 7) return undefined
  const [timestamp = '', user = '', cmdlet = '', parameters = '', object = ''] = values
  const [succeeded = '', message = ''] = values.slice(5)
  const time = Date.parse(timestamp)
  if (Number.isNaN(time)) return undefined
  const error = succeeded === 'True' ? undefined : message
  return { time, place, user, cmdlet, parameters, object, error }
}
