import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Bytes } from '../../base/byte-size.ts'
import type { Clock } from '../../base/clock.ts'
import { QueueLogFile } from './log-file.ts'
import type { DatabaseSettings } from './protocol.ts'
import type { QueueReserve } from './reserve.ts'
import type { SparePages } from './spare-pages.ts'

/** How often the free disk is looked at, in milliseconds. */
const freeDiskInterval = 250
/** Frames (pages) in the write-ahead log that a quiet moment, or any moment, moves into the file. */
const calmLogFrames = 2000
const longestLogFrames = 16_000
/** The same while the disk is low: so many are always moved within the room that the log has. */
const shortLogFrames = 400

interface RoomParts {
  readonly settings: Pick<DatabaseSettings, 'path' | 'minFreeBytes' | 'reserveBytes'>
  readonly database: DatabaseSync
  readonly spare: SparePages
  readonly reserve: QueueReserve
  readonly clock: Clock
  readonly freeBytes: (folder: string) => Bytes
  /** The log could not be moved into the file. */
  readonly onFailure: (cause: unknown) => void
}

/** What room the disk has for the queue file, and how the file, its log and the reserve make use of it. */
export class QueueRoom {
  readonly #parts: RoomParts
  readonly #folder: string
  readonly #log: QueueLogFile
  readonly #calmLogFrames: number
  #looked = -Infinity
  #isLow = false
  #hasRoomForResults = true

  constructor(parts: RoomParts) {
    const { settings, database } = parts
    this.#parts = parts
    this.#folder = dirname(settings.path)
    this.#log = new QueueLogFile(database, settings.path)
    // What waits in a calm moment is less than the reserve, which so takes it when the disk is full at once.
    const pageSize = Number(database.prepare('PRAGMA page_size').get()?.['page_size'])
    const reserved = Math.floor(settings.reserveBytes / 2 / pageSize)
    this.#calmLogFrames = reserved === 0 ? calmLogFrames : Math.min(calmLogFrames, reserved)
  }

  /** New mail should find no room, so that results still do. */
  get isLow(): boolean {
    return this.#isLow
  }

  /**
   * Whether the result of a delivery is sure to find room. Without it nothing should be sent: what a next
   * hop took would be sent again by a process that did not outlive the full disk.
   */
  get hasRoomForResults(): boolean {
    return this.#hasRoomForResults
  }

  /** The disk is worth a look also while nothing is written. */
  get isShort(): boolean {
    return this.#isLow || !this.#hasRoomForResults || !this.#parts.reserve.isWhole
  }

  /**
   * Looks how full the disk is; on a short one each time, else from time to time. The file grows when the log
   * is moved there, so that happens while there is still room for it, and in small steps on a low disk.
   * When there is room again the reserve is made anew.
   */
  look(): void {
    const { clock, reserve, spare, settings } = this.#parts
    const now = clock.monotonic()
    if (!this.isShort && now - this.#looked < freeDiskInterval) return
    this.#looked = now
    reserve.make(this.#free)
    const room = this.#free + reserve.standing
    const roomForResults = room + this.#log.freeBytes
    const roomForMail = roomForResults + spare.bytes - settings.minFreeBytes
    if (roomForMail < this.#log.waitingBytes) this.moveLog()
    this.#isLow = roomForMail < 0
    this.#hasRoomForResults = roomForResults >= reserve.neededForResults
  }

  /** Moves the write-ahead log into the file when it is long, or when the moment is calm. */
  tendLog(calm: boolean): void {
    const longest = this.#isLow ? shortLogFrames : longestLogFrames
    const most = calm ? Math.min(this.#calmLogFrames, longest) : longest
    if (this.#log.waitingFrames > most) this.moveLog()
  }

  /**
   * Moves the log into the file. Not when the file would have to grow by more than the disk has: it would
   * take the last of it, and the log, which is as long as before, could not take results.
   */
  moveLog(): void {
    const { database, reserve, onFailure } = this.#parts
    const { growth } = this.#log
    const free = this.#free
    if (growth > free) {
      const isShort = this.#log.freeBytes < reserve.neededForResults
      if (!isShort || growth > free + reserve.standing || !reserve.release()) return
    }
    try {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    } catch (cause) {
      onFailure(cause)
    }
  }

  /** A result found no room: the reserve is for that, if it is the disk that is full. Whether it helped. */
  useReserve(): boolean {
    const { settings, reserve } = this.#parts
    if (this.#free > settings.reserveBytes) return false
    if (!reserve.release()) return false
    this.moveLog()
    return true
  }

  /** The file is closed, and SQLite has deleted the log: its room is there for the next start. */
  keepForNextStart(): void {
    this.#parts.reserve.makeWhatFits(this.#free)
  }

  get #free(): Bytes {
    return this.#parts.freeBytes(this.#folder)
  }
}

/** The machine's own answer. */
export function freeBytesOfDisk(folder: string): Bytes {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
