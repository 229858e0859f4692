import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { flushFolder, linkOrCopy, writeContentFile } from './content-file-sync.ts'
import { contentFolder, contentPath } from './content-path.ts'
import type { CopyPlace } from '../stored-message.ts'

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
    this.#message = database.prepare('SELECT meta, content, fileBytes FROM message WHERE id = ?')
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
    if (stored !== undefined && Number(stored['fileBytes']) > 0) this.#keepFile(message, path)
    else if (stored?.['content'] instanceof Uint8Array) writeContentFile(path, [stored['content']])
    const envelope = { reason, meta: stored?.['meta'], ...this.#copy.get(message, id) }
    const text = `${JSON.stringify(envelope, undefined, 2)}\n`
    writeFileSync(join(folder, `${message}-${id}.json`), text, { mode: 0o600, flush: true })
    flushFolder(folder)
    return path
  }

  /** A file that is gone leaves nothing. */
  #keepFile(message: number, path: string): void {
    const from = contentPath(contentFolder(this.#queuePath), message)
    rmSync(path, { force: true })
    if (existsSync(from)) linkOrCopy(from, path)
  }
}
