import { type FSWatcher, watch } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Clock, Timer } from './clock.ts'
import type { Milliseconds } from './time-span.ts'

export interface FileWatchOptions {
  /** Need not exist yet. */
  readonly files: readonly string[]
  /** Folders of which any change counts. */
  readonly folders?: readonly string[]
  readonly clock: Clock
  /** Changes that follow one another within this time count as one, but not for longer than ten times this. */
  readonly quietTime: Milliseconds
  /** Something happened to one of the files or beside it; whether its content changed is not known. */
  readonly onChange: () => void
  /** Something cannot be watched: a folder is missing, or the system's watches are used up. */
  readonly onError: (error: Error) => void
}

/** Quiet times after which a change is told though there is no quiet: a log may grow beside the file. */
const longestWait = 10

/**
 * Tells of changes to files however they are made: written in place, replaced by an editor's rename,
 * or swapped by a link (`..data` of a Kubernetes volume). So the file is watched, its folder, and the
 * folder it really lies in; and after each change the watches are set anew.
 */
export class FileWatch implements Disposable {
  readonly #options: FileWatchOptions
  #watchers: FSWatcher[] = []
  #timer: Timer | undefined
  /** Monotonic time by which what happened is told. */
  #tellBy: Milliseconds | undefined
  #closed = false
  #setUp: Promise<void>

  constructor(options: FileWatchOptions) {
    this.#options = options
    this.#setUp = this.#watch()
  }

  /** Resolves when the watches are in place. */
  ready(): Promise<void> {
    return this.#setUp
  }

  [Symbol.dispose](): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#unwatch()
  }

  async #watch(): Promise<void> {
    const { files, folders = [] } = this.#options
    const places = new Set(folders)
    for (const file of files) {
      const real = await realpath(file).catch(() => undefined)
      places.add(dirname(file))
      if (real !== undefined) places.add(file).add(dirname(real))
    }
    this.#unwatch()
    for (const place of this.#closed ? [] : places) this.#watchPlace(place)
  }

  #watchPlace(place: string): void {
    try {
      const watcher = watch(place, { persistent: false }, () => this.#changed())
      watcher.on('error', (error) => this.#options.onError(error))
      this.#watchers.push(watcher)
    } catch (error) {
      this.#options.onError(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #unwatch(): void {
    for (const watcher of this.#watchers) watcher.close()
    this.#watchers = []
  }

  /** Waits until it is quiet, so that a file is not read half written. */
  #changed(): void {
    if (this.#closed) return
    const { clock, quietTime } = this.#options
    const now = clock.monotonic()
    // Its timer is due.
    if (this.#tellBy !== undefined && now >= this.#tellBy) return
    this.#tellBy ??= now + longestWait * quietTime
    this.#timer?.cancel()
    this.#timer = clock.after(Math.min(quietTime, this.#tellBy - now), () => {
      this.#tellBy = undefined
      this.#setUp = this.#watch()
      void this.#setUp.then(() => {
        if (!this.#closed) this.#options.onChange()
      })
    })
  }
}
