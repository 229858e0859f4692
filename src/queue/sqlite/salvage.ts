import { statSync } from 'node:fs'
import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Bytes } from '../../base/byte-size.ts'
import { flushFolder, linkOrCopy, writeContentFile } from './content-file-sync.ts'
import { contentFolder, contentPath } from './content-path.ts'
import { isFullDisk } from './full-disk.ts'
import type { DatabaseSettings, NumberRange } from './protocol.ts'
import { submissionQueue } from '../queue-key.ts'

type Row = Record<string, SQLOutputValue>

/** Messages that are written to the new file as one transaction. */
const batch = 200
/** Ids are skipped in steps of doubling width behind a place that cannot be read. */
const widestSkip = 2 ** 40

/**
 * Brings the messages that can still be read from a damaged queue file into a new one; returns how
 * many. A message comes over whole or not at all, with the file of its content if it has one. Copies
 * whose queue is unknown go to the Submission queue, to be categorized anew. What is damaged is only
 * read; content files come over as further names of the same. Throws when the new file cannot be written.
 */
export function salvage(
  damagedPath: string,
  into: DatabaseSync,
  { path: intoPath, numbers }: Pick<DatabaseSettings, 'path' | 'numbers'>,
): number {
  // Opening an empty file would delete the write-ahead log beside it.
  if (statSync(damagedPath).size === 0) return 0
  using from = new DatabaseSync(damagedPath, { timeout: 0, defensive: false })
  // By writable_schema a file that was cut off is read up to its end; nothing is written.
  const settings = 'locking_mode = EXCLUSIVE; PRAGMA query_only = ON; PRAGMA writable_schema = ON'
  attempt(() => from.exec(`PRAGMA ${settings}`))
  const folders = { from: contentFolder(damagedPath), into: contentFolder(intoPath) }
  return new Salvage(from, into, { folders, numbers }).run()
}

interface ContentFolders {
  readonly from: string
  readonly into: string
}

class Salvage {
  readonly #from: DatabaseSync
  readonly #into: DatabaseSync
  readonly #folders: ContentFolders
  readonly #queues = new Map<number, number>()
  #lastMessage = 0
  #lastCopy = 0

  constructor(
    from: DatabaseSync,
    into: DatabaseSync,
    { folders, numbers }: { readonly folders: ContentFolders; readonly numbers: NumberRange },
  ) {
    this.#from = from
    this.#into = into
    this.#folders = folders
    this.#lastMessage = numbers.afterMessage
  }

