import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Bytes } from '../../base/byte-size.ts'

/** Before each page in the log. */
const frameHeaderBytes = 24

/** Where the queue file at `queuePath` has its write-ahead log. */
export function logPath(queuePath: string): string {
  return `${queuePath}-wal`
}

/** The write-ahead log of an open queue file in figures. */
export class QueueLogFile {
  readonly #queuePath: string
  readonly #pageBytes: Bytes
  readonly #frameBytes: Bytes
  readonly #pages: StatementSync
  readonly #state: StatementSync

  constructor(database: DatabaseSync, queuePath: string) {
    this.#queuePath = queuePath
    this.#pageBytes = Number(database.prepare('PRAGMA page_size').get()?.['page_size'])
    this.#frameBytes = this.#pageBytes + frameHeaderBytes
    this.#pages = database.prepare('PRAGMA page_count')
    this.#state = database.prepare('PRAGMA wal_checkpoint(NOOP)')
  }

  /** Frames that are not yet moved into the queue file. */
  get waitingFrames(): number {
    const { written, moved } = this.#figures()
    return written - moved
  }

  get waitingBytes(): Bytes {
    return this.waitingFrames * this.#frameBytes
  }

  /** What it can take without growing: all of it once everything is moved, for then it begins anew. */
  get freeBytes(): Bytes {
    const { written, moved } = this.#figures()
    const size = statSync(logPath(this.#queuePath), { throwIfNoEntry: false })?.size ?? 0
    return moved < written ? size - written * this.#frameBytes : size
  }

  /** How much longer the queue file gets when all is moved there. */
  get growth(): Bytes {
    const pages = Number(this.#pages.get()?.['page_count'] ?? 0)
    const size = statSync(this.#queuePath, { throwIfNoEntry: false })?.size ?? 0
    return Math.max(0, pages * this.#pageBytes - size)
  }

  #figures(): { readonly written: number; readonly moved: number } {
    const state = this.#state.get()
    return { written: Number(state?.['log'] ?? 0), moved: Number(state?.['checkpointed'] ?? 0) }
  }
}
