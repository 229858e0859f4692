import { crc32 } from 'node:zlib'
import type { Bytes } from '../../base/byte-size.ts'
import type { Clock } from '../../base/clock.ts'
import type { ContentDisk, ContentFile } from './content-disk.ts'
import { contentPath } from './content-path.ts'
import { isFullDisk } from './full-disk.ts'
import { GroupedFlush } from './grouped-flush.ts'
import { StoreError } from '../queue-store.ts'
import type { FileFacts } from './protocol.ts'

export interface ContentFilesOptions {
  readonly folder: string
  readonly disk: ContentDisk
  readonly clock: Clock
  /** Octets read at a time. */
  readonly pieceBytes: Bytes
  /** With less free disk nothing new is written. */
  readonly minFreeBytes: Bytes
}

/** How often the free disk is looked at, in milliseconds. */
const freeDiskInterval = 250
/** Files open for reading at a time; of more the one opened first is closed, and opened again if need be. */
const openReaders = 200
/** How long content that was written or looked at is taken for sound, in milliseconds. */
const soundFor = 10_000
/** Sizes remembered at a time, the latest ones. */
const knownSizes = 10_000

/**
 * Large contents, each in a file of its own beside the queue file, so that they are written to the
 * disk once and never pass through the database. A file counts for nothing until the database names
 * it; the database thread deletes what it does not name.
 */
export class ContentFiles {
  readonly #options: ContentFilesOptions
  readonly #incoming = new Set<IncomingContent>()
  readonly #known = new Map<number, KnownBody>()
  readonly #readers = new Map<number, ContentReader>()
  readonly #folderFlush = new GroupedFlush(() => this.#flushFolder())
  #freeDiskSeen = -Infinity
  #diskLow = Promise.resolve(false)

  constructor(options: ContentFilesOptions) {
    this.#options = options
  }

  /** The file of a message that comes in; made by its first write. */
  create(message: number): IncomingContent {
    const content = new IncomingContent(contentPath(this.#options.folder, message), {
      disk: this.#options.disk,
      checkRoom: () => this.#checkRoom(),
      flushFolder: () => this.#folderFlush.run(),
      closed: () => this.#incoming.delete(content),
    })
    this.#incoming.add(content)
    return content
  }

  /** Where a message has its body: a file that has just been written or read, and found sound. */
  note(message: number, place: BodyPlace): void {
    this.#note(message, { ...place, soundAt: this.#options.clock.monotonic() })
  }

  /** The same of a file that nobody has looked at. */
  noteUnseen(message: number, place: BodyPlace): void {
    this.#note(message, { ...place, soundAt: this.#known.get(message)?.soundAt ?? -Infinity })
  }

