import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { createDurably } from '../base/durable-file.ts'
import { day } from '../base/time-span.ts'
import { csvField } from './csv-field.ts'
import { csvLogHead } from './csv-log-head.ts'
import { errorCode } from './log-disk.ts'
import { logFileName, parseLogFileName } from './log-file-name.ts'
import { type LogLimits, expiredFiles } from './log-retention.ts'

const fields = [
  'date-time',
  'user',
  'cmdlet',
  'parameters',
  'object',
  'succeeded',
  'error',
] as const

/** One change, or the attempt. */
export interface AdminAuditEntry {
  /** Account of the operating system. */
  readonly user: string
  readonly cmdlet: string
  /** As given, without secrets: `-Name "To Edge" -AddressSpaces *`. */
  readonly parameters: string
  readonly object: string
  /** Why it failed; undefined when it was done. */
  readonly error?: string | undefined
}

/** How the names of its files begin: `ADMINAUDIT20260102-1.LOG`. */
export const adminAuditPrefix = 'ADMINAUDIT'

/** Where it stands below the server's data folder. */
export const adminAuditFolder = (dataFolder: string) => join(dataFolder, 'logs', 'AdminAudit')

/** Exchange keeps its admin audit log for 90 days. */
const limits: LogLimits = {
  maxAge: 90 * day,
  maxDirectorySize: 250 * 1024 ** 2,
  maxFileSize: 10 * 1024 ** 2,
}

/**
 * The log of what administrators changed, `<data>/logs/AdminAudit`: a file a day in the form of the
 * other logs, to which every command adds its record, on disk when `append` resolves. The commands are
 * processes of their own, so the file is opened for each record and shared by all.
 */
export class AdminAuditLog {
  readonly #folder: string
  readonly #clock: Clock

  constructor(dataFolder: string, clock: Clock) {
    this.#folder = adminAuditFolder(dataFolder)
    this.#clock = clock
  }

  /** Rejects with the system's error when the record cannot be written. */
  async append(entry: AdminAuditEntry): Promise<void> {
    const now = this.#clock.now()
    const { user, cmdlet, parameters, object, error } = entry
    const succeeded = error === undefined ? 'True' : 'False'
    const values = [new Date(now).toISOString(), user, cmdlet, parameters, object, succeeded]
    const record = `${[...values, error ?? ''].map(csvField).join(',')}\r\n`
    const file = await this.#file(now)
    const handle = await open(file, 'a', 0o600)
    try {
      // One write to a file open for appending: records of two processes do not mix.
      await handle.appendFile(record)
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  /** The day's file with room in it, made with its head when it is missing. */
  async #file(now: number): Promise<string> {
    const stamp = new Date(now).toISOString().slice(0, 10).replaceAll('-', '')
    await mkdir(dirname(this.#folder), { recursive: true, mode: 0o700 })
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#folder)
    const instances = names.flatMap((name) => {
      const parsed = parseLogFileName(adminAuditPrefix, name)
      return parsed?.stamp === stamp ? [parsed.instance] : []
    })
    const newest = Math.max(1, ...instances)
    const path = (instance: number) =>
      join(this.#folder, logFileName(adminAuditPrefix, stamp, instance))
    const size = await sizeOf(path(newest))
    if (size !== undefined && size < limits.maxFileSize) return path(newest)
    const file = path(size === undefined ? newest : newest + 1)
    await this.#removeExpired(names, now)
    // Of two commands that begin a file at once one makes it.
    await createDurably(file, csvLogHead({ logType: 'Admin Audit Log', fields, now }), {
      mode: 0o600,
      ownerOf: dirname(file),
    })
    return file
  }

  async #removeExpired(names: readonly string[], now: number): Promise<void> {
    const files = await Promise.all(
      names.map(async (name) => ({ name, size: (await sizeOf(join(this.#folder, name))) ?? 0 })),
    )
    for (const name of expiredFiles(files, adminAuditPrefix, { now, limits })) {
      await rm(join(this.#folder, name), { force: true })
    }
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
