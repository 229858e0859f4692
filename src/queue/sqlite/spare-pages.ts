import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Bytes } from '../../base/byte-size.ts'

/** Pages given back in one step: some milliseconds, so that a commit hardly waits. */
const pagesPerStep = 512

/**
 * What a drained backlog left free in the queue file. Some of it stays, for the next mail to take;
 * the rest is given back to the disk in small steps.
 */
export class SparePages {
  readonly #pageSize: Bytes
  readonly #kept: Bytes
  readonly #count: StatementSync
  readonly #release: StatementSync
  readonly #canShrink: boolean

  constructor(database: DatabaseSync, kept: Bytes) {
    const figure = (name: string) => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0)
    this.#pageSize = figure('page_size')
    this.#kept = kept
    this.#count = database.prepare('PRAGMA freelist_count')
    this.#release = database.prepare(`PRAGMA incremental_vacuum(${pagesPerStep})`)
    // A file made before free pages were kept track of only uses them again.
    this.#canShrink = figure('auto_vacuum') !== 0
  }

  get bytes(): Bytes {
    return Number(this.#count.get()?.['freelist_count'] ?? 0) * this.#pageSize
  }

  /**
   * One step, a transaction of its own. Returns whether there is more to give back, undefined when
   * there was nothing.
   */
  releaseSome(): boolean | undefined {
    if (!this.#tooMany()) return undefined
    this.#release.all()
    return this.#tooMany()
  }

  #tooMany(): boolean {
    return this.#canShrink && this.bytes > this.#kept
  }
}
