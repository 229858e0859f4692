import { closeSync, fstatSync, openSync, readSync, renameSync, rmSync } from 'node:fs'
import type { Bytes } from '../../base/byte-size.ts'
import { piecesOfFile, writeContentFile } from './content-file-sync.ts'

/*
 * Behind the body a content file has the header once more, and its length. Only when the database has lost a
 * message is it read: then an administrator finds the whole message, and not a body that nobody can place.
 */

const endBytes = 32

/** What stands behind the body in a content file. */
export function contentEnd(header: Buffer): readonly Buffer[] {
  const length = String(header.length).padStart(10, '0')
  return [header, Buffer.from(`\r\nheader: ${length} octets`.padEnd(endBytes - 2) + '\r\n')]
}

/**
 * Moves a content file that no message owns any more, as a whole message where its header stands behind the
 * body; as it is where it was not finished, was written by an earlier program, or there is no room for a copy.
 */
export function keepOrphan(from: string, to: string): void {
  try {
    const end = endOf(from)
    if (end !== undefined) {
      writeContentFile(to, wholeMessage(from, end))
      rmSync(from)
      return
    }
  } catch {
    rmSync(to, { force: true })
  }
  renameSync(from, to)
}

interface ContentEnd {
  readonly bodyBytes: Bytes
  readonly header: Buffer
}

function* wholeMessage(
  path: string,
  { bodyBytes, header }: ContentEnd,
): Generator<Uint8Array, void, void> {
  yield header
  yield* piecesOfFile(path, bodyBytes)
}

function endOf(path: string): ContentEnd | undefined {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const end = Buffer.alloc(endBytes)
    readSync(file, end, 0, endBytes, Math.max(0, size - endBytes))
    const [, digits] = /^\r\nheader: (\d{10}) octets {2,}\r\n$/.exec(end.toString('latin1')) ?? []
    const bodyBytes = size - endBytes - Number(digits)
    if (digits === undefined || bodyBytes < 0) return undefined
    const header = Buffer.alloc(Number(digits))
    readSync(file, header, 0, header.length, bodyBytes)
    return { bodyBytes, header }
  } finally {
    closeSync(file)
  }
}
