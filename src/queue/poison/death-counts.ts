import { existsSync, readFileSync, rmSync } from 'node:fs'
import type { DeathLog } from './in-hand.ts'
import { createDurably, replaceDurably } from '../../base/durable-file.ts'

/** Messages that are remembered; nothing makes so many but a machine that goes on failing. */
const mostCounted = 1000

/** How often the process died while a message was alone in hand; kept beside the queue file. */
export class DeathCounts implements DeathLog {
  readonly #path: string
  readonly #counts: Map<number, number>

  constructor(queuePath: string) {
    this.#path = deathCountsPath(queuePath)
    this.#counts = read(this.#path)
  }

  get messageIds(): readonly number[] {
    return [...this.#counts.keys()]
  }

  of(messageId: number): number {
    return this.#counts.get(messageId) ?? 0
  }

  add(messageId: number): void {
    const count = this.of(messageId) + 1
    this.#counts.delete(messageId)
    this.#counts.set(messageId, count)
    const [oldest] = this.#counts.keys()
    if (this.#counts.size > mostCounted && oldest !== undefined) this.#counts.delete(oldest)
  }

  forget(messageId: number): void {
    this.#counts.delete(messageId)
  }

  async save(): Promise<void> {
    if (this.#counts.size === 0) {
      rmSync(this.#path, { force: true })
      return
    }
    const content = `${JSON.stringify([...this.#counts])}\n`
    if (existsSync(this.#path)) await replaceDurably(this.#path, content)
    else await createDurably(this.#path, content, { mode: 0o600 })
  }
}

/** Where the counts of a queue file are. */
export function deathCountsPath(queuePath: string): string {
  return `${queuePath}-deaths`
}

/** A file that cannot be read counts nothing: each message has its chances once more. */
function read(path: string): Map<number, number> {
  try {
    const rows: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return new Map(Array.isArray(rows) ? rows.filter(isRow).slice(0, mostCounted) : [])
  } catch {
    return new Map()
  }
}

function isRow(row: unknown): row is [number, number] {
  return Array.isArray(row) && row.length === 2 && row.every((one) => Number.isSafeInteger(one))
}
