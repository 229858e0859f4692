import { join } from 'node:path'
import type { Clock, Timer } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { second } from '../base/time-span.ts'
import { csvLogHead } from './csv-log-head.ts'
import { type LogDisk, type LogFile, errorCode, systemLogDisk } from './log-disk.ts'
import { type LogPeriod, logFileName, parseLogFileName, periodStamp } from './log-file-name.ts'
import { type LogLimits, expiredFiles } from './log-retention.ts'

/** Where a log's files stand and how many of them are kept. */
export interface LogFileSettings extends LogLimits {
  /** Absolute; undefined when the log is switched off. */
  readonly folder: string | undefined
}

/** What a log works with. */
export interface LogMeans {
  readonly clock: Clock
  /** For the program log: told once when records begin to be lost, and once when writing works again. */
  readonly warn: (message: string) => void
  /** Absent: the machine's. */
  readonly disk?: LogDisk | undefined
}

export interface RollingCsvLogOptions extends LogMeans {
  /** `SMTP Receive Protocol Log`. */
  readonly logType: string
  readonly fields: readonly string[]
  /** Beginning of each file's name: `RECV`. */
  readonly prefix: string
  /** After which a file ends; an hour unless told. */
  readonly period?: LogPeriod
  readonly settings: Live<LogFileSettings>
}

/**
 * Records are written together: after this time, or when so many octets wait. To hand a write to the
 * disk's thread wakes it and costs more than its copy, so blocks are large.
 */
const flushDelayMs = 100
const fullBlock = 256 * 1024
/** A block's buffer has room for one more record of usual length, so few are ended early. */
const blockRoom = fullBlock + 16 * 1024
/** Blocks of a log that are kept for its next records: one that fills while the other is written. */
const maxSpareBlocks = 2
/** UTF-8 takes no more octets for one unit of a string. */
const mostOctets = 3
/** What may wait while the disk is slow; records beyond are lost and counted. */
const maxWaitingBlocks = 16
const retryDelayMs = 5 * second
const closeTimeoutMs = 5 * second

/**
 * A log in Exchange's CSV form: files that roll by time and size, the oldest deleted by age and by the
 * folder's limit. `append` only copies octets: strings that waited would outlive the young generation.
 * A single writer behind it does the disk's work, so a slow or full disk costs records, never mail.
 */
export class RollingCsvLog implements AsyncDisposable {
  readonly #options: RollingCsvLogOptions
  readonly #disk: LogDisk
  #block: Block | undefined
  readonly #spare: Buffer[] = []
  readonly #waiting: Block[] = []
  #timer: Timer | undefined
  #writing: Promise<void> | undefined
  #retryAt = 0
  #lost = 0
  #failing = false
  /** Old files could not be deleted. */
  #overfull = false
  #closed = false
  #file: OpenFile | undefined

  constructor(options: RollingCsvLogOptions) {
    this.#options = options
    this.#disk = options.disk ?? systemLogDisk
  }

  /** Whether records are kept at all now. */
  get enabled(): boolean {
    return !this.#closed && this.#options.settings.current.folder !== undefined
  }

  /** The disk does not keep up: half of the blocks that may wait for it are waiting. */
  get isCrowded(): boolean {
    return this.#waiting.length >= maxWaitingBlocks / 2
  }

  /** Adds one record: a whole line with its CRLF, in the order of `fields`. Never throws, never waits. */
  append(line: string): void {
    if (!this.enabled) return
    if (this.#waiting.length >= maxWaitingBlocks) {
      this.#lose(1, 'the disk does not keep up')
      return
    }
    const block = this.#blockFor(line.length * mostOctets)
    block.length += block.octets.write(line, block.length)
    block.records++
    if (block.length < fullBlock) {
      this.#timer ??= this.#options.clock.after(flushDelayMs, () => this.#onTimer())
      return
    }
    this.#endBlock()
    this.#startWriting()
  }

  /** Resolves when what was appended before is written, or lost. */
  async flush(): Promise<void> {
    this.#endBlock()
    await this.#writing
    this.#retryAt = 0
    this.#startWriting()
    await this.#writing
  }

