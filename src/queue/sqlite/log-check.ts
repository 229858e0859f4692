import { closeSync, existsSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import type { Bytes } from '../../base/byte-size.ts'
import { logPath } from './log-file.ts'

/*
 * SQLite reads its write-ahead log up to the first frame that is not whole and passes over the rest without a
 * word, for it cannot tell damage from a write that a crash cut short. Here each transaction is flushed before
 * the next is written and before anybody is answered, so a frame that ends a transaction, behind the last that
 * SQLite took, is one that was lost. (https://www.sqlite.org/fileformat2.html, section 4.)
 */

const headerBytes = 32
const frameHeaderBytes = 24
const magics = [0x377f0682, 0x377f0683]

/** Stands while the queue file is in use: a file that was not closed in order must have its log. */
function inUseMark(queuePath: string): string {
  return `${queuePath}-in-use`
}

/** Told when the file is opened, and before its log is taken into use. */
export function markInUse(queuePath: string): void {
  try {
    writeFileSync(inUseMark(queuePath), '', { mode: 0o600 })
  } catch {
    // On a full disk a log that goes missing cannot be told.
  }
}

/** The file was closed in order. */
export function unmarkInUse(queuePath: string): void {
  rmSync(inUseMark(queuePath), { force: true })
}

/** Whether the log of a queue file that was not closed in order is gone. */
export function isLogMissing(queuePath: string): boolean {
  return (
    existsSync(queuePath) && existsSync(inUseMark(queuePath)) && !existsSync(logPath(queuePath))
  )
}

/** The generation of a log: frames that do not have these octets belong to an earlier one. */
export interface LogGeneration {
  readonly pageBytes: Bytes
  readonly salts: Buffer
}

/**
 * Reads how a log begins that no database has open. Undefined when there is none, or an empty one (which a
 * reserve is); 'damaged' when SQLite will not take it for a log, although something was written there.
 */
export function readGeneration(queuePath: string): LogGeneration | 'damaged' | undefined {
  const path = logPath(queuePath)
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= headerBytes) return undefined
  const header = readAt(path, [0], headerBytes)[0]
  if (header === undefined || header.every((octet) => octet === 0)) return undefined
  if (!isHeader(header)) return 'damaged'
  return { pageBytes: header.readUInt32BE(8), salts: header.subarray(16, 24) }
}

/** Transactions behind the `taken` first frames of that generation: they were flushed, and SQLite passes over them. */
export function lostTransactions(
  queuePath: string,
  { pageBytes, salts }: LogGeneration,
  taken: number,
): number {
  const path = logPath(queuePath)
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  const places: number[] = []
  const step = pageBytes + frameHeaderBytes
  for (let at = headerBytes + taken * step; at + step <= size; at += step) places.push(at)
  const frames = readAt(path, places, frameHeaderBytes)
  return frames.filter(
    (frame) => frame.readUInt32BE(4) !== 0 && frame.subarray(8, 16).equals(salts),
  ).length
}

function isHeader(header: Buffer): boolean {
  const magic = header.readUInt32BE(0)
  if (!magics.includes(magic)) return false
  const read = (at: number) =>
    (magic & 1) === 1 ? header.readUInt32BE(at) : header.readUInt32LE(at)
  let [first, second] = [0, 0]
  for (let at = 0; at < headerBytes - 8; at += 8) {
    first = (first + read(at) + second) >>> 0
    second = (second + read(at + 4) + first) >>> 0
  }
  return header.readUInt32BE(24) === first && header.readUInt32BE(28) === second
}

function readAt(path: string, places: readonly number[], length: Bytes): Buffer[] {
  const file = openSync(path, 'r')
  try {
    return places.map((at) => {
      const found = Buffer.alloc(length)
      readSync(file, found, 0, length, at)
      return found
    })
  } finally {
    closeSync(file)
  }
}
