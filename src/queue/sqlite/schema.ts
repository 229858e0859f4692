import { copyFileSync, existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { writeContentFile } from './content-file-sync.ts'
import { contentFolder, contentPath } from './content-path.ts'
import { isFullDisk } from './full-disk.ts'
import { type LogGeneration, lostTransactions, readGeneration } from './log-check.ts'
import { logPath } from './log-file.ts'
import type { NumberRange } from './protocol.ts'
import { StoreError, type StoreErrorCode } from '../queue-store.ts'

/** Marks the file as ours in its header: `EDGQ`. */
const applicationId = 0x45444751

interface Migration {
  readonly sql: string
  /** Done before it, within the same transaction. */
  readonly prepare?: (database: DatabaseSync, contentFolder: string) => void
}

/**
 * Each step leads from the version that is its index to the next one; the file's version is their
 * number. A released step never changes, a new one is added.
 *
 * `copy` is ordered by message, so by age, and `copyByDue` serves leases; `copyDeferred` counts, at the
 * start, the few that an attempt put off. A message's header and its body (`content`) stand in its row, each
 * with its CRC-32; or (`fileBytes` above 0) the body stands in a file of that size in the content folder.
 * `retry` is JSON of what is known of a queue's next hop.
 */
const migrations: readonly Migration[] = [
  {
    sql: `
  CREATE TABLE sequence (name TEXT PRIMARY KEY, reserved INTEGER NOT NULL) WITHOUT ROWID;
  INSERT INTO sequence VALUES ('message', 0), ('copy', 0), ('queue', 0);
  CREATE TABLE queue (
    number INTEGER PRIMARY KEY,
    deliveryType TEXT NOT NULL,
    nextHopDomain TEXT NOT NULL,
    nextHopConnector TEXT NOT NULL
  );
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    pieces INTEGER NOT NULL,
    meta TEXT NOT NULL,
    content BLOB,
    checksum INTEGER
  );
  CREATE TABLE piece (
    message INTEGER NOT NULL,
    part INTEGER NOT NULL,
    content BLOB NOT NULL,
    checksum INTEGER NOT NULL,
    PRIMARY KEY (message, part)
  );
  CREATE TABLE unowned (message INTEGER PRIMARY KEY);
  CREATE TABLE copy (
    message INTEGER NOT NULL,
    id INTEGER NOT NULL,
    queue INTEGER NOT NULL,
    due INTEGER NOT NULL,
    received INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    delayNotified INTEGER NOT NULL,
    lastError TEXT NOT NULL,
    recipients TEXT NOT NULL,
    PRIMARY KEY (message, id)
  ) WITHOUT ROWID;
  CREATE INDEX copyByDue ON copy (queue, due);
  `,
  },
  {
    prepare: movePiecesToFiles,
    sql: `
  ALTER TABLE message RENAME COLUMN pieces TO fileBytes;
  UPDATE message SET fileBytes =
    (SELECT sum(length(content)) FROM piece WHERE piece.message = message.id) WHERE fileBytes > 0;
  DROP TABLE piece;
  DROP TABLE unowned;
  `,
  },
  // Earlier programs would not know what a suspended copy is (by its due time, see the protocol).
  {
    sql: `
  ALTER TABLE queue ADD COLUMN suspended INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX copyDeferred ON copy (queue) WHERE attempts > 0;
  `,
  },
  // Messages of earlier programs have no header of their own: their content begins with it.
  {
    sql: `
  ALTER TABLE message ADD COLUMN header BLOB;
  ALTER TABLE message ADD COLUMN headerChecksum INTEGER;
  ALTER TABLE queue ADD COLUMN retry TEXT;
  `,
  },
]

/** The first version had large content in rows. */
function movePiecesToFiles(database: DatabaseSync, folder: string): void {
  const pieces = database.prepare('SELECT content FROM piece WHERE message = ? ORDER BY part')
  for (const { id } of database.prepare('SELECT id FROM message WHERE pieces > 0').iterate()) {
    const contents = pieces.all(Number(id)).map(({ content }) => content)
    const parts = contents.filter((content) => content instanceof Uint8Array)
    writeContentFile(contentPath(folder, Number(id)), parts)
  }
}

/** What SQLite's error means to the store's callers. */
export function storeErrorOf(cause: unknown, path: string): StoreError {
  if (cause instanceof StoreError) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  const [code, advice] = meaningOf(isFullDisk(cause) ? sqliteFull : primaryCode(cause))
  return new StoreError(code, `queue database ${path}: ${text}${advice}`, { cause })
}

/** SQLite's primary result code; 0 for an error that is not SQLite's. */
export function primaryCode(cause: unknown): number {
  if (typeof cause !== 'object' || cause === null || !('errcode' in cause)) return 0
  return typeof cause.errcode === 'number' ? cause.errcode & 0xff : 0
}

const sqliteFull = 13
export const sqliteBusy = 5
export const sqliteIoError = 10

function meaningOf(code: number): [StoreErrorCode, string] {
  switch (code) {
    case sqliteBusy:
      return [
        'FAILED',
        '; another process has it open: stop that one, or give this one its own data folder',
      ]
    case 8:
    case 14:
      return ['FAILED', '; see that the folder exists and that this user may write to it']
    case 11:
    case 26:
      return ['CORRUPT', '']
    case sqliteFull:
      return ['DISK_FULL', '; make room on its disk']
    default:
      return ['FAILED', '']
  }
}

export interface OpenedDatabase {
  readonly database: DatabaseSync
  /** What is wrong with the write-ahead log that was found, if anything is. */
  readonly logTrouble?: string
}

/** Notes that the file failed in use, so that the next start examines it before it is trusted. */
export function suspectMark(path: string): string {
  return `${path}.suspect`
}

/** Opens the queue file, or makes it. Throws SQLite's error, or a StoreError when the file is damaged, newer, or not ours. */
export function openDatabase(path: string, stamp: string): OpenedDatabase {
  const generation = readGeneration(path)
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    // Exclusive from the first access: one process owns the file, and WAL needs no shared memory.
    // Free pages are kept track of (in a new file) so that it can shrink; the cost is not measurable.
    database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA locking_mode = EXCLUSIVE')
    // Said to a file that has it already it would write there, which a full disk might not allow.
    if (!hasTables(database)) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
    database.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -8192;
      PRAGMA temp_store = MEMORY;
    `)
    const logTrouble = generation && keepDamagedLog(database, { path, stamp, generation })
    migrate(database, path)
    if (logTrouble !== undefined || existsSync(suspectMark(path))) examine(database)
    return { database, ...(logTrouble !== undefined && { logTrouble }) }
  } catch (error) {
    database.close()
    throw error
  }
}

/** Says what SQLite, which has just read the log, has passed over in it; the log is kept as it is, if there is room. */
function keepDamagedLog(
  database: DatabaseSync,
  {
    path,
    stamp,
    generation,
  }: { path: string; stamp: string; generation: LogGeneration | 'damaged' },
): string | undefined {
  const taken = Number(database.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.['log'] ?? 0)
  const lost = generation === 'damaged' ? Infinity : lostTransactions(path, generation, taken)
  if (lost === 0) return undefined
  const kept = logPath(`${path}.damaged-${stamp}`)
  const what = lost === Infinity ? 'all that stood in it' : `${lost} transactions`
  const text = `it is damaged, and ${what} could not be read: mail that was accepted, and results`
  try {
    copyFileSync(logPath(path), kept)
    return `${text}; it is kept as ${kept}`
  } catch (error) {
    return `${text}; it could not be kept: ${error instanceof Error ? error.message : String(error)}`
  }
}

function examine(database: DatabaseSync): void {
  const result = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (result !== 'ok') throw new StoreError('CORRUPT', `the file is damaged: ${String(result)}`)
}

function migrate(database: DatabaseSync, path: string): void {
  const found = pragma(database, 'user_version')
  const owner = pragma(database, 'application_id')
  if (owner !== applicationId && (owner !== 0 || found !== 0 || hasTables(database))) {
    throw new StoreError(
      'FAILED',
      `${path} is a database of another program; name another data folder`,
    )
  }
  if (found > migrations.length) {
    throw new StoreError(
      'FAILED',
      `${path} was written by a newer version of this program (queue format ${found}, this one knows ${migrations.length}); start that version, or let it deliver the queue first`,
    )
  }
  // Also with nothing to migrate: it takes the lock, so a second process fails here.
  database.exec('BEGIN IMMEDIATE')
  if (owner === applicationId && found === migrations.length) {
    database.exec('COMMIT')
    return
  }
  for (const { prepare, sql } of migrations.slice(found)) {
    prepare?.(database, contentFolder(path))
    database.exec(sql)
  }
  database.exec(
    `PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length}; COMMIT`,
  )
}

/** A new file begins its ids and queue numbers behind those of `range`; an older one goes on with its own. */
export function beginNumbersAt(
  database: DatabaseSync,
  { afterMessage, afterQueue }: NumberRange,
): void {
  const raise = database.prepare(
    'UPDATE sequence SET reserved = ?1 WHERE name = ?2 AND reserved < ?1',
  )
  raise.run(afterMessage, 'message')
  raise.run(afterQueue, 'queue')
}

/** Transactions were lost, which may have given these: no id is given twice. */
export function skipNumbers(database: DatabaseSync): void {
  database.exec(`UPDATE sequence SET reserved = reserved + 100000 WHERE name <> 'queue'`)
}

function hasTables(database: DatabaseSync): boolean {
  return database.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
}
