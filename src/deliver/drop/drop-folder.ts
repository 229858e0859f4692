import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Bytes } from '../../base/byte-size.ts'
import type { Clock } from '../../base/clock.ts'
import { flushFolder } from '../../base/durable-file.ts'
import { type Milliseconds, second } from '../../base/time-span.ts'
import { FolderFault, faultOf } from '../folder-fault.ts'
import type { DropPlace } from './foreign-connector.ts'

/** A file for a Drop folder. */
export interface DropFile {
  /** One that is there is replaced: the same copy was written before, and its result was lost. */
  readonly name: string
  readonly size: Bytes
  readonly content: AsyncIterable<Buffer>
}

/** How long what was found in the folder counts: others may write there, too. */
const measureHolds: Milliseconds = 10 * second

/** A folder from which another program takes what is put there. */
export class DropFolder {
  readonly place: DropPlace
  readonly #clock: Clock
  /** What all files had together when they were counted last, and what came since then. */
  #used: { readonly at: Milliseconds; readonly bytes: Bytes } | undefined
  #counting: Promise<Bytes> | undefined

  constructor(place: DropPlace, clock: Clock) {
    this.place = place
    this.#clock = clock
  }

  /**
   * Writes a file that is there whole or not at all; when it resolves file and folder are flushed. Rejects with a
   * FolderFault, or with what the content rejects with.
   */
  async put({ name, size, content }: DropFile, quota: Bytes): Promise<void> {
    if (quota !== Infinity) await this.#requireRoom(size, quota)
    const { path } = this.place
    const temporary = join(path, `${name}.tmp`)
    try {
      await this.#write(temporary, content)
      await onDisk(path, async () => {
        await rename(temporary, join(path, name))
        await flushFolder(path)
      })
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    if (this.#used !== undefined) this.#used = { ...this.#used, bytes: this.#used.bytes + size }
  }

  async #write(temporary: string, content: AsyncIterable<Buffer>): Promise<void> {
    const { path } = this.place
    const file = await onDisk(path, () => this.#open(temporary))
    try {
      for await (const piece of content) await onDisk(path, () => file.writeFile(piece))
      await onDisk(path, () => file.sync())
    } finally {
      await file.close().catch(() => undefined)
    }
  }

  /** What an earlier try left behind goes; a link that somebody put there is not followed. */
  async #open(temporary: string): Promise<FileHandle> {
    const { path, isOurs } = this.place
    if (isOurs) await makeFolder(path)
    await rm(temporary, { force: true })
    return await open(temporary, 'wx', 0o600)
  }

  async #requireRoom(size: Bytes, quota: Bytes): Promise<void> {
    const { path } = this.place
    if ((await this.#usedBytes(quota - size)) + size <= quota) return
    const used = this.#used?.bytes ?? 0
    throw new FolderFault(
      `452 4.3.1 The Drop folder ${path} holds ${used} of the ${quota} bytes of its DropDirectoryQuota; its reader has to take files away`,
    )
  }

  /** Counted anew when what is known is old, or above `enough` though the reader may have made room. */
  async #usedBytes(enough: Bytes): Promise<Bytes> {
    const now = this.#clock.monotonic()
    const known = this.#used
    const age = known === undefined ? Infinity : now - known.at
    if (known !== undefined && age < (known.bytes <= enough ? measureHolds : second))
      return known.bytes
    this.#counting ??= onDisk(this.place.path, () => bytesIn(this.place)).finally(() => {
      this.#counting = undefined
    })
    const bytes = await this.#counting
    this.#used = { at: now, bytes }
    return bytes
  }
}

/** Makes the folder for good: its own entry outlasts a power cut as the files in it do. */
async function makeFolder(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let made = path; made.length >= first.length; made = dirname(made))
    await flushFolder(dirname(made))
}

async function bytesIn({ path, isOurs }: DropPlace): Promise<Bytes> {
  if (isOurs) await makeFolder(path)
  let bytes = 0
  for await (const entry of await opendir(path)) {
    // What a reader took away meanwhile counts no more.
    const facts = await stat(join(path, entry.name)).catch(() => undefined)
    if (facts?.isFile() === true) bytes += facts.size
  }
  return bytes
}

async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw faultOf(error, `The Drop folder ${path}`)
  }
}