  run(): number {
    this.#into.exec('BEGIN IMMEDIATE')
    this.#copyQueues()
    this.#into.exec('COMMIT')
    let rescued = 0
    let inBatch = 0
    for (const message of this.#readableMessages()) {
      if (inBatch === 0) this.#into.exec('BEGIN IMMEDIATE')
      if (this.#copyMessage(message)) rescued++
      inBatch = (inBatch + 1) % batch
      if (inBatch === 0) this.#into.exec('COMMIT')
    }
    if (inBatch === 0) this.#into.exec('BEGIN IMMEDIATE')
    this.#keepIdsGrowing()
    this.#into.exec('COMMIT')
    return rescued
  }

  *#readableMessages(): Iterable<Row> {
    const next = this.#prepare('SELECT * FROM message WHERE id > ? ORDER BY id LIMIT 1')
    // Large content stands apart from the rest of its row, which may still be whole.
    const nextWithoutContent = this.#prepare(
      'SELECT id, meta, 0 AS fileBytes FROM message WHERE id > ? ORDER BY id LIMIT 1',
    )
    if (next === undefined || nextWithoutContent === undefined) return
    let after = this.#lastMessage
    let skip = 1
    while (skip < widestSkip) {
      const row =
        attempt(() => next.get(after) ?? 'end') ?? attempt(() => nextWithoutContent.get(after))
      if (row === 'end') return
      if (row === undefined) {
        after += skip
        skip *= 2
        continue
      }
      after = Number(row['id'])
      skip = 1
      yield row
    }
  }

  /** Undefined where the file has no such table. */
  #prepare(sql: string): StatementSync | undefined {
    return attempt(() => this.#from.prepare(sql))
  }

  #copyMessage(message: Row): boolean {
    const id = Number(message['id'])
    const copies = this.#rows('SELECT * FROM copy WHERE message = ?', id)
    const whole =
      copies !== undefined &&
      copies.length > 0 &&
      [message['meta'], ...copies.map(({ recipients }) => recipients)].every(isJson)
    const fileBytes = whole ? this.#contentFile(message) : undefined
    if (!whole || fileBytes === undefined) return false
    this.#insert('message', { ...message, fileBytes }, messageColumns)
    for (const copy of copies) {
      this.#insert('copy', { ...copy, queue: this.#queueOf(Number(copy['queue'])) }, copyColumns)
      this.#lastCopy = Math.max(this.#lastCopy, Number(copy['id']))
    }
    this.#lastMessage = id
    return true
  }

  /**
   * The size of the message's file; 0 when its row has its content. Content that is damaged or gone comes
   * over as it is: it will be found so before it is sent, and its sender told. Undefined when nothing is left.
   */
  #contentFile(message: Row): Bytes | undefined {
    if (Number(message['pieces'] ?? 0) > 0) return this.#joinPieces(message)
    const expected = Number(message['fileBytes'] ?? 0)
    if (expected === 0) return 0
    const path = contentPath(this.#folders.from, Number(message['id']))
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return expected
    try {
      linkOrCopy(path, contentPath(this.#folders.into, Number(message['id'])))
    } catch (cause) {
      if (isFullDisk(cause)) throw cause
    }
    flushFolder(this.#folders.into)
    return expected
  }

  /** A file of the first version has large content in rows. */
  #joinPieces({ id, pieces }: Row): Bytes | undefined {
    const rows = this.#rows('SELECT * FROM piece WHERE message = ? ORDER BY part', Number(id))
    if (rows === undefined || rows.length < Number(pieces)) return undefined
    if (!rows.every((row, at) => row['part'] === at && isSound(row))) return undefined
    const contents = rows.map(({ content }) => content).filter((one) => one instanceof Uint8Array)
    writeContentFile(contentPath(this.#folders.into, Number(id)), contents)
    return contents.reduce((sum, { length }) => sum + length, 0)
  }

  #copyQueues(): void {
    for (const queue of attempt(() => this.#from.prepare('SELECT * FROM queue').all()) ?? []) {
      // Files of earlier versions know of no suspended queues.
      this.#insert('queue', { suspended: 0, ...queue }, queueColumns)
      this.#queues.set(Number(queue['number']), Number(queue['number']))
    }
  }

  /** The queue's number, or that of the Submission queue when nothing is known of it. */
  #queueOf(number: number): number {
    const known = this.#queues.get(number)
    if (known !== undefined) return known
    const submission = this.#submissionNumber()
    this.#queues.set(number, submission)
    return submission
  }

  #submissionNumber(): number {
    const { deliveryType, nextHopDomain, nextHopConnector } = submissionQueue
    const found = this.#into
      .prepare('SELECT * FROM queue')
      .all()
      .find((row) => row['deliveryType'] === deliveryType)
    if (found !== undefined) return Number(found['number'])
    const number = Math.max(0, ...this.#queues.keys()) + 1
    this.#insert(
      'queue',
      { number, deliveryType, nextHopDomain, nextHopConnector, suspended: 0 },
      queueColumns,
    )
    return number
  }

  #keepIdsGrowing(): void {
    const raise = this.#into.prepare(
      'UPDATE sequence SET reserved = max(reserved, ?) WHERE name = ?',
    )
    for (const row of attempt(() => this.#from.prepare('SELECT * FROM sequence').all()) ?? []) {
      const reserved = Number(row['reserved'])
      if (Number.isSafeInteger(reserved)) raise.run(reserved, String(row['name']))
    }
    const highestQueue = this.#into.prepare('SELECT max(number) AS number FROM queue').get()
    raise.run(this.#lastMessage, 'message')
    raise.run(this.#lastCopy, 'copy')
    raise.run(Number(highestQueue?.['number'] ?? 0), 'queue')
  }

  #rows(sql: string, id: number): Row[] | undefined {
    return attempt(() => this.#from.prepare(sql).all(id))
  }

  #insert(table: string, row: Row, columns: readonly string[]): void {
    const places = columns.map(() => '?').join(', ')
    this.#into
      .prepare(`INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${places})`)
      .run(...columns.map((column) => row[column] ?? null))
  }
}

const messageColumns = [
  ...['id', 'fileBytes', 'meta', 'content', 'checksum'],
  ...['header', 'headerChecksum'],
]
const queueColumns = [
  ...['number', 'deliveryType', 'nextHopDomain', 'nextHopConnector'],
  ...['suspended', 'retry'],
]
const copyColumns = [
  'message',
  'id',
  'queue',
  'due',
  'received',
  'attempts',
  'delayNotified',
  'lastError',
  'recipients',
]

/** Undefined when the damaged file cannot be read there. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}

function isSound({ content, checksum }: Row): boolean {
  return content instanceof Uint8Array && crc32(content) === checksum
}

function isJson(text: SQLOutputValue | undefined): boolean {
  return typeof text === 'string' && attempt(() => JSON.parse(text) as unknown) !== undefined
}
