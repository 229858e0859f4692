import { mkdir, opendir, stat } from 'node:fs/promises'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import type { FileIntake, Intake } from './file-intake.ts'
import type { FolderKind, FolderSettings } from './folder-path.ts'
import { Leftovers } from './leftovers.ts'
import { type SourceFile, openSource, renameUnfit, textOf } from './source-file.ts'

export interface MailFolderOptions {
  readonly kind: FolderKind
  readonly path: string
  /** Whether it is made when it is not there: a folder of ours, not one that an administrator named. */
  readonly isOurs: boolean
  readonly settings: Live<FolderSettings>
  readonly intake: Pick<FileIntake, 'take'>
  readonly clock: Clock
  /** Says the same once a minute at most. */
  readonly log: ProgramLog
  /** Aborts when nothing new is to be taken; the file in hand goes back. */
  readonly stopping: AbortSignal
}

/** Exchange looks so often. */
export const pollInterval: Milliseconds = 5 * second
/** A file that was written to within this time may not be whole. */
const settlingTime: Milliseconds = 2 * second
const writableByAll = 0o002
/** Names that are kept of one look into the folder. */
const namesAtMost = 1000

interface Sighting {
  readonly size: number
  readonly writtenAt: Milliseconds
  /** Monotonic time. */
  readonly since: Milliseconds
}

/** One folder that mail is taken from: `.eml` becomes `.tmp` while it is in hand, then it is gone, or `.bad`. */
export class MailFolder {
  readonly #options: MailFolderOptions
  readonly #leftovers: Leftovers
  /** Files that may still be written. */
  #unsettled: ReadonlyMap<string, Sighting> = new Map()
  /** Files that could not be opened: others come before them. */
  #stuck = new Set<string>()
  #state: 'new' | 'open' = 'new'
  /** The minute that is counted, by its beginning in monotonic time, and what was taken in it. */
  #minute = { start: -Infinity, taken: 0 }

  constructor(options: MailFolderOptions) {
    this.#options = options
    const { path: folder, settings, clock, log } = options
    this.#leftovers = new Leftovers({ folder, settings, clock, log })
  }

  /** Takes what is there; gives the time until it should be looked again. Never rejects. */
  async poll(): Promise<Milliseconds> {
    const { kind, path, log } = this.#options
    try {
      if (this.#state === 'new') await this.#open()
      return this.#allowance() === 0 ? pollInterval : await this.#takeAll()
    } catch (error) {
      log.error(
        { folder: path, reason: textOf(error) },
        `no mail is taken from the ${kind} folder: it cannot be read`,
      )
      return pollInterval
    }
  }

  async #takeAll(): Promise<Milliseconds> {
    const { stopping } = this.#options
    const takenBefore = this.#minute.taken
    const unsettled = new Map<string, Sighting>()
    const names = await this.#names()
    let isStopped = false
    for (const name of names) {
      isStopped = stopping.aborted || this.#allowance() === 0
      if (isStopped) break
      const goesOn = await this.#look(name, unsettled)
      isStopped = !goesOn
      if (isStopped) break
    }
    this.#unsettled = unsettled
    if (isStopped) return pollInterval
    if (names.length === namesAtMost && this.#minute.taken > takenBefore) return 0
    return unsettled.size > 0 ? settlingTime : pollInterval
  }

  async #open(): Promise<void> {
    const { kind, path, isOurs, log } = this.#options
    if (isOurs) await mkdir(path, { recursive: true, mode: 0o700 })
    const { mode } = await stat(path)
    if ((mode & writableByAll) !== 0)
      log.warn(
        { folder: path },
        `every account of this machine can send mail through the ${kind} folder, to anybody and as anybody; take the right to write from others (chmod o-w)`,
      )
    await this.#leftovers.takeUp()
    this.#state = 'open'
  }

