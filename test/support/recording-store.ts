import type { Awaitable } from '../../src/base/awaitable.ts'
import type { PendingMessage, Settlement } from '../../src/queue/queue-store.ts'
import { StoreError } from '../../src/queue/queue-store.ts'
import type { StoreErrorCode } from '../../src/queue/queue-store.ts'
import type { Copy, NewCopy, NewMessage, StoredMessage } from '../../src/queue/stored-message.ts'
import { type ContentParts, splitContent } from './split-content.ts'

interface KeptMessage extends ContentParts {
  readonly message: StoredMessage
  /** Header and body. */
  readonly content: Buffer
}

type Step = 'write' | 'commit' | 'settle'

/**
 * Stands in for the queue where a test looks at what is handed to it: keeps every message, copy and
 * settlement, and fails on demand.
 */
export class RecordingStore {
  readonly messages: KeptMessage[] = []
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
      readPiece: (index) => pieceOf(Buffer.concat(chunks), index, this.pieceSize),
      commit: async (message, header, copies) => {
        await Promise.resolve()
        this.#fault('commit')
        over = true
        this.#keep({ ...message, id }, { header, body: Buffer.concat(chunks) })
        return this.#copies({ ...message, id }, copies)
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
    for (const { pending, message, header, copies } of settlement.notifications ?? []) {
      notified.push(...(await pending.commit(message, header, copies)))
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

  readHeader(messageId: number): Buffer {
    return this.#find(messageId).header
  }

  readBody(messageId: number, index: number): Buffer | undefined {
    return pieceOf(this.#find(messageId).body, index, this.pieceSize)
  }

  /** Puts a message there as if it had been accepted. */
  add(message: NewMessage, content: string): StoredMessage {
    const stored = { ...message, id: this.#nextId++ }
    this.#keep(stored, splitContent(Buffer.from(content, 'latin1')))
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

  #keep(message: StoredMessage, { header, body }: ContentParts): void {
    this.messages.push({ message, header, body, content: Buffer.concat([header, body]) })
  }

  #find(messageId: number): KeptMessage {
    const found = this.messages.find(({ message }) => message.id === messageId)
    if (found === undefined) throw new StoreError('CORRUPT', `no message ${messageId}`)
    return found
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

function pieceOf(content: Buffer, index: number, size: number): Buffer | undefined {
  const piece = content.subarray(index * size, (index + 1) * size)
  return piece.length === 0 ? undefined : piece
}
