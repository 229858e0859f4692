import { crc32 } from 'node:zlib'
import type { Awaitable } from '../../base/awaitable.ts'
import type { Bytes } from '../../base/byte-size.ts'
import { type PendingMessage, type PreparedMessage, StoreError } from '../queue-store.ts'
import type { Copy, NewCopy, NewMessage } from '../stored-message.ts'
import type { BlockPool } from './block-pool.ts'
import { ContentBuffer } from './content-buffer.ts'
import type { ContentCache } from './content-cache.ts'
import { contentEnd } from './content-end.ts'
import type { ContentFiles, IncomingContent } from './content-files.ts'
import type { ContentFlow, ContentHolder } from './content-flow.ts'
import type { SqliteQueueLink } from './link.ts'
import type { FreshCopies } from './fresh-copies.ts'
import type { CommitRows } from './protocol.ts'
import { copyRow, metaText } from './rows.ts'

/** What all pending messages of a store share. */
export interface IntakeParts {
  readonly link: SqliteQueueLink
  readonly flow: ContentFlow
  readonly files: ContentFiles
  readonly cache: ContentCache
  readonly blocks: BlockPool
  readonly copies: FreshCopies
  readonly pieceBytes: Bytes
  /** Those that have not ended, by their ids. */
  readonly begun: Map<number, SqlitePendingMessage>
}

/** A message ready to travel to the database. */
export interface SealedMessage {
  readonly pending: SqlitePendingMessage
  readonly rows: CommitRows
  /** Its header, and its body unless that has a file. */
  readonly contents: readonly [header: Buffer, body: Buffer]
  /** The size of the body's file; 0 when it has none. */
  readonly fileBytes: Bytes
  readonly copies: readonly Copy[]
}

/** Waits until no more than so many pieces are on their way. */
interface Waiter {
  readonly pieces: number
  readonly resolve: () => void
}

const nothing = Buffer.alloc(0)

/** Collects a body: what is smaller than a piece travels with the commit, all else goes to a file. */
export class SqlitePendingMessage implements PendingMessage, ContentHolder {
  readonly id: number
  readonly #parts: IntakeParts
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

  constructor(id: number, parts: IntakeParts) {
    this.id = id
    this.#parts = parts
    this.#buffer = new ContentBuffer(parts.blocks)
    parts.begun.set(id, this)
  }

  write(chunk: Buffer): Awaitable<void> {
    const failure = this.#failure ?? this.#misuse('write to')
    if (failure !== undefined) return Promise.reject(failure)
    this.#buffer.add(chunk)
    this.#parts.flow.hold(this, chunk.length)
    if (this.#buffer.length >= this.#parts.pieceBytes) this.spill()
    return this.#parts.flow.room() ?? this.#unwrittenAtMost(1)
  }

  readPiece(index: number): Awaitable<Buffer | undefined> {
    const failure = this.#failure ?? this.#misuse('read')
    if (failure !== undefined) return Promise.reject(failure)
    if (this.#file !== undefined) return this.#readWritten(this.#file, index)
    return index === 0 && this.#buffer.length > 0 ? this.#buffer.whole() : undefined
  }

  async commit(
    message: NewMessage,
    header: Buffer,
    copies: readonly NewCopy[],
  ): Promise<readonly Copy[]> {
    const sealed = await this.seal({ message, header, copies }, 0)
    try {
      await this.#parts.link.call({ kind: 'commit', rows: sealed.rows }, sealed.contents)
    } catch (error) {
      this.failed()
      throw error
    }
    this.committed(sealed)
    return sealed.copies
  }

  abort(): void {
    if (this.#state !== 'open') return
    this.#end()
    if (this.#file !== undefined) this.#removeFile(this.#file).catch(ignored)
  }

  /** Writes out what is in memory, to a file that counts for nothing before the commit. */
  spill(): void {
    if (this.#buffer.length === 0 || this.#state !== 'open') return
    const { files, flow } = this.#parts
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
   * The first half of a commit: a body that has a file is on disk, all else is handed out, to stand at
   * `place` among the contents of a request. Throws a StoreError when it could not be written.
   */
  async seal(
    { message, header, copies }: Omit<PreparedMessage, 'pending'>,
    place: number,
  ): Promise<SealedMessage> {
    const misuse = this.#misuse('commit')
    if (misuse !== undefined) throw misuse
    if (this.#file !== undefined) this.spill()
    this.#state = 'committing'
    this.#parts.flow.forget(this)
    if (this.#file !== undefined) await this.#finish(this.#file, header)
    this.#committing = this.#buffer.length
    const fileBytes = this.#fileBytes
    const fresh = this.#parts.copies.of({ ...message, id: this.id }, copies)
    const copyRows = fresh.copies.map(copyRow)
    const facts = [this.id, message.receivedAt, metaText(message)] as const
    return {
      pending: this,
      rows: [[...facts, fileBytes, this.#checksum, place], copyRows, fresh.token],
      contents: [header, fileBytes === 0 ? this.#buffer.takeWhole() : nothing],
      fileBytes,
      copies: fresh.copies,
    }
  }

  /** The commit failed: only `abort` is left to do. */
  failed(): void {
    this.#state = 'open'
    this.#dropBuffer()
    this.#failure ??= new StoreError('FAILED', `message ${this.id} could not be committed`)
  }

  /** The commit succeeded: what is in memory of it stays at hand, for it is sent next. */
  committed({ contents: [header, body], fileBytes, copies }: SealedMessage): void {
    const { cache, files } = this.#parts
    if (fileBytes > 0) files.note(this.id, { fileBytes, bodyAt: 0 })
    cache.add(this.id, fileBytes > 0 ? { header } : { header, body }, copies.length)
    this.#end()
  }

  #end(): void {
    this.#state = 'ended'
    this.#dropBuffer()
    this.#parts.begun.delete(this.id)
  }

  async #readWritten(file: IncomingContent, index: number): Promise<Buffer | undefined> {
    this.spill()
    await this.#unwrittenAtMost(0)
    if (this.#failure !== undefined) throw this.#failure
    const { pieceBytes } = this.#parts
    const position = index * pieceBytes
    const length = Math.min(pieceBytes, this.#fileBytes - position)
    return length > 0 ? file.read(position, length) : undefined
  }

  async #finish(file: IncomingContent, header: Buffer): Promise<void> {
    await this.#unwrittenAtMost(0)
    try {
      if (this.#failure !== undefined) throw this.#failure
      await file.write(contentEnd(header), this.#fileBytes)
      await file.flush()
      await file.close()
    } catch (error) {
      this.failed()
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
    await this.#parts.link.call({ kind: 'abort', message: this.id })
  }

  #dropBuffer(): void {
    this.#parts.flow.forget(this)
    this.#parts.flow.release(this.#buffer.length + this.#committing)
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
