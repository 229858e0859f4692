import type { Awaitable } from '../../src/base/awaitable.ts'
import type { PendingMessage, Settlement } from '../../src/queue/queue-store.ts'
import { StoreError } from '../../src/queue/queue-store.ts'
import type { StoreErrorCode } from '../../src/queue/queue-store.ts'
import type { Copy, NewCopy, NewMessage, StoredMessage } from '../../src/queue/stored-message.ts'

type Step = 'write' | 'commit' | 'settle'

/**
 * Stands in for the queue where a test looks at what is handed to it: keeps every message, copy and
 * settlement, and fails on demand.
 */
export class RecordingStore {
  readonly messages: { readonly message: StoredMessage; readonly content: Buffer }[] = []
  readonly settlements: Settlement[] = []
  readonly released: Copy[] = []
  /** Messages begun and forgotten. */
  aborted = 0
  /** Octets written, whatever became of them. */
  written = 0
  /** Writes answer later rather than at once. */
  slow = false
  /** Octets in a piece of content read back. */
  pieceSize = 64
  #nextId = 1
  #nextCopyId = 1
  readonly #failures = new Map<Step, StoreErrorCode>()

  /** The next `step` fails with `code`. */
  failNext(step: Step, code: StoreErrorCode): void {
    this.#failures.set(step, code)
  }

  begin(): PendingMessage {
    const id = this.#nextId++
    const chunks: Buffer[] = []
    let over = false
    return {
      id,
      write: (chunk) => this.#write(chunks, chunk),
      commit: async (message, copies) => {
        await Promise.resolve()
        this.#fault('commit')
        over = true
        return this.#keep({ ...message, id }, Buffer.concat(chunks), copies)
      },
      abort: () => {
        if (!over) this.aborted++
        over = true
      },
    }
  }

  async settle(settlement: Settlement): Promise<readonly Copy[]> {
    await Promise.resolve()
    this.#fault('settle')
    this.settlements.push(settlement)
    const moved = this.#copies(settlement.copy.message, settlement.moved ?? [])
    const notified: Copy[] = []
    for (const { pending, message, copies } of settlement.notifications ?? []) {
      notified.push(...(await pending.commit(message, copies)))
    }
    return [...moved, ...notified]
  }

  release(copies: readonly Copy[]): void {
    this.released.push(...copies)
  }

  /** What is wrong with every message. */
  damage: string | undefined

  damageOf(): string | undefined {
    return this.damage
  }

  readPiece(messageId: number, index: number): Awaitable<Buffer | undefined> {
    const content = this.messages.find(({ message }) => message.id === messageId)?.content
    if (content === undefined) throw new StoreError('CORRUPT', `no message ${messageId}`)
    const start = index * this.pieceSize
    return start < content.length ? content.subarray(start, start + this.pieceSize) : undefined
  }

  /** Puts a message there as if it had been accepted. */
  add(message: NewMessage, content: string): StoredMessage {
    const stored = { ...message, id: this.#nextId++ }
    this.#keep(stored, Buffer.from(content, 'latin1'), [])
    return stored
  }

  #write(chunks: Buffer[], chunk: Buffer): Awaitable<void> {
    const write = () => {
      this.#fault('write')
      this.written += chunk.length
      chunks.push(chunk)
    }
    if (this.slow) return Promise.resolve().then(write)
    write()
  }

  #keep(message: StoredMessage, content: Buffer, copies: readonly NewCopy[]): Copy[] {
    this.messages.push({ message, content })
    return this.#copies(message, copies)
  }

  #copies(message: StoredMessage, copies: readonly NewCopy[]): Copy[] {
    return copies.map((copy) => ({
      id: this.#nextCopyId++,
      message,
      dueAt: 0,
      attempts: 0,
      lastError: '',
      delayNotified: false,
      ...structuredClone(copy),
    }))
  }

  #fault(step: Step): void {
    const code = this.#failures.get(step)
    this.#failures.delete(step)
    if (code !== undefined) throw new StoreError(code, `${step} failed on demand`)
  }
}
