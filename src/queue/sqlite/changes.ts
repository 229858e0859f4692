import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import type { Milliseconds } from '../../base/time-span.ts'
import type { ContentGarbage } from './content-garbage.ts'
import { StoreError } from '../queue-store.ts'
import type { QueueKey } from '../queue-key.ts'
import type { AddedRows, Change, CommitRows, CopyRow, QueueName, SettleRows } from './protocol.ts'
import { suspendedDue } from './protocol.ts'
import type { CopyPlace } from '../stored-message.ts'
import type { HeldLease, LeaseTimes } from './held-leases.ts'
import type { RegisteredQueue } from './registered-queue.ts'
import type { QueueRegistry } from './registry.ts'

/** Ids are reserved in blocks, so that a commit seldom writes the mark. */
const reservedIds = 10_000
/** Rows that one step of a hastening touches, so that a commit never waits long. */
const rowsPerStep = 1000

interface ChangesParts {
  readonly registry: QueueRegistry
  readonly leases: LeaseTimes
  readonly garbage: ContentGarbage
}

/** What is to be done in memory once the transaction is on disk. */
export type Effect = () => void

interface InsertFacts {
  readonly message: number
  readonly received: Milliseconds
  readonly lease: HeldLease
}

/** Applies changes within a transaction that its owner begins and ends. */
export class QueueChanges {
  readonly #registry: QueueRegistry
  readonly #leases: LeaseTimes
  readonly #statements: ReturnType<typeof prepare>
  readonly #garbage: ContentGarbage
  readonly #reserved: Record<'message' | 'copy', number>

  constructor(database: DatabaseSync, { registry, leases, garbage }: ChangesParts) {
    this.#registry = registry
    this.#leases = leases
    this.#statements = prepare(database)
    this.#garbage = garbage
    this.#reserved = { message: this.#mark('message'), copy: this.#mark('copy') }
  }

  /** The first ids that were never given. */
  get nextIds(): { readonly nextMessage: number; readonly nextCopy: number } {
    return { nextMessage: this.#reserved.message + 1, nextCopy: this.#reserved.copy + 1 }
  }

  apply(change: Change, contents: readonly Uint8Array[]): Effect {
    switch (change.kind) {
      case 'commit':
        return this.#commit(change.rows, contents)
      case 'abort':
        if (this.owns(change.message)) return nothing
        return () => this.#garbage.add(change.message)
      case 'settle':
        return this.#settle(change.rows, contents)
      case 'suspend':
        return this.#setDue(this.#statements.suspend, change.places)
      case 'resume':
        return this.#setDue(this.#statements.resume, change.places, change.due)
      case 'suspendQueue':
        return this.#registry.suspend(change.queue, change.suspended)
    }
  }

  /** Makes up to a bounded number of copies due; false when none was left to change. */
  hastenStep(queue: RegisteredQueue, due: Milliseconds): boolean {
    // Leased copies are left alone; the limit leaves room for them so that a step always gets on.
    const { now } = this.#leases
    const rows = this.#statements.dueLater.all(queue.number, due, rowsPerStep + queue.leases)
    const unleased = rows
      .filter((row) => !queue.isLeased(Number(row['id']), now))
      .slice(0, rowsPerStep)
    for (const row of unleased) {
      this.#statements.makeDue.run(due, Number(row['message']), Number(row['id']))
    }
    return unleased.length === rowsPerStep
  }

  /** Whether there is a message whose content file this id names. */
  owns(message: number): boolean {
    return this.#statements.hasFile.get(message) !== undefined
  }

  /** Notes the ids that were really given, so that the next start goes on without a gap. */
  keepExactIds(message: number, copy: number): void {
    this.#statements.reserve.run(message, 'message')
    this.#statements.reserve.run(copy, 'copy')
  }

  #commit([message, copies, token]: CommitRows, contents: readonly Uint8Array[]): Effect {
    const [id, received, meta, fileBytes, fileChecksum, place] = message
    const header = content(contents, place)
    const inline = fileBytes === 0 ? content(contents, place + 1) : null
    const checksum = inline === null ? fileChecksum : crc32(inline)
    this.#statements.insertMessage.run(
      ...([id, fileBytes, meta, inline, checksum, header, crc32(header)] as const),
    )
    const reserve = this.#reserve('message', id)
    const lease = this.#leases.of(token)
    const effects = copies.map((copy) => this.#insertCopy(copy, { message: id, received, lease }))
    return () => {
      reserve()
      for (const effect of effects) effect()
    }
  }

