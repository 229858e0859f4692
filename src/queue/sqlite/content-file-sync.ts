import {
  closeSync,
  copyFileSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import type { Bytes } from '../../base/byte-size.ts'

/** Writes a content file, or over what an attempt before has left of it, to stable storage; for the database thread. */
export function writeContentFile(path: string, parts: Iterable<Uint8Array>): void {
  const file = openSync(path, 'w', 0o600)
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length;) at += writeSync(file, part, at)
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  flushFolder(dirname(path))
}

/** Octets read from a file at a time. */
const pieceBytes = 1024 ** 2

/** What stands in a file, up to so many octets, piece by piece; each is read over the one before. */
export function* piecesOfFile(path: string, most: Bytes): Generator<Uint8Array, void, void> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes)
  const file = openSync(path, 'r')
  try {
    for (let at = 0; at < most;) {
      const read = readSync(file, piece, 0, Math.min(pieceBytes, most - at), at)
      if (read === 0) break
      at += read
      yield piece.subarray(0, read)
    }
  } finally {
    closeSync(file)
  }
}

/** The file under a further name, for it may be large; as a copy of it where the disk allows no such name. */
export function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch {
    copyFileSync(from, to)
  }
}

/** Makes sure that the names of the files in it are on stable storage. */
export function flushFolder(path: string): void {
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
