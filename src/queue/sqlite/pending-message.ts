import { crc32 } from 'node:zlib'
import type { Awaitable } from '../../base/awaitable.ts'
import type { Bytes } from '../../base/byte-size.ts'
import type { BlockPool } from './block-pool.ts'
import { ContentBuffer } from './content-buffer.ts'
import type { ContentFiles, IncomingContent } from './content-files.ts'
import type { ContentFlow, ContentHolder } from './content-flow.ts'
import type { SqliteQueueLink } from './link.ts'
import { type PendingMessage, StoreError } from '../queue-store.ts'
import type { Copy, NewCopy, NewMessage } from '../stored-message.ts'

/** What a pending message needs of its store. */
export interface PendingOwner {
  readonly link: SqliteQueueLink
  readonly flow: ContentFlow
  readonly files: ContentFiles
  readonly blocks: BlockPool
  readonly pieceBytes: Bytes
  commit(
    pending: SqlitePendingMessage,
    message: NewMessage,
    copies: readonly NewCopy[],
  ): Promise<readonly Copy[]>
}

/** Content ready for its commit: in a file of that many bytes, or (0) to travel with the commit. */
export interface SealedContent {
  readonly fileBytes: Bytes
  /** CRC-32 of the file's content. */
  readonly checksum: number
  readonly inline: Buffer
}

/** Waits until no more than so many pieces are on their way. */
interface Waiter {
  readonly pieces: number
  readonly resolve: () => void
}

/** Collects content: what is smaller than a piece travels with the commit, all else goes to a file. */
export class SqlitePendingMessage implements PendingMessage, ContentHolder {
  readonly id: number
  readonly #owner: PendingOwner
  readonly #buffer: ContentBuffer
  /** What the flow still counts of what was handed out for the commit. */
  #committing: Bytes = 0
  #file: IncomingContent | undefined
  #fileBytes: Bytes = 0
  #checksum = 0
  #unwritten = 0
  #waiters: Waiter[] = []
  #failure: StoreError | undefined
  #state: 'open' | 'committing' | 'ended' = 'open'

  constructor(id: number, owner: PendingOwner) {
    this.id = id
    this.#owner = owner
    this.#buffer = new ContentBuffer(owner.blocks)
  }

  write(chunk: Buffer): Awaitable<void> {
    const failure = this.#failure ?? this.#misuse('write to')
    if (failure !== undefined) return Promise.reject(failure)
    this.#buffer.add(chunk)
    this.#owner.flow.hold(this, chunk.length)
    if (this.#buffer.length >= this.#owner.pieceBytes) this.spill()
    return this.#owner.flow.room() ?? this.#unwrittenAtMost(1)
  }

  async commit(message: NewMessage, copies: readonly NewCopy[]): Promise<readonly Copy[]> {
    const misuse = this.#misuse('commit')
    if (misuse !== undefined) throw misuse
    return this.#owner.commit(this, message, copies)
  }

  abort(): void {
    if (this.#state !== 'open') return
    this.#state = 'ended'
    this.#dropBuffer()
    if (this.#file !== undefined) this.#removeFile(this.#file).catch(ignored)
  }

  /** Writes out what is in memory, to a file that counts for nothing before the commit. */
  spill(): void {
    if (this.#buffer.length === 0 || this.#state !== 'open') return
    const { files, flow } = this.#owner
    const file = (this.#file ??= files.create(this.id))
    const position = this.#fileBytes
    const size = this.#buffer.length
    const { parts, release } = this.#buffer.take()
    this.#fileBytes += size
    for (const part of parts) this.#checksum = crc32(part, this.#checksum)
    this.#unwritten++
    flow.forget(this)
    flow.push({
      size,
      send: async () => {
        if (this.#state === 'ended' || this.#failure !== undefined) return
        await file.write(parts, position)
      },
      done: (error) => {
        release()
        this.#written(error)
      },
    })
  }

  /**
   * The first half of a commit: content that has a file is on disk, other content is handed out.
   * Throws a StoreError when it could not be written.
   */
  async seal(): Promise<SealedContent> {
    const misuse = this.#misuse('commit')
    if (misuse !== undefined) throw misuse
    if (this.#file !== undefined) this.spill()
    this.#state = 'committing'
    this.#owner.flow.forget(this)
    if (this.#file !== undefined) await this.#finish(this.#file)
    this.#committing = this.#buffer.length
    return {
      fileBytes: this.#fileBytes,
      checksum: this.#checksum,
      inline: this.#buffer.takeWhole(),
    }
  }

  /** The commit failed: only `abort` is left to do. */
  unseal(): void {
    this.#state = 'open'
    this.#dropBuffer()
    this.#failure ??= new StoreError('FAILED', `message ${this.id} could not be committed`)
  }

  /** The commit succeeded. */
  committed(): void {
    this.#state = 'ended'
    this.#dropBuffer()
  }

  async #finish(file: IncomingContent): Promise<void> {
    await this.#unwrittenAtMost(0)
    try {
      if (this.#failure !== undefined) throw this.#failure
      await file.flush()
      await file.close()
    } catch (error) {
      this.unseal()
      throw error
    }
  }

  /**
   * The database thread deletes it, behind a commit that may be on its way or be done without our
   * knowing: then the file stays.
   */
  async #removeFile(file: IncomingContent): Promise<void> {
    await this.#unwrittenAtMost(0)
    await file.close()
    await this.#owner.link.call({ kind: 'abort', message: this.id })
  }

  #dropBuffer(): void {
    this.#owner.flow.forget(this)
    this.#owner.flow.release(this.#buffer.length + this.#committing)
    this.#committing = 0
    this.#buffer.take().release()
  }

  #written(error: StoreError | undefined): void {
    this.#unwritten--
    this.#failure ??= error
    const waiters = this.#waiters.filter(({ pieces }) => this.#unwritten <= pieces)
    this.#waiters = this.#waiters.filter((waiter) => !waiters.includes(waiter))
    for (const { resolve } of waiters) resolve()
  }

  /** Undefined when no more pieces than that are on their way; else resolves when it is so. */
  #unwrittenAtMost(pieces: number): Promise<void> | undefined {
    if (this.#unwritten <= pieces) return undefined
    return new Promise((resolve) => this.#waiters.push({ pieces, resolve }))
  }

  #misuse(verb: string): StoreError | undefined {
    if (this.#state === 'open') return undefined
    return new StoreError('FAILED', `cannot ${verb} message ${this.id}: it has ended`)
  }
}

function ignored(): void {
  // A store that is gone deletes what no message owns when it is opened again.
}