  /** Writes what waits and closes the file; a disk that hangs is left behind after some seconds. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    const gaveUp = new AbortController()
    const end = this.flush().then(() => this.#closeFile())
    await Promise.race([end, this.#options.clock.sleep(closeTimeoutMs, gaveUp.signal)])
    gaveUp.abort()
    this.#timer?.cancel()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #onTimer(): void {
    this.#timer = undefined
    this.#endBlock()
    this.#startWriting()
  }

  /** The block to add to, with room for so many octets. */
  #blockFor(size: number): Block {
    if (this.#block !== undefined) {
      if (this.#block.octets.length - this.#block.length >= size) return this.#block
      this.#endBlock()
      this.#startWriting()
    }
    const spare = size <= blockRoom ? this.#spare.pop() : undefined
    const octets = spare ?? Buffer.allocUnsafeSlow(Math.max(blockRoom, size))
    return (this.#block = { octets, length: 0, records: 0 })
  }

  #endBlock(): void {
    if (this.#block === undefined) return
    this.#waiting.push(this.#block)
    this.#block = undefined
  }

  #startWriting(): void {
    if (this.#writing !== undefined || this.#waiting.length === 0) return
    const wait = this.#retryAt - this.#options.clock.monotonic()
    if (wait > 0) {
      this.#timer ??= this.#options.clock.after(wait, () => this.#onTimer())
      return
    }
    this.#writing = this.#writeWaiting().finally(() => {
      this.#writing = undefined
      this.#startWriting()
    })
  }

  /** Never rejects: a block that cannot be written is lost, and the next is tried a while later. */
  async #writeWaiting(): Promise<void> {
    for (let block = this.#waiting.shift(); block !== undefined; block = this.#waiting.shift()) {
      try {
        await this.#write(block.octets.subarray(0, block.length))
        this.#recovered()
        this.#keepSpare(block)
      } catch (error) {
        this.#lose(block.records, messageOf(error))
        this.#retryAt = this.#options.clock.monotonic() + retryDelayMs
        await this.#closeFile()
        if (!this.#closed) return
      }
    }
  }

  #keepSpare({ octets }: Block): void {
    if (octets.length === blockRoom && this.#spare.length < maxSpareBlocks) this.#spare.push(octets)
  }

  async #write(data: Buffer): Promise<void> {
    const file = await this.#currentFile(data.length)
    if (file === undefined) return
    file.size += data.length
    await file.handle.append(data)
  }

  /** The file for `size` more octets: the open one, or the next when hour, size or folder say so. */
  async #currentFile(size: number): Promise<OpenFile | undefined> {
    const { settings, clock, period = 'hour' } = this.#options
    const { folder, maxFileSize } = settings.current
    const stamp = periodStamp(period, clock.now())
    const open = this.#file
    if (open?.folder === folder && open?.stamp === stamp) {
      const empty = open.size === open.headerSize
      const fits = empty || open.size + size <= maxFileSize
      if (fits && (await open.handle.exists())) return open
      if (fits) this.#tell(`${open.path} was deleted; a new file is begun`)
    }
    await this.#closeFile()
    if (folder !== undefined) this.#file = await this.#openFile(folder, stamp)
    return this.#file
  }

  async #openFile(folder: string, stamp: string): Promise<OpenFile> {
    const { logType, fields, prefix, clock, settings } = this.#options
    const files = await this.#disk.list(folder)
    const now = clock.now()
    const expired = expiredFiles(files, prefix, { now, limits: settings.current })
    await this.#removeExpired(expired.map((name) => join(folder, name)))
    const header = Buffer.from(csvLogHead({ logType, fields, now }))
    const { handle, path } = await this.#create(folder, stamp, nextInstance(files, prefix, stamp))
    const file = { handle, path, folder, stamp, size: header.length, headerSize: header.length }
    try {
      await handle.append(header)
    } catch (error) {
      // A full disk would else gather an empty file at each attempt.
      await handle.close().catch(() => undefined)
      await this.#disk.remove(path).catch(() => undefined)
      throw error
    }
    return file
  }

  /** Too many files are better than no more records: what cannot be deleted stays, which is told once. */
  async #removeExpired(paths: readonly string[]): Promise<void> {
    let trouble: string | undefined
    for (const path of paths) {
      await this.#disk.remove(path).catch((error: unknown) => {
        trouble ??= messageOf(error)
      })
    }
    if (trouble !== undefined && !this.#overfull)
      this.#tell(`old files cannot be deleted, so its folder outgrows its limits: ${trouble}`)
    this.#overfull = trouble !== undefined
  }

  /** A file is never shared nor added to after a restart: what exists is passed over. */
  async #create(folder: string, stamp: string, instance: number) {
    for (let next = instance; ; next++) {
      const path = join(folder, logFileName(this.#options.prefix, stamp, next))
      try {
        return { path, handle: await this.#disk.create(path) }
      } catch (error) {
        if (errorCode(error) !== 'EEXIST') throw error
      }
    }
  }

  async #closeFile(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.handle.close().catch(() => undefined)
  }

  #lose(records: number, reason: string): void {
    this.#lost += records
    if (this.#failing) return
    this.#failing = true
    const { folder } = this.#options.settings.current
    this.#tell(`records are being lost, mail is not: ${reason} (${folder})`)
  }

  #recovered(): void {
    if (!this.#failing || this.#waiting.length >= maxWaitingBlocks) return
    this.#tell(`written again; ${this.#lost} records were lost`)
    this.#failing = false
    this.#lost = 0
  }

  #tell(message: string): void {
    const { logType, warn } = this.#options
    warn(`${logType}: ${message}`)
  }
}

interface Block {
  readonly octets: Buffer
  /** Octets in use, of whole records. */
  length: number
  records: number
}

interface OpenFile {
  readonly handle: LogFile
  readonly path: string
  readonly folder: string
  readonly stamp: string
  readonly headerSize: number
  size: number
}

function nextInstance(
  files: readonly { readonly name: string }[],
  prefix: string,
  stamp: string,
): number {
  const instances = files
    .map(({ name }) => parseLogFileName(prefix, name))
    .filter((file) => file?.stamp === stamp)
    .map((file) => file?.instance ?? 0)
  return Math.max(0, ...instances) + 1
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
