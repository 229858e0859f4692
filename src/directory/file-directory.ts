import { stat } from 'node:fs/promises'
import type { Clock, Timer } from '../base/clock.ts'
import { FileWatch } from '../base/file-watch.ts'
import { type Milliseconds, second } from '../base/time-span.ts'
import type { Directory, DirectoryAnswer, DirectoryRecipient, MembersAnswer } from './directory.ts'
import type { DirectoryLog } from './directory-log.ts'
import type { LoadedFile } from './loaded-file.ts'
import { RecipientTable } from './recipient-table.ts'
import { cutOff } from './recipient-index.ts'

export interface FileDirectoryOptions {
  readonly file: string
  readonly clock: Clock
  readonly log: DirectoryLog
  /** Reads and checks the file; never rejects. */
  readonly load: (file: string) => Promise<LoadedFile>
  readonly onChange: () => void
  readonly quietTime?: Milliseconds
  /** How long a change that looks like a write half done must stay as it is. */
  readonly settleTime?: Milliseconds
}

type ReadFile = Extract<LoadedFile, { kind: 'read' }>

/**
 * The recipients of a file, which is read anew when it changes. What is broken, empty or half written is told and changes
 * nothing; a file that was never whole leaves its recipients in doubt.
 */
export class FileDirectory implements Directory, AsyncDisposable {
  readonly #options: FileDirectoryOptions
  readonly #watch: FileWatch
  #table: RecipientTable | undefined
  #inForce: ReadFile | undefined
  #settling: Timer | undefined
  /** The state of the file when it was read last. */
  #seen: string | undefined
  #closed = false
  #working: Promise<void>

  constructor(options: FileDirectoryOptions) {
    this.#options = options
    this.#watch = new FileWatch({
      files: [options.file],
      clock: options.clock,
      quietTime: options.quietTime ?? second / 4,
      onChange: () => void this.#inTurn(() => this.#look('changed')),
      onError: (error) =>
        options.log.warn(`cannot watch ${options.file} (${error.message}); changes are not seen`),
    })
    this.#working = this.#watch.ready().then(() => this.#look('at start'))
  }

  /** A file is named: its recipients count even before they could be read. */
  readonly hasRecipients = true

  /** Resolves when the file was read, or found to be of no use. */
  async ready(): Promise<void> {
    await this.#working
  }

  find(address: string): DirectoryAnswer {
    return this.#table?.find(address) ?? this.#unread
  }

  members(group: DirectoryRecipient): MembersAnswer {
    return this.#table?.members(group) ?? this.#unread
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#watch[Symbol.dispose]()
    this.#settling?.cancel()
    await this.#working
    this.#settling?.cancel()
  }

  get #unread() {
    return { kind: 'unavailable', reason: `${this.#options.file} could not be read` } as const
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    this.#working = this.#working.then(action)
    return this.#working
  }

  async #look(when: 'at start' | 'changed' | 'settled'): Promise<void> {
    if (this.#closed) return
    const { file, load, clock, settleTime = 3 * second } = this.#options
    const stamp = await stampOf(file)
    // What happened concerns another file beside it, or this one has been seen as it is.
    if (when === 'changed' && stamp === this.#seen) return
    this.#seen = stamp
    this.#settling?.cancel()
    const loaded = await load(file)
    if (loaded.kind === 'read' && loaded.digest === this.#inForce?.digest) return
    const before = this.#inForce
    if (when === 'changed' && looksHalfDone(loaded, before)) {
      this.#settling = clock.after(settleTime, () => void this.#inTurn(() => this.#look('settled')))
      return
    }
    this.#conclude(loaded)
  }

  #conclude(loaded: LoadedFile): void {
    const { file, log, onChange } = this.#options
    const before = this.#inForce
    if (loaded.kind === 'refused') {
      for (const problem of loaded.problems) log.error(problem)
      this.#tellRefused(loaded.count - loaded.problems.length)
      return
    }
    if (before?.endsInLine === true && !loaded.endsInLine) {
      log.error(`${file}: its last line has no end: it seems to be cut off`)
      this.#tellRefused(0)
      return
    }
    const lost = before === undefined ? 0 : cutOff(before.index, loaded.index)
    if (lost > 0)
      log.warn(
        `${file} is what it was without its last ${lost} recipients; put them back if it was cut off`,
      )
    this.#inForce = loaded
    this.#table = new RecipientTable(loaded.index)
    log.info(`${file}: ${loaded.index.count} recipients are in effect`)
    onChange()
  }

  #tellRefused(more: number): void {
    const { file, log } = this.#options
    const beside = more > 0 ? ` (and has ${more} problems more)` : ''
    const meanwhile =
      this.#inForce === undefined
        ? 'its recipients are answered 451 until it can be read'
        : 'the recipients that were in effect stay'
    log.error(`${file} is not taken over${beside}; ${meanwhile}`)
  }
}

/** What changes whenever a file is written or replaced; the same while there is none. */
async function stampOf(file: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true }).catch(() => noFile)
  return [ino, size, mtimeNs, ctimeNs].join(' ')
}

const noFile = { ino: 0n, size: 0n, mtimeNs: 0n, ctimeNs: 0n }

function looksHalfDone(loaded: LoadedFile, before: ReadFile | undefined): boolean {
  if (loaded.kind === 'refused' || before === undefined) return true
  if (before.endsInLine && !loaded.endsInLine) return true
  return loaded.index.records.length < before.index.records.length
}
