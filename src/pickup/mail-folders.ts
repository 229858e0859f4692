import { resolve, sep } from 'node:path'
import { calmLog } from '../base/calm-log.ts'
import type { Clock } from '../base/clock.ts'
import { FileWatch } from '../base/file-watch.ts'
import type { Live } from '../base/live.ts'
import type { ProgramLog } from '../base/program-log.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { MessageSink } from '../message/message-sink.ts'
import { FileIntake } from './file-intake.ts'
import { type FolderKind, type FolderSettings, folderPath, isOwnFolder } from './folder-path.ts'
import { MailFolder, pollInterval } from './mail-folder.ts'

export interface MailFoldersOptions {
  readonly settings: Live<FolderSettings>
  readonly dataFolder: string
  readonly sink: MessageSink
  readonly server: { readonly Name: string; readonly Fqdn: string }
  /** The user this process runs as, by number. */
  readonly ownUser: number | undefined
  readonly clock: Clock
  readonly log: ProgramLog
}

/** Changes that follow one another within this time count as one. */
const quietTime: Milliseconds = 100

/** The Pickup and the Replay folder at work; each goes on by itself. They follow the settings. */
export class MailFolders implements AsyncDisposable {
  readonly #folders: readonly FolderWork[]

  constructor(options: MailFoldersOptions) {
    const { settings, sink, server, ownUser, clock } = options
    const intake = new FileIntake({ settings, sink, server, ownUser, clock })
    const log = calmLog(options.log, clock)
    const kinds: readonly FolderKind[] = ['Pickup', 'Replay']
    this.#folders = kinds.map((kind) => new FolderWork(kind, { ...options, log, intake }))
  }

  start(): void {
    for (const folder of this.#folders) folder.start()
  }

  /** Takes nothing new; resolves when what is in hand is done or put back. */
  async drain(): Promise<void> {
    await Promise.all(this.#folders.map((folder) => folder.stop()))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain()
  }
}

interface FolderWorkOptions extends MailFoldersOptions {
  readonly intake: FileIntake
}

/** Looks into one folder again and again: after the interval, and when something changes there. */
class FolderWork {
  readonly #kind: FolderKind
  readonly #options: FolderWorkOptions
  readonly #stopping = new AbortController()
  #wake = new AbortController()
  #work: Promise<void> = Promise.resolve()

  constructor(kind: FolderKind, options: FolderWorkOptions) {
    this.#kind = kind
    this.#options = options
  }

  start(): void {
    this.#work = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#wake.abort()
    await this.#work
  }

  async #run(): Promise<void> {
    const { settings, dataFolder } = this.#options
    const pathOf = () => folderPath(this.#kind, settings.current, dataFolder)
    using _following = stopping(settings.subscribe(() => this.#wake.abort()))
    while (!this.#stopping.signal.aborted) {
      const path = pathOf()
      if (path === undefined || !this.#isServed(path)) await this.#sleep(pollInterval)
      else await this.#serve(path, () => pathOf() === path)
    }
  }

  /** Files of the relay's own must never be taken for mail that somebody put there. */
  #isServed(path: string): boolean {
    const { dataFolder, log } = this.#options
    if (!isOwnFolder(path, dataFolder)) return true
    log.error(
      { folder: path },
      `no mail is taken from the ${this.#kind} folder: the relay keeps its own files there; set ${this.#kind}DirectoryPath to another`,
    )
    return false
  }

  /** Works on the folder as long as it is the one. */
  async #serve(path: string, isCurrent: () => boolean): Promise<void> {
    const { dataFolder, settings, intake, clock, log } = this.#options
    const folder = new MailFolder({
      kind: this.#kind,
      path,
      isOurs: path.startsWith(resolve(dataFolder) + sep),
      settings,
      intake,
      clock,
      log,
      stopping: this.#stopping.signal,
    })
    let watch: FileWatch | undefined
    try {
      while (isCurrent() && !this.#stopping.signal.aborted) {
        // What changes from here on is seen by this look or wakes for the next.
        this.#wake = new AbortController()
        const wait = await folder.poll()
        if (watch === undefined) {
          watch = this.#watch(path)
          // What came before the watch was there is seen by another look.
          await watch.ready()
        } else {
          await this.#sleep(wait)
        }
      }
    } finally {
      watch?.[Symbol.dispose]()
    }
  }

  #watch(path: string): FileWatch {
    const { clock, log } = this.#options
    return new FileWatch({
      files: [],
      folders: [path],
      clock,
      quietTime,
      onChange: () => this.#wake.abort(),
      onError: (error) =>
        log.debug(
          { folder: path, reason: error.message },
          'a folder is not watched, but looked at',
        ),
    })
  }

  async #sleep(time: Milliseconds): Promise<void> {
    if (!this.#stopping.signal.aborted) await this.#options.clock.sleep(time, this.#wake.signal)
    if (this.#wake.signal.aborted) this.#wake = new AbortController()
  }
}

function stopping(unsubscribe: () => void): Disposable {
  return { [Symbol.dispose]: unsubscribe }
}
