import { randomFillSync } from 'node:crypto'
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import type { Bytes } from '../../base/byte-size.ts'
import { logPath } from './log-file.ts'

const chunkBytes = 256 * 1024

/** Beside the queue file: room on its disk that is kept for the results of deliveries. */
export function reservePath(queuePath: string): string {
  return `${queuePath}-reserve`
}

/**
 * Room kept on the disk for results, in a file beside the queue file. It serves twice. At a start it becomes
 * the write-ahead log, which SQLite fills from the beginning without asking the disk for more: so a start needs
 * no free disk, and neither do results as long as the log is moved into the file before it outgrows that
 * room. And when the log cannot be moved on a full disk, because the file would have to grow for it, the
 * reserve is given back to the disk.
 */
export class QueueReserve {
  readonly #path: string
  readonly #bytes: Bytes
  #standing: Bytes

  /** With 0 bytes nothing is kept. */
  constructor(queuePath: string, bytes: Bytes) {
    this.#path = reservePath(queuePath)
    this.#bytes = bytes
    this.#standing = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** What stands of it now. */
  get standing(): Bytes {
    return this.#standing
  }

  get isWhole(): boolean {
    return this.#standing >= this.#bytes
  }

  /** How much a result needs to be sure of, those of all connections that end at once included. */
  get neededForResults(): Bytes {
    return this.#bytes / 2
  }

  /**
   * Makes the reserve the write-ahead log of a queue file that is not open and was closed in order: such a
   * file has none. For SQLite it is empty, for it does not begin as a log does.
   */
  becomeLog(queuePath: string): void {
    const log = logPath(queuePath)
    const isClosed =
      !existsSync(log) && (statSync(queuePath, { throwIfNoEntry: false })?.size ?? 0) > 0
    if (!isClosed || this.#standing === 0) return
    renameSync(this.#path, log)
    this.#standing = 0
  }

  /** Makes it, or what is missing of it, when that leaves as much again of the `free` room. */
  make(free: Bytes): void {
    const missing = this.#bytes - this.#standing
    if (missing > 0 && free >= 2 * missing) this.#write(missing)
  }

  /** Makes as much of it as the `free` room takes: for a file that is closed, and needs no more until its next start. */
  makeWhatFits(free: Bytes): void {
    this.#write(Math.min(this.#bytes - this.#standing, free))
  }

  /** Gives the room back to the disk. Whether there was any. */
  release(): boolean {
    if (this.#standing === 0) return false
    rmSync(this.#path, { force: true })
    this.#standing = 0
    return true
  }

  #write(missing: Bytes): void {
    if (missing <= 0) return
    const begins = this.#standing === 0
    const file = openSync(this.#path, 'a', 0o600)
    try {
      // Octets that no file system stores in less room, but for the first: no log begins with those.
      const chunk = Buffer.alloc(chunkBytes)
      for (let rest = missing; rest > 0;) {
        const part = randomFillSync(chunk).subarray(0, Math.min(rest, chunkBytes))
        if (begins && rest === missing) part.fill(0, 0, logHeaderBytes)
        const written = writeSync(file, part)
        this.#standing += written
        rest -= written
      }
    } catch {
      // The disk has become full meanwhile: half a reserve is one, too.
    } finally {
      closeSync(file)
    }
  }
}

const logHeaderBytes = 32
