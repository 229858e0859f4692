import type { Awaitable } from '../../base/awaitable.ts'
import { HeaderCollector } from '../../message/header-collector.ts'
import { type StoredContent, StoreError } from '../queue-store.ts'
import type { CachedContent, ContentCache } from './content-cache.ts'
import type { ContentFiles } from './content-files.ts'
import type { SqliteQueueLink } from './link.ts'
import type { FileFacts, StoredParts } from './protocol.ts'

interface ContentSources {
  readonly link: SqliteQueueLink
  readonly cache: ContentCache
  readonly files: ContentFiles
}

/** Reads the content of stored messages: from memory, from their files, or from the database. */
export class StoredContents implements StoredContent {
  readonly #link: SqliteQueueLink
  readonly #cache: ContentCache
  readonly #files: ContentFiles

  constructor({ link, cache, files }: ContentSources) {
    this.#link = link
    this.#cache = cache
    this.#files = files
  }

  readHeader(message: number): Awaitable<Buffer> {
    return this.#cache.get(message)?.header ?? this.#readStoredHeader(message)
  }

  readBody(message: number, index: number, spare?: Buffer): Awaitable<Buffer | undefined> {
    const body = this.#cache.get(message)?.body
    if (body !== undefined) return index === 0 && body.length > 0 ? body : undefined
    return this.#files.knows(message)
      ? this.#files.read(message, index, spare)
      : this.#readStoredBody(message, index)
  }

  /** See QueueStore. What is found sound stays at hand, for it is sent next. */
  damageOf(message: number): Awaitable<string | undefined> {
    const cached = this.#cache.get(message)
    if (cached === undefined) return this.#verify(message)
    const isSound = cached.body !== undefined || this.#files.isSound(message)
    return isSound ? undefined : this.#verify(message)
  }

  async #readStoredHeader(message: number): Promise<Buffer> {
    return (await this.#load(message, false)).header
  }

  async #readStoredBody(message: number, index: number): Promise<Buffer | undefined> {
    const { body } = await this.#load(message, false)
    if (body === undefined) return this.#files.read(message, index)
    return index === 0 && body.length > 0 ? body : undefined
  }

  async #verify(message: number): Promise<string | undefined> {
    try {
      const content = await this.#load(message, true)
      this.#cache.addReadBack(message, content)
      return undefined
    } catch (error) {
      const isDamage = error instanceof StoreError && ['DAMAGED', 'GONE'].includes(error.code)
      if (isDamage) return error.message
      throw error
    }
  }

  /** Afterwards it is known where the body is, unless it is part of the answer. */
  async #load(message: number, verified: boolean): Promise<CachedContent> {
    const operation = { kind: 'readParts', message, verified } as const
    const { header, content } = (await this.#link.call(operation)) as StoredParts
    if (content instanceof Uint8Array) {
      const whole = asBuffer(content)
      return header === undefined ? split(whole) : { header: asBuffer(header), body: whole }
    }
    const isSound = verified && (await this.#verifyFile(message, content))
    const ownHeader = header && asBuffer(header)
    const fileHeader = ownHeader ?? (await this.#headerInFile(message, content))
    const bodyAt = ownHeader === undefined ? fileHeader.length : 0
    const place = { fileBytes: content.fileBytes, bodyAt }
    if (isSound) this.#files.note(message, place)
    else this.#files.noteUnseen(message, place)
    return { header: fileHeader }
  }

  /** Rejects with DAMAGED; true when it is what was written. */
  async #verifyFile(message: number, facts: FileFacts): Promise<true> {
    if (!this.#files.isSound(message)) await this.#files.verify(message, facts)
    return true
  }

  /** The file of an earlier program begins with the header, which was within the limits when it was taken. */
  async #headerInFile(message: number, { fileBytes }: FileFacts): Promise<Buffer> {
    const collector = new HeaderCollector(Infinity)
    for await (const piece of this.#files.pieces(message, fileBytes)) {
      // The collector keeps what it is given, and the piece is read over.
      const progress = collector.push(Buffer.from(piece))
      if (progress.kind === 'complete') return Buffer.from(progress.header.bytes)
    }
    return collector.end().header.bytes
  }
}

/** Content that begins with the header, as earlier programs stored it. */
function split(content: Buffer): CachedContent {
  const collector = new HeaderCollector(Infinity)
  const progress = collector.push(content)
  const { header, body } = progress.kind === 'complete' ? progress : collector.end()
  return { header: header.bytes, body }
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}
