import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.ts'
import type { MovedAside } from '../../src/queue/sqlite/protocol.ts'
import type { QueueStore, StoreError } from '../../src/queue/queue-store.ts'
import {
  type SqliteQueueStoreOptions,
  openSqliteQueueStore,
} from '../../src/queue/sqlite/sqlite-queue-store.ts'

/** A folder with one queue file that a test opens as often as it likes; gone afterwards. */
export class QueueFolder implements AsyncDisposable {
  readonly path: string
  readonly #folder: string
  readonly movedAside: MovedAside[] = []
  /** What was wrong with write-ahead logs that were found. */
  readonly logTroubles: string[] = []
  /** Resolves when a store opened here stops for good. */
  readonly fatal = Promise.withResolvers<StoreError>()

  private constructor(folder: string) {
    this.#folder = folder
    this.path = join(folder, 'queue', 'mail.que')
  }

  static async make(): Promise<QueueFolder> {
    return new QueueFolder(await mkdtemp(join(tmpdir(), 'queue-')))
  }

  open(options: Partial<SqliteQueueStoreOptions> = {}): Promise<QueueStore> {
    return openSqliteQueueStore({
      path: this.path,
      clock: systemClock,
      onFatal: (error) => this.fatal.resolve(error),
      reserveBytes: 0,
      onLogTrouble: (trouble) => this.logTroubles.push(trouble),
      onMovedAside: (damaged) => this.movedAside.push(damaged),
      ...options,
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true })
  }
}
