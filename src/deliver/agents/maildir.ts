import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Clock } from '../../base/clock.ts'
import { flushFolder } from '../../base/durable-file.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import { second } from '../../base/time-span.ts'
import type { ConnectivitySession } from '../../logs/connectivity-log.ts'
import { StoreError, type StoredContent } from '../../queue/queue-store.ts'
import type { Copy } from '../../queue/stored-message.ts'
import { FolderFault, faultOf } from '../folder-fault.ts'
import { type HandedOver, forAll, unreadable } from '../handing-over.ts'
import { leavingContent } from '../leaving-content.ts'
import type { Courier } from './courier.ts'
import { unixLines } from './unix-lines.ts'

export interface MaildirOptions {
  /** A relative one is below the data folder. */
  readonly path: string
  readonly dataFolder: string
  /** Our name, a part of the names of files. */
  readonly server: string
  readonly store: StoredContent
  readonly session: ConnectivitySession
  readonly clock: Clock
  readonly logger: ProgramLog
}

/** Files of this process so far; a part of their names. */
let files = 0

/** Delivers into a maildir: a file for each message, with the line ends of Unix, in `new`. */
export class Maildir implements Courier {
  readonly #options: MaildirOptions
  readonly #path: string

  constructor(options: MaildirOptions) {
    this.#options = options
    this.#path = resolve(options.dataFolder, options.path)
  }

  async handOver(copy: Copy): Promise<HandedOver> {
    const { message, recipients } = copy
    const { store, session, logger } = this.#options
    const name = this.#nextName()
    try {
      const { pieces } = await leavingContent(store, message)
      await this.#put(name, unixLines(withTop(topOf(copy), pieces)))
    } catch (error) {
      if (error instanceof StoreError) return unreadable(copy, error, logger)
      const { message: text } = faultOf(error, this.#title)
      return { results: [], end: { kind: 'unreachable', error: text } }
    }
    session.carried(message.size, recipients.length)
    const reply = `250 2.0.0 Delivered to maildir as ${name}`
    return { results: forAll(copy, { outcome: 'delivered', reply, isFinal: true }) }
  }

  close(): Promise<void> {
    return Promise.resolve()
  }

  get #title(): string {
    return `The maildir ${this.#path}`
  }

  /** Written and flushed in `tmp`, then moved: who reads `new` sees whole files alone. */
  async #put(name: string, content: AsyncIterable<Buffer>): Promise<void> {
    const temporary = join(this.#path, 'tmp', name)
    const file = await this.#inFolders(() => open(temporary, 'wx', 0o600))
    try {
      try {
        for await (const piece of content) await file.writeFile(piece)
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#inFolders(() => rename(temporary, join(this.#path, 'new', name)))
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined)
      throw error
    }
    await flushFolder(join(this.#path, 'new'))
  }

  /** Does the work once more when a folder was missing, and could be made. */
  async #inFolders<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
      await this.#make()
      return await work()
    }
  }

  /** Below the data folder all of it is made; elsewhere the folder that holds it must be there. */
  async #make(): Promise<void> {
    const { dataFolder } = this.#options
    const isOurs = this.#path.startsWith(`${resolve(dataFolder)}/`)
    if (isOurs) await mkdir(resolve(this.#path, '..'), { recursive: true, mode: 0o700 })
    for (const folder of [
      this.#path,
      ...['tmp', 'new', 'cur'].map((part) => join(this.#path, part)),
    ])
      await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
        const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
        if (!isThere) throw new FolderFault(faultOf(error, this.#title).message, { cause: error })
      })
    await flushFolder(resolve(this.#path, '..'))
    await flushFolder(this.#path)
  }

  /** `1767323045.M678000P4711Q12.edge01.contoso.com`, as of https://cr.yp.to/proto/maildir.html. */
  #nextName(): string {
    const { clock, server } = this.#options
    const now = clock.now()
    const host = server.replaceAll('/', '\\057').replaceAll(':', '\\072')
    const [seconds, rest] = [Math.floor(now / second), Math.floor(now % second)]
    return `${seconds}.M${rest * 1000}P${process.pid}Q${++files}.${host}`
  }
}

/** What final delivery adds (RFC 5321 4.4), and whom it is for. */
function topOf({ message, recipients }: Copy): Buffer {
  const lines = [
    `Return-Path: <${message.envelope.sender}>`,
    ...recipients.map(({ address }) => `Delivered-To: ${address}`),
  ]
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(''))
}

async function* withTop(top: Buffer, content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield top
  yield* content
}
