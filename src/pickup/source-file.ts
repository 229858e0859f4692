import { constants } from 'node:fs'
import { type FileHandle, lstat, open, rename, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bytes } from '../base/byte-size.ts'
import type { Milliseconds } from '../base/time-span.ts'

/** What opening a file for reading came to. */
export type OpenedFile =
  | { readonly kind: 'open'; readonly file: SourceFile }
  /** It can never be a message: a link, a folder, a pipe. */
  | { readonly kind: 'unfit'; readonly reason: string }
  /** It cannot be read now; the reason is absent when it is simply gone. */
  | { readonly kind: 'not-now'; readonly reason?: string }

/** No link is followed, and nobody is waited for at the other end of a pipe. */
const readAlone = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Opens a file of a folder. Others may be allowed to write there, so what is read is what lies in the
 * folder itself: neither a link nor a second name of a file that is elsewhere.
 */
export async function openSource(folder: string, name: string): Promise<OpenedFile> {
  let handle: FileHandle
  try {
    handle = await open(join(folder, name), readAlone)
  } catch (error) {
    switch (codeOf(error)) {
      case 'ENOENT':
        return { kind: 'not-now' }
      case 'ELOOP':
      case 'EMLINK':
        return { kind: 'unfit', reason: 'it is a link' }
      case 'ENXIO':
        return { kind: 'unfit', reason: 'it is no file' }
      default:
        return { kind: 'not-now', reason: textOf(error) }
    }
  }
  try {
    const facts = await handle.stat()
    if (!facts.isFile()) {
      await handle.close()
      return { kind: 'unfit', reason: 'it is no file' }
    }
    if (facts.nlink > 1) {
      await handle.close()
      return { kind: 'not-now', reason: 'it has a second name elsewhere' }
    }
    const { size, mtimeMs, dev, ino, uid } = facts
    const identity = { size, mtimeMs, dev, ino }
    return { kind: 'open', file: new SourceFile({ folder, name, handle, identity, owner: uid }) }
  } catch (error) {
    await handle.close().catch(() => undefined)
    return { kind: 'not-now', reason: textOf(error) }
  }
}

interface Identity {
  readonly size: Bytes
  readonly mtimeMs: Milliseconds
  readonly dev: number
  readonly ino: number
}

interface SourceParts {
  readonly folder: string
  readonly name: string
  readonly handle: FileHandle
  readonly identity: Identity
  readonly owner: number
}

/** Octets of a file that are in memory at a time. */
const pieceSize = 64 * 1024

/** An open file of a folder. `name` changes as it is renamed; what is read stays the same file. */
export class SourceFile implements AsyncDisposable {
  readonly #folder: string
  readonly #handle: FileHandle
  readonly #identity: Identity
  /** The user that owns it, by number. */
  readonly owner: number
  #name: string

  constructor({ folder, name, handle, identity, owner }: SourceParts) {
    this.#folder = folder
    this.#name = name
    this.#handle = handle
    this.#identity = identity
    this.owner = owner
  }

  get name(): string {
    return this.#name
  }

  get size(): Bytes {
    return this.#identity.size
  }

  /** When it was written last, by the wall clock. */
  get writtenAt(): Milliseconds {
    return this.#identity.mtimeMs
  }

  /** Its content, up to the size that it had when it was opened. */
  async *pieces(): AsyncGenerator<Buffer, void, void> {
    for (let at = 0; at < this.size;) {
      const piece = Buffer.allocUnsafe(Math.min(pieceSize, this.size - at))
      const { bytesRead } = await this.#handle.read(piece, 0, piece.length, at)
      if (bytesRead === 0) return
      at += bytesRead
      yield piece.subarray(0, bytesRead)
    }
  }

  /** Whether somebody wrote to it since it was opened. */
  async isChanged(): Promise<boolean> {
    const { size, mtimeMs } = await this.#handle.stat()
    return size !== this.#identity.size || mtimeMs !== this.#identity.mtimeMs
  }

  /**
   * Gives it the extension, `.tmp` for one that is in hand; where such a file is already, the time stands
   * behind the name.
   */
  async rename(extension: string, now: Milliseconds): Promise<void> {
    const to = await freeName(this.#folder, `${stem(this.#name)}${extension}`, now)
    await rename(join(this.#folder, this.#name), join(this.#folder, to))
    this.#name = to
  }

  /** Deletes it, unless another file has its name by now. */
  async delete(): Promise<void> {
    const path = join(this.#folder, this.#name)
    const { dev, ino } = await lstat(path)
    if (dev === this.#identity.dev && ino === this.#identity.ino) await unlink(path)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close()
  }
}

/** Renames what is no message, such as a link: itself, not what it leads to. */
export async function renameUnfit(folder: string, name: string, now: Milliseconds): Promise<void> {
  await renameTo(folder, { name, extension: '.bad', now })
}

/** Gives a file of a folder another extension, and tells its new name. */
export async function renameTo(
  folder: string,
  change: { readonly name: string; readonly extension: string; readonly now: Milliseconds },
): Promise<string> {
  const { name, extension, now } = change
  const to = await freeName(folder, `${stem(name)}${extension}`, now)
  await rename(join(folder, name), join(folder, to))
  return to
}

/** The name, with the time behind it where it is taken. */
async function freeName(folder: string, wanted: string, now: Milliseconds): Promise<string> {
  const isTaken = await lstat(join(folder, wanted)).then(
    () => true,
    () => false,
  )
  if (!isTaken) return wanted
  const time = new Date(now).toISOString().replace(/\D/g, '')
  return `${stem(wanted)}${time}${wanted.slice(stem(wanted).length)}`
}

const stem = (name: string) => name.replace(/\.[^.]*$/, '')

/** The code of a fault of the file system; undefined for any other. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** A fault in words. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
