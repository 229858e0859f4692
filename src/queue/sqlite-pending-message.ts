import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { ContentFlow, ContentHolder } from './content-flow.ts'
import type { SqliteQueueLink } from './sqlite-queue-link.ts'
import { type PendingMessage, StoreError } from './queue-store.ts'
import type { Copy, NewCopy, NewMessage } from './stored-message.ts'

const smallestBuffer = 8 * 1024

/** What a pending message needs of its store. */
export interface PendingOwner {
  readonly link: SqliteQueueLink
  readonly flow: ContentFlow
  readonly pieceBytes: Bytes
  commit(
    pending: SqlitePendingMessage,
    message: NewMessage,
    copies: readonly NewCopy[],
  ): Promise<readonly Copy[]>
}

/** Collects content into pieces; what fits into one travels with the commit. */
export class SqlitePendingMessage implements PendingMessage, ContentHolder {
  readonly id: number
  readonly #owner: PendingOwner
  #buffer = Buffer.alloc(0)
  #length = 0
  #pieces = 0
  #unwritten = 0
  #onWritten: (() => void) | undefined
  #failure: StoreError | undefined
  #state: 'open' | 'committing' | 'ended' = 'open'

  constructor(id: number, owner: PendingOwner) {
    this.id = id
    this.#owner = owner
  }

  write(chunk: Buffer): Awaitable<void> {
    const failure = this.#failure ?? this.#misuse('write to')
    if (failure !== undefined) return Promise.reject(failure)
    const { pieceBytes } = this.#owner
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + pieceBytes - this.#length)
      this.#append(part)
      at += part.length
      if (this.#length === pieceBytes) this.spill()
    }
    return this.#owner.flow.room()
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
    // Requests keep their order, so pieces on their way are written before they are deleted; those
    // still waiting their turn see the state and are not sent.
    if (this.#pieces > 0) this.#owner.link.call({ kind: 'abort', message: this.id }).catch(ignored)
  }

  /** Writes out what is in memory, to rows that count for nothing before the commit. */
  spill(): void {
    if (this.#length === 0 || this.#state !== 'open') return
    const content = this.#buffer.subarray(0, this.#length)
    const index = this.#pieces++
    const { link, flow } = this.#owner
    this.#buffer = Buffer.alloc(0)
    this.#length = 0
    this.#unwritten++
    flow.forget(this)
    flow.push({
      size: content.length,
      send: async () => {
        if (this.#state === 'ended' || this.#failure !== undefined) return
        await link.call({ kind: 'piece', message: this.id, index }, [content])
      },
      done: (error) => this.#written(error),
    })
  }

  /**
   * The first half of a commit: all pieces but the last are on disk, the last is handed out.
   * Throws a StoreError when one could not be written.
   */
  async seal(): Promise<{ readonly pieces: number; readonly last: Buffer }> {
    const misuse = this.#misuse('commit')
    if (misuse !== undefined) throw misuse
    this.#state = 'committing'
    this.#owner.flow.forget(this)
    if (this.#unwritten > 0) await new Promise<void>((resolve) => (this.#onWritten = resolve))
    if (this.#failure !== undefined) {
      this.unseal()
      throw this.#failure
    }
    return { pieces: this.#pieces, last: this.#buffer.subarray(0, this.#length) }
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

  #append(part: Buffer): void {
    const needed = this.#length + part.length
    if (needed > this.#buffer.length) {
      const size = Math.max(
        smallestBuffer,
        Math.min(2 * this.#buffer.length, this.#owner.pieceBytes),
      )
      const larger = Buffer.allocUnsafeSlow(Math.max(size, needed))
      this.#buffer.copy(larger, 0, 0, this.#length)
      this.#buffer = larger
    }
    part.copy(this.#buffer, this.#length)
    this.#length = needed
    this.#owner.flow.hold(this, part.length)
  }

  #dropBuffer(): void {
    this.#owner.flow.forget(this)
    this.#owner.flow.release(this.#length)
    this.#buffer = Buffer.alloc(0)
    this.#length = 0
  }

  #written(error: StoreError | undefined): void {
    this.#unwritten--
    this.#failure ??= error
    if (this.#unwritten === 0) this.#onWritten?.()
  }

  #misuse(verb: string): StoreError | undefined {
    if (this.#state === 'open') return undefined
    return new StoreError('FAILED', `cannot ${verb} message ${this.id}: it has ended`)
  }
}

function ignored(): void {
  // A store that is gone forgets the pieces when it is opened again.
}
