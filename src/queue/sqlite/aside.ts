import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite'
import { flushFolder, linkOrCopy, piecesOfFile, writeContentFile } from './content-file-sync.ts'
import { contentFolder, contentPath } from './content-path.ts'
import type { CopyPlace } from '../stored-message.ts'

type Row = Record<string, SQLOutputValue>

/** Where damaged messages of the queue file at `queuePath` are kept for an administrator to look at. */
export function damagedFolder(queuePath: string): string {
  return `${queuePath}-damaged`
}

/** Keeps what there is of damaged messages in files of their own; for the database thread. */
export class DamagedMessages {
  readonly #queuePath: string
  readonly #message: StatementSync
  readonly #copy: StatementSync

  constructor(database: DatabaseSync, queuePath: string) {
    this.#queuePath = queuePath
    this.#message = database.prepare(
      'SELECT id, meta, header, content, fileBytes FROM message WHERE id = ?',
    )
    this.#copy = database.prepare(
      `SELECT deliveryType, nextHopDomain, nextHopConnector, received, attempts, lastError, recipients
       FROM copy LEFT JOIN queue ON queue.number = copy.queue WHERE message = ? AND id = ?`,
    )
  }

  /** Flushed when it returns the path of the content; beside it, as JSON, stands the envelope as it was stored. */
  keep({ message, id }: CopyPlace, reason: string): string {
    const folder = damagedFolder(this.#queuePath)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const stored = this.#message.get(message)
    const path = join(folder, `${message}.eml`)
    if (stored !== undefined) this.#keepContent(stored, path)
    const envelope = { reason, meta: stored?.['meta'], ...this.#copy.get(message, id) }
    const text = `${JSON.stringify(envelope, undefined, 2)}\n`
    writeFileSync(join(folder, `${message}-${id}.json`), text, { mode: 0o600, flush: true })
    flushFolder(folder)
    return path
  }

  /** Header and body, as far as they are there: a file that is gone leaves nothing. */
  #keepContent({ id, header, content, fileBytes }: Row, path: string): void {
    const from = contentPath(contentFolder(this.#queuePath), Number(id))
    const inFile = Number(fileBytes) > 0 && existsSync(from)
    const parts = [header, content].filter((part) => part instanceof Uint8Array)
    rmSync(path, { force: true })
    const body = inFile ? piecesOfFile(from, Number(fileBytes)) : []
    if (parts.length > 0) writeContentFile(path, behind(parts, body))
    else if (inFile) linkOrCopy(from, path)
  }
}

function* behind(
  parts: readonly Uint8Array[],
  body: Iterable<Uint8Array>,
): Generator<Uint8Array, void, void> {
  yield* parts
  yield* body
}