  #note(message: number, known: KnownBody): void {
    this.#known.delete(message)
    this.#known.set(message, known)
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size > knownSizes) this.#known.delete(oldest)
  }

  /** Whether it was just written, or just verified. */
  isSound(message: number): boolean {
    const known = this.#known.get(message)
    return known !== undefined && this.#options.clock.monotonic() - known.soundAt < soundFor
  }

  /** Reads the whole file. Rejects with DAMAGED when it is not what it should be, or as `read` does. */
  async verify(message: number, { fileBytes, checksum }: FileFacts): Promise<void> {
    let found = 0
    for await (const piece of this.pieces(message, fileBytes)) found = crc32(piece, found)
    if (checksum !== null && found !== checksum) {
      throw new StoreError('DAMAGED', 'its content does not fit its checksum')
    }
  }

  /** A file of that size from its beginning, whatever is known of it; each piece is read over the one before. */
  async *pieces(message: number, fileBytes: Bytes): AsyncGenerator<Buffer, void, void> {
    const { pieceBytes } = this.#options
    let piece: Buffer | undefined
    for (let position = 0; position < fileBytes; position += pieceBytes) {
      const length = Math.min(pieceBytes, fileBytes - position)
      piece = await this.#fill(message, position, roomOf(length, piece))
      yield piece
    }
  }

  /** Whether a message's body is known to have a file. */
  knows(message: number): boolean {
    return this.#known.has(message)
  }

  /** The message is gone, or not read for now. */
  forget(message: number): void {
    this.#known.delete(message)
    this.#closeReader(message)
  }

  /** Piece `index` of a body that it knows, in `spare` if it fits; undefined past the end. */
  async read(message: number, index: number, spare?: Buffer): Promise<Buffer | undefined> {
    const { pieceBytes } = this.#options
    const { fileBytes, bodyAt } = this.#known.get(message) ?? nothingKnown
    const position = bodyAt + index * pieceBytes
    const rest = fileBytes - position
    if (rest > 0) return this.#fill(message, position, roomOf(Math.min(pieceBytes, rest), spare))
    this.#closeReader(message)
    return undefined
  }

  async #fill(message: number, position: Bytes, piece: Buffer): Promise<Buffer> {
    try {
      await this.#reader(message).fill(piece, position)
      return piece
    } catch (cause) {
      this.#closeReader(message)
      const path = contentPath(this.#options.folder, message)
      if (!isMissing(cause)) throw contentError(cause, path)
      throw new StoreError('DAMAGED', `its content ${path} is missing`, { cause })
    }
  }

  /** Closes what is open; nothing is asked of it afterwards. */
  async close(): Promise<void> {
    await Promise.all([...this.#incoming].map((content) => content.close()))
    for (const message of [...this.#readers.keys()]) this.#closeReader(message)
  }

  #reader(message: number): ContentReader {
    const open = this.#readers.get(message)
    if (open !== undefined) return open
    const { folder, disk } = this.#options
    const reader = new ContentReader(disk.open(contentPath(folder, message)))
    this.#readers.set(message, reader)
    const [oldest] = this.#readers.keys()
    if (oldest !== undefined && this.#readers.size > openReaders) this.#closeReader(oldest)
    return reader
  }

  #closeReader(message: number): void {
    this.#readers.get(message)?.close()
    this.#readers.delete(message)
  }

  async #checkRoom(): Promise<void> {
    const { folder, disk, clock, minFreeBytes } = this.#options
    const now = clock.monotonic()
    if (now - this.#freeDiskSeen >= freeDiskInterval) {
      this.#freeDiskSeen = now
      this.#diskLow = disk.freeBytes(folder).then((free) => free < minFreeBytes)
    }
    if (!(await this.#diskLow)) return
    const what = `less than ${minFreeBytes} bytes free on its disk; make room`
    throw new StoreError('DISK_FULL', `content folder ${folder}: ${what}`)
  }

  async #flushFolder(): Promise<void> {
    const folder = await this.#options.disk.open(this.#options.folder)
    try {
      await folder.flush()
    } finally {
      await folder.close()
    }
  }
}

/** Where a message's file has the body. */
export interface BodyPlace {
  /** The size of the file. */
  readonly fileBytes: Bytes
  /** Behind the header that begins the files of earlier programs; else 0. */
  readonly bodyAt: Bytes
}

interface KnownBody extends BodyPlace {
  /** Monotonic time. */
  readonly soundAt: number
}

const nothingKnown: BodyPlace = { fileBytes: 0, bodyAt: 0 }

/** Memory for a piece: that of one read before, when it is large enough. */
function roomOf(length: Bytes, spare: Buffer | undefined): Buffer {
  const fits = spare !== undefined && spare.length >= length
  return fits ? spare.subarray(0, length) : Buffer.allocUnsafeSlow(length)
}

interface ContentPlace {
  readonly disk: ContentDisk
  /** Rejects with a StoreError when the disk is nearly full. */
  readonly checkRoom: () => Promise<void>
  readonly flushFolder: () => Promise<void>
  readonly closed: () => void
}

/** Content on its way to its file. */
export class IncomingContent {
  readonly #path: string
  readonly #place: ContentPlace
  #file: Promise<ContentFile> | undefined

  constructor(path: string, place: ContentPlace) {
    this.#path = path
    this.#place = place
  }

  /** Writes parts at a position; several writes may be under way. Rejects with a StoreError. */
  async write(parts: readonly Buffer[], position: Bytes): Promise<void> {
    try {
      await this.#place.checkRoom()
      this.#file ??= this.#place.disk.create(this.#path)
      await (await this.#file).write(parts, position)
    } catch (cause) {
      throw contentError(cause, this.#path)
    }
  }

  /** What was written from a position on. Rejects with a StoreError. */
  async read(position: Bytes, length: Bytes): Promise<Buffer> {
    try {
      const piece = Buffer.allocUnsafeSlow(length)
      const filled = await (await this.#file)?.read(piece, position)
      return piece.subarray(0, filled)
    } catch (cause) {
      throw contentError(cause, this.#path)
    }
  }

  /** Resolves when all that was written is on stable storage and has its name there. */
  async flush(): Promise<void> {
    try {
      const file = await this.#file
      await Promise.all([file?.flush(), this.#place.flushFolder()])
    } catch (cause) {
      throw contentError(cause, this.#path)
    }
  }

  /** Never rejects: what was flushed is safe, and what was not is of no use. */
  async close(): Promise<void> {
    this.#place.closed()
    await this.#file?.then((file) => file.close()).catch(ignored)
  }
}

class ContentReader {
  readonly #file: Promise<ContentFile>

  constructor(file: Promise<ContentFile>) {
    this.#file = file
  }

  async fill(piece: Buffer, position: Bytes): Promise<void> {
    const file = await this.#file
    const filled = await file.read(piece, position)
    if (filled < piece.length) {
      throw new StoreError('DAMAGED', `its content ends after ${position + filled} bytes`)
    }
  }

  close(): void {
    this.#file.then((file) => file.close()).catch(ignored)
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT'
}

/** What a system's error means to the store's callers. */
function contentError(cause: unknown, path: string): StoreError {
  if (cause instanceof StoreError) return cause
  const full = isFullDisk(cause)
  const text = cause instanceof Error ? cause.message : String(cause)
  const advice = full ? '; make room on its disk' : ''
  return new StoreError(full ? 'DISK_FULL' : 'FAILED', `content ${path}: ${text}${advice}`, {
    cause,
  })
}

function ignored(): void {
  // Told where it matters, or of no consequence.
}