  /** How many more may be taken in this minute. */
  #allowance(): number {
    const { clock, settings } = this.#options
    const now = clock.monotonic()
    if (now - this.#minute.start >= minute) this.#minute = { start: now, taken: 0 }
    const most = settings.current.PickupDirectoryMaxMessagesPerMinute
    return Math.max(0, most - this.#minute.taken)
  }

  /** Files to look at, those last that could not be taken when they were looked at before. */
  async #names(): Promise<readonly string[]> {
    const names: string[] = []
    const stuck: string[] = []
    for await (const { name } of await opendir(this.#options.path)) {
      if (!/\.eml$/i.test(name) || name.startsWith('.')) continue
      if (!this.#stuck.has(name)) names.push(name)
      else if (stuck.length < namesAtMost) stuck.push(name)
      if (names.length >= namesAtMost) break
    }
    this.#stuck = new Set(stuck)
    return [...names.sort(), ...stuck].slice(0, namesAtMost)
  }

  /** Looks at one file; false when no other will fare better now. */
  async #look(name: string, unsettled: Map<string, Sighting>): Promise<boolean> {
    const { path, clock, log } = this.#options
    const opened = await openSource(path, name)
    switch (opened.kind) {
      case 'not-now':
        this.#stuck.add(name)
        if (opened.reason !== undefined)
          log.warn(
            { folder: path, file: name, reason: opened.reason },
            'a file cannot be taken now; it waits',
          )
        return true
      case 'unfit':
        this.#minute.taken++
        await renameUnfit(path, name, clock.now()).then(
          () => this.#tellBad(name, opened.reason),
          (error: unknown) => this.#tellStuck(name, error),
        )
        return true
      case 'open': {
        await using file = opened.file
        if (!this.#isSettled(file, unsettled)) return true
        return await this.#take(file)
      }
    }
  }

  /** Programs that write in place cannot be told from those that renamed a whole file but by time. */
  #isSettled({ name, size, writtenAt }: SourceFile, unsettled: Map<string, Sighting>): boolean {
    const { clock } = this.#options
    if (clock.now() - writtenAt >= settlingTime) return true
    // Its time may be wrong, or ours: what stays the same is whole, too.
    const now = clock.monotonic()
    const before = this.#unsettled.get(name)
    const isSame = before?.size === size && before.writtenAt === writtenAt
    const since = isSame ? before.since : now
    if (now - since >= settlingTime) return true
    unsettled.set(name, { size, writtenAt, since })
    return false
  }

  async #take(file: SourceFile): Promise<boolean> {
    const { kind, clock, log, intake, path, stopping } = this.#options
    const { name } = file
    try {
      await file.rename('.tmp', clock.now())
    } catch (error) {
      log.warn(
        { folder: path, file: name, reason: textOf(error) },
        'a file cannot be renamed, so it is not taken; it waits',
      )
      return true
    }
    this.#minute.taken++
    let intaken: Intake
    try {
      intaken = await intake.take(kind, file, stopping)
    } catch (error) {
      intaken = { kind: 'later', reason: textOf(error) }
    }
    try {
      return await this.#settle(file, name, intaken)
    } catch (error) {
      // What was taken must not be taken again: it stays as it is, and is tried at the next start alone.
      this.#tellStuck(file.name, error)
      return true
    }
  }

  async #settle(file: SourceFile, name: string, intake: Intake): Promise<boolean> {
    const { clock, log, path } = this.#options
    switch (intake.kind) {
      case 'taken':
        await file.delete()
        break
      case 'bad':
        await file.rename('.bad', clock.now())
        this.#tellBad(file.name, intake.reason)
        break
      case 'later':
        await file.rename('.eml', clock.now())
        if (intake.reason === undefined) return true
        log.warn(
          { folder: path, file: name, reason: intake.reason },
          'a file could not be taken into the queue; it waits',
        )
        return false
    }
    await this.#leftovers.settled(name)
    return true
  }

  #tellBad(file: string, reason: string): void {
    const { kind, path: folder, log } = this.#options
    log.error({ folder, file, reason }, `a file of the ${kind} folder is no message: ${file}`)
  }

  #tellStuck(file: string, error: unknown): void {
    const { path: folder, log } = this.#options
    log.error(
      { folder, file, reason: textOf(error) },
      'a file could be neither renamed nor deleted: take it away before the next start, or its message goes again',
    )
  }
}