  #insertCopy(copy: CopyRow, { message, received, lease }: InsertFacts): Effect {
    const [id, name, due, delayNotified, recipients] = copy
    const queue = this.#registry.forWriting(queueKeyOf(name))
    const values = [queue.number, due, received, Number(delayNotified), recipients]
    this.#statements.insertCopy.run(message, id, ...values)
    const reserve = this.#reserve('copy', id)
    return () => {
      reserve()
      this.#registry.count(queue, 1)
      queue.lease(id, lease)
    }
  }

  #settle(
    [message, copy, token, kept, added]: SettleRows,
    contents: readonly Uint8Array[],
  ): Effect {
    const found = this.#statements.queueOfCopy.get(message, copy)
    const queue = this.#registry.byNumber(Number(found?.['queue'] ?? -1))
    if (queue?.isHeldBy(copy, token) !== true) {
      throw new StoreError('STALE', `copy ${copy} of message ${message} is not held any more`)
    }
    const effects = added === null ? [] : this.#add(message, added, contents)
    const [, , attempts = 0] = kept ?? []
    const deferred = Number(attempts > 0) - Number(Number(found?.['attempts']) > 0)
    effects.push(() => {
      queue.release(copy)
      queue.deferred += deferred
    })
    if (kept === null) {
      this.#statements.deleteCopy.run(message, copy)
      effects.push(() => this.#registry.count(queue, -1), this.#deleteMessageWithoutCopies(message))
    } else {
      const [recipients, due, attempts, delayNotified, lastError] = kept
      const values = [due, attempts, Number(delayNotified), lastError, recipients]
      this.#statements.updateCopy.run(...values, message, copy)
    }
    return () => {
      for (const effect of effects) effect()
    }
  }

  #setDue(statement: StatementSync, places: readonly CopyPlace[], due = suspendedDue): Effect {
    for (const { message, id } of places) statement.run(due, message, id)
    return nothing
  }

  #add(message: number, added: AddedRows, contents: readonly Uint8Array[]): Effect[] {
    const [received, moved, token, notifications] = added
    const lease = this.#leases.of(token)
    return [
      ...moved.map((copy) => this.#insertCopy(copy, { message, received, lease })),
      ...notifications.map((notification) => this.#commit(notification, contents)),
    ]
  }

  #deleteMessageWithoutCopies(message: number): Effect {
    if (this.#statements.anyCopy.get(message) !== undefined) return nothing
    const deleted = this.#statements.deleteMessage.get(message)
    if (Number(deleted?.['fileBytes'] ?? 0) === 0) return nothing
    return () => this.#garbage.add(message)
  }

  #reserve(name: 'message' | 'copy', id: number): Effect {
    if (id <= this.#reserved[name]) return nothing
    const mark = id + reservedIds
    this.#statements.reserve.run(mark, name)
    return () => (this.#reserved[name] = Math.max(this.#reserved[name], mark))
  }

  #mark(name: string): number {
    return Number(this.#statements.reservedMark.get(name)?.['reserved'] ?? 0)
  }
}

function prepare(database: DatabaseSync) {
  const sql = (text: string): StatementSync => database.prepare(text)
  return {
    hasFile: sql('SELECT 1 FROM message WHERE id = ? AND fileBytes > 0'),
    insertMessage: sql(
      `INSERT INTO message (id, fileBytes, meta, content, checksum, header, headerChecksum)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    deleteMessage: sql('DELETE FROM message WHERE id = ? RETURNING fileBytes'),
    insertCopy: sql(`INSERT INTO copy VALUES (?, ?, ?, ?, ?, 0, ?, '', ?)`),
    updateCopy: sql(
      `UPDATE copy SET due = ?, attempts = ?, delayNotified = ?, lastError = ?,
         recipients = coalesce(?, recipients)
       WHERE message = ? AND id = ?`,
    ),
    deleteCopy: sql('DELETE FROM copy WHERE message = ? AND id = ?'),
    queueOfCopy: sql('SELECT queue, attempts FROM copy WHERE message = ? AND id = ?'),
    anyCopy: sql('SELECT 1 FROM copy WHERE message = ? LIMIT 1'),
    dueLater: sql(
      `SELECT message, id FROM copy WHERE queue = ? AND due > ? AND due < ${suspendedDue} LIMIT ?`,
    ),
    suspend: sql('UPDATE copy SET due = ? WHERE message = ? AND id = ?'),
    resume: sql(`UPDATE copy SET due = ? WHERE message = ? AND id = ? AND due = ${suspendedDue}`),
    makeDue: sql('UPDATE copy SET due = ? WHERE message = ? AND id = ?'),
    reserve: sql('UPDATE sequence SET reserved = ? WHERE name = ?'),
    reservedMark: sql('SELECT reserved FROM sequence WHERE name = ?'),
  }
}

function queueKeyOf([deliveryType, nextHopDomain, nextHopConnector]: QueueName): QueueKey {
  return { deliveryType, nextHopDomain, nextHopConnector }
}

function content(contents: readonly Uint8Array[], index: number): Uint8Array {
  const found = contents[index]
  if (found === undefined) throw new StoreError('FAILED', 'a request came without its content')
  return found
}

function nothing(): void {
  // Most changes leave nothing to do in memory.
}
