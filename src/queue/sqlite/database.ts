import { rmSync, writeFileSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../base/clock.ts'
import { ContentGarbage } from './content-garbage.ts'
import { contentFolder } from './content-path.ts'
import type { QueueKey } from '../queue-key.ts'
import { StoreError } from '../queue-store.ts'
import { damagedFolder } from './aside.ts'
import { type Effect, QueueChanges } from './changes.ts'
import { LeaseTimes } from './held-leases.ts'
import { QueueInquiries } from './inquiries.ts'
import type {
  Answer,
  Change,
  DatabaseSettings,
  Hastening,
  Inquiry,
  MovedAside,
} from './protocol.ts'
import { isLogMissing, markInUse, unmarkInUse } from './log-check.ts'
import { openQueueFile, undoSalvage } from './opening.ts'
import { QueueRegistry } from './registry.ts'
import { QueueRetries } from './retries.ts'
import { QueueReserve } from './reserve.ts'
import { QueueRoom, freeBytesOfDisk } from './room.ts'
import {
  beginNumbersAt,
  primaryCode,
  skipNumbers,
  sqliteIoError,
  storeErrorOf,
  suspectMark,
} from './schema.ts'
import { SparePages } from './spare-pages.ts'

/** Steps of deleting old content that a full disk is worth, while commits wait. */
const deletionsWhenFull = 50

const missingLog =
  'it is gone although the file was not closed: mail that was accepted, and results, which stood there alone are lost'

export interface ChangeRequest {
  readonly id: number
  readonly change: Change
  readonly contents: readonly Uint8Array[]
}

/** Answered by `upkeep`. */
export interface HasteningRequest {
  readonly id: number
  readonly hastening: Hastening
}

/** The queue file and everything done to it; runs in a thread of its own and may take its time. */
export class QueueDatabase {
  /** The damaged file that was put aside, and what could be brought over from it. */
  readonly movedAside: MovedAside | undefined
  /** What was wrong with the write-ahead log that was found: mail was lost with it. */
  readonly logTrouble: string | undefined
  readonly #settings: DatabaseSettings
  readonly #database: DatabaseSync
  readonly #registry: QueueRegistry
  readonly #leases: LeaseTimes
  readonly #retries: QueueRetries
  readonly #garbage: ContentGarbage
  readonly #changes: QueueChanges
  readonly #inquiries: QueueInquiries
  readonly #spare: SparePages
  readonly #room: QueueRoom
  readonly #hastenings: HasteningRequest[] = []
  #fatal: StoreError | undefined
  #closed = false
  #upkeepFailed = false

  /** Throws a StoreError that says what to do when the file cannot be used. */
  constructor(settings: DatabaseSettings, clock: Clock, freeBytes = freeBytesOfDisk) {
    this.#settings = settings
    const stamp = new Date(clock.now()).toISOString().replace(/[:.]/g, '')
    undoSalvage(settings.path)
    const reserve = new QueueReserve(settings.path, settings.reserveBytes)
    const isMissing = isLogMissing(settings.path)
    reserve.becomeLog(settings.path)
    const { database, movedAside, logTrouble } = openQueueFile(settings, stamp)
    this.#database = database
    this.movedAside = movedAside
    markInUse(settings.path)
    this.logTrouble = isMissing ? missingLog : logTrouble
    if (this.logTrouble !== undefined) skipNumbers(database)
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.['page_size'])
    beginNumbersAt(database, settings.numbers)
    rmSync(suspectMark(settings.path), { force: true })
    if (settings.maxFileBytes !== Infinity) {
      const pages = Math.floor(settings.maxFileBytes / pageSize)
      database.exec(`PRAGMA max_page_count = ${pages}`)
    }
    this.#registry = new QueueRegistry(database)
    this.#retries = new QueueRetries(database, { registry: this.#registry, clock })
    this.#garbage = new ContentGarbage(contentFolder(settings.path))
    const leases = new LeaseTimes(clock, settings.leaseTime)
    this.#leases = leases
    this.#changes = new QueueChanges(database, {
      ...{ registry: this.#registry, leases, garbage: this.#garbage },
    })
    // Without transactions that are lost, content without an owner is all that is left of their mail.
    const keptIn = this.logTrouble === undefined ? undefined : damagedFolder(settings.path)
    this.#garbage.collect((message) => this.#changes.owns(message), keptIn)
    this.#inquiries = new QueueInquiries(database, {
      ...{ registry: this.#registry, retries: this.#retries, leases, clock },
      queuePath: settings.path,
    })
    this.#spare = new SparePages(database, settings.spareBytes)
    this.#room = new QueueRoom({
      ...{ settings, database, clock, freeBytes, reserve, spare: this.#spare },
      onFailure: (cause) => this.#failure(cause),
    })
    this.lookAtDisk()
  }

  get nextIds(): { readonly nextMessage: number; readonly nextCopy: number } {
    return this.#changes.nextIds
  }

  /** Why the file can no longer be trusted; undefined while all is well. */
  get fatal(): StoreError | undefined {
    return this.#fatal
  }

  /** Whether the result of a delivery is sure to find room; without it nothing should be sent. */
  get hasRoomForResults(): boolean {
    return this.#room.hasRoomForResults
  }

  /** Room is short: the disk is worth a look also while nothing is written. */
  get diskIsShort(): boolean {
    return this.#room.isShort
  }

  /** The queues that have copies which nobody holds any more although nobody gave them back. */
  get abandoned(): readonly QueueKey[] {
    return this.#registry.withExpired(this.#leases.now).map(({ key }) => key)
  }

  inquire(id: number, inquiry: Inquiry): Answer {
    try {
      if (inquiry.kind === 'readParts') return { id, ...this.#inquiries.readParts(inquiry) }
      return { id, value: this.#inquiries.answer(inquiry) }
    } catch (cause) {
      return { id, failure: this.#failure(cause) }
    }
  }

  /**
   * Makes the changes durable as one transaction. When that fails each is tried by itself, so that
   * one that cannot be done takes nobody along.
   */
  change(requests: readonly ChangeRequest[]): Answer[] {
    const refused = this.#refuseOnLowDisk(requests)
    const accepted = requests.filter(({ id }) => !refused.has(id))
    const answers: Answer[] = [...refused.values()]
    if (accepted.length === 0) return answers
    try {
      this.#transaction(() => {
        const effects = accepted.map(({ change, contents }) =>
          this.#changes.apply(change, contents),
        )
        if (this.#retries.any) effects.push(this.#retries.write())
        return effects
      })
      return answers.concat(accepted.map(({ id }) => ({ id })))
    } catch (cause) {
      const failure = this.#failure(cause)
      if (failure.code === 'DISK_FULL') this.#makeRoom()
      return answers.concat(accepted.map((request) => this.#changeAlone(request, failure)))
    } finally {
      this.lookAtDisk()
    }
  }

  /** `upkeep` does it step by step. */
  planHastening(request: HasteningRequest): void {
    this.#hastenings.push(request)
  }

  /** Whether `upkeep` has work to do. */
  get busy(): boolean {
    if (this.#fatal !== undefined || this.#closed) return false
    const isDue = this.#garbage.any || this.#registry.tooManyEmpty || this.#retries.isLate
    return isDue || this.#hastenings.length > 0
  }

  /** The last `upkeep` could not do its work: the next should wait a little. */
  get upkeepFailed(): boolean {
    return this.#upkeepFailed
  }

  /** One bounded step of what nobody waits for; returns the answers that became due. */
  upkeep(): Answer[] {
    if (!this.busy) return []
    const answers: Answer[] = []
    try {
      this.#garbage.step()
      if (this.#registry.tooManyEmpty) this.#removeEmptyQueues()
      if (this.#retries.isLate) this.#transaction(() => [this.#retries.write()])
      this.#upkeepFailed = false
    } catch (cause) {
      this.#failure(cause)
      this.#upkeepFailed = true
    }
    const request = this.#hastenings[0]
    if (request !== undefined) {
      const answer = this.#hasten(request)
      if (answer !== undefined) {
        this.#hastenings.shift()
        answers.push(answer)
      }
    }
    return answers
  }

  /** Moves the write-ahead log into the file when it is long, or when the moment is calm. */
  tendLog(calm: boolean): void {
    if (this.#fatal !== undefined || this.#closed) return
    this.#room.tendLog(calm)
  }

  /** Looks how full the disk is, from time to time. */
  lookAtDisk(): void {
    if (this.#fatal !== undefined || this.#closed) return
    this.#room.look()
  }

  /** In a calm moment: writes some of what is known of next hops. Whether there is more. */
  writeRetries(): boolean {
    if (this.#fatal !== undefined || this.#closed || !this.#retries.any) return false
    try {
      this.#transaction(() => [this.#retries.write()])
      return this.#retries.any
    } catch (cause) {
      this.#failure(cause)
      return false
    }
  }

  /** In a calm moment: gives back some of what a drained backlog left free. Whether there is more. */
  shrink(): boolean {
    if (this.#fatal !== undefined || this.#closed) return false
    try {
      const more = this.#spare.releaseSome()
      // The file itself gets shorter when the log is moved into it.
      if (more === false) this.#room.moveLog()
      return more === true
    } catch (cause) {
      this.#failure(cause)
      return false
    }
  }

  close(lastMessage: number, lastCopy: number): void {
    this.#closed = true
    try {
      if (this.#fatal === undefined) {
        this.#database.exec('BEGIN IMMEDIATE')
        this.#changes.keepExactIds(lastMessage, lastCopy)
        this.#retries.write(Infinity)
        this.#database.exec('COMMIT')
      }
    } catch {
      // The block of ids stays reserved; ids keep growing all the same.
    } finally {
      unmarkInUse(this.#settings.path)
      this.#database.close()
      this.#room.keepForNextStart()
    }
  }

  #changeAlone({ id, change, contents }: ChangeRequest, before: StoreError): Answer {
    if (this.#fatal !== undefined) return { id, failure: before }
    for (;;) {
      try {
        this.#transaction(() => [this.#changes.apply(change, contents)])
        return { id }
      } catch (cause) {
        const failure = this.#failure(cause)
        if (failure.code !== 'DISK_FULL' || change.kind === 'commit' || !this.#room.useReserve()) {
          return { id, failure }
        }
      }
    }
  }

  #transaction(run: () => readonly Effect[]): void {
    let effects: readonly Effect[]
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      effects = run()
      this.#database.exec('COMMIT')
    } catch (cause) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      this.#registry.rolledBack()
      throw cause
    }
    this.#registry.committed()
    for (const effect of effects) effect()
  }

  #removeEmptyQueues(): void {
    this.#transaction(() => {
      const queues = this.#registry.removeEmpty()
      return [() => this.#registry.removed(queues)]
    })
  }

  #hasten({ id, hastening }: HasteningRequest): Answer | undefined {
    const queue = this.#registry.find(hastening.queue)
    if (queue === undefined) return { id }
    const step = { more: false }
    try {
      this.#transaction(() => {
        step.more = this.#changes.hastenStep(queue, hastening.due)
        return []
      })
    } catch (cause) {
      return { id, failure: this.#failure(cause) }
    }
    return step.more ? undefined : { id }
  }

  /** New mail is refused while there is still room to settle the old. */
  #refuseOnLowDisk(requests: readonly ChangeRequest[]): Map<number, Answer> {
    const intake = requests.filter(({ change }) => change.kind === 'commit')
    if (intake.length === 0) return new Map()
    this.lookAtDisk()
    if (!this.#room.isLow) return new Map()
    const failure = new StoreError(
      'DISK_FULL',
      `queue database ${this.#settings.path}: less than ${this.#settings.minFreeBytes} bytes free on its disk; make room`,
    )
    return new Map(intake.map(({ id }) => [id, { id, failure }]))
  }

  /** A full disk may have room once the rest of old content is gone and the log is in the file. */
  #makeRoom(): void {
    for (let step = 0; step < deletionsWhenFull; step++) this.#garbage.step()
    this.#room.moveLog()
  }

  /** Damage, and a failed write or flush, end the use of the file: what is on disk is then unknown. */
  #failure(cause: unknown): StoreError {
    const error = storeErrorOf(cause, this.#settings.path)
    if (error.code === 'CORRUPT') this.#noteDamage()
    if (error.code === 'CORRUPT' || primaryCode(cause) === sqliteIoError) this.#fatal ??= error
    return error
  }

  #noteDamage(): void {
    try {
      writeFileSync(suspectMark(this.#settings.path), '')
    } catch {
      // The error itself is told all the same.
    }
  }
}
