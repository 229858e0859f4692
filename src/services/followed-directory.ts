import { isDeepStrictEqual } from 'node:util'
import type { Live } from '../base/live.ts'
import type { Directory } from '../directory/directory.ts'

/** A directory that has to be opened and closed. */
interface OpenedDirectory extends Directory, AsyncDisposable {
  /** Resolves when it knows what it will know at first. */
  ready?(): Promise<void>
}

export interface FollowedDirectoryOptions<Settings, Opened extends OpenedDirectory> {
  /** Undefined: there is no such directory. */
  readonly settings: Live<Settings | undefined>
  readonly make: (settings: NonNullable<Settings>) => Opened
  readonly onChange: () => void
}

/**
 * The directory that settings describe at the moment. When they change another one takes its place once that is ready: so
 * nobody is taken or refused meanwhile who would not be by the one or the other.
 */
export class FollowedDirectory<
  Settings,
  Opened extends OpenedDirectory,
> implements AsyncDisposable {
  readonly #options: FollowedDirectoryOptions<Settings, Opened>
  readonly #unsubscribe: () => void
  #settings: Settings | undefined
  #directory: Opened | undefined
  #working: Promise<void> = Promise.resolve()
  /** The directory, or none. */
  current: readonly Opened[] = []

  constructor(options: FollowedDirectoryOptions<Settings, Opened>) {
    const { settings } = options
    this.#options = options
    this.#unsubscribe = settings.subscribe((next) => this.#follow(next))
    this.#follow(settings.current)
  }

  ready(): Promise<void> {
    return this.#working
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#unsubscribe()
    await this.#working
    await this.#directory?.[Symbol.asyncDispose]()
  }

  #follow(settings: Settings | undefined): void {
    if (isDeepStrictEqual(settings, this.#settings)) return
    this.#settings = settings
    this.#working = this.#working.then(() => this.#change(settings ?? undefined))
  }

  async #change(settings: NonNullable<Settings> | undefined): Promise<void> {
    const before = this.#directory
    const next = settings === undefined ? undefined : this.#options.make(settings)
    if (before === undefined) this.#put(next)
    await next?.ready?.()
    this.#put(next)
    this.#options.onChange()
    await before?.[Symbol.asyncDispose]()
  }

  #put(directory: Opened | undefined): void {
    this.#directory = directory
    this.current = directory === undefined ? [] : [directory]
  }
}
