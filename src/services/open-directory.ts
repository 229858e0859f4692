import type { Clock } from '../base/clock.ts'
import { type Live, LiveValue } from '../base/live.ts'
import type { ServerConfig } from '../config/server-config.ts'
import type { Directory } from '../directory/directory.ts'
import { type DirectoryLog, FileDirectory } from '../directory/file-directory.ts'
import { loadInThread } from '../directory/file-thread.ts'
import { JoinedDirectory } from '../directory/joined-directory.ts'
import { buildIndex } from '../directory/recipient-index.ts'
import { readRecipients } from '../directory/recipient-list.ts'
import { RecipientTable } from '../directory/recipient-table.ts'
import type { ServiceGround } from './service-ground.ts'

/** The directory of a service, following the configuration and the files it names. */
export interface OpenDirectory extends Directory, AsyncDisposable {
  /** Calls `onChange` after each change of what it knows; the returned function ends that. */
  subscribe(onChange: () => void): () => void
}

/** Opens the directory that the configuration describes; its file has been read then, or found to be of no use. */
export async function openDirectory(
  ground: Pick<ServiceGround, 'config' | 'clock' | 'logger' | 'worker'>,
): Promise<OpenDirectory> {
  const { config, clock, logger, worker } = ground
  const own = new LiveValue<Directory>(tableOf(config.current))
  const changed = () => own.set(own.current)
  // All processes read the same file; one tells of it.
  const tells = worker.service === 'Transport' && worker.number === 1
  const log: DirectoryLog = tells
    ? {
        info: (message) => logger.info({}, message),
        warn: (message) => logger.warn({}, message),
        error: (message) => logger.error({}, message),
      }
    : { info: () => undefined, warn: () => undefined, error: () => undefined }
  const file = new FollowedFile(config, { clock, log, onChange: changed })
  let entries = config.current.Recipients
  const unsubscribe = config.subscribe((next) => {
    file.follow()
    if (next.Recipients === entries) return
    entries = next.Recipients
    own.set(tableOf(next))
  })
  const joined = new JoinedDirectory({
    get current() {
      return file.current === undefined ? [own.current] : [own.current, file.current]
    },
  })
  await file.ready()
  return {
    get hasRecipients() {
      return joined.hasRecipients
    },
    find: (address) => joined.find(address),
    members: (group) => joined.members(group),
    subscribe: (onChange) => own.subscribe(onChange),
    async [Symbol.asyncDispose]() {
      unsubscribe()
      await file[Symbol.asyncDispose]()
    },
  }
}

interface FollowedFileOptions {
  readonly clock: Clock
  readonly log: DirectoryLog
  readonly onChange: () => void
}

/** The file that `Directory` names at the moment; another one takes its place once it was read. */
class FollowedFile implements AsyncDisposable {
  readonly #config: Live<ServerConfig>
  readonly #options: FollowedFileOptions
  #name: string | undefined
  #directory: FileDirectory | undefined
  #working: Promise<void> = Promise.resolve()

  constructor(config: Live<ServerConfig>, options: FollowedFileOptions) {
    this.#config = config
    this.#options = options
    this.follow()
  }

  get current(): Directory | undefined {
    return this.#directory
  }

  follow(): void {
    const { File: name } = this.#config.current.Directory
    if (name === this.#name) return
    this.#name = name
    this.#working = this.#working.then(() => this.#change(name))
  }

  ready(): Promise<void> {
    return this.#working
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#working
    await this.#directory?.[Symbol.asyncDispose]()
  }

  async #change(name: string | undefined): Promise<void> {
    const before = this.#directory
    const { clock, log, onChange } = this.#options
    const next =
      name === undefined
        ? undefined
        : new FileDirectory({ file: name, clock, log, load: loadInThread, onChange })
    // Nobody is taken or refused meanwhile who would not be by the one or the other.
    if (before === undefined) this.#directory = next
    await next?.ready()
    this.#directory = next
    await before?.[Symbol.asyncDispose]()
    onChange()
  }
}

function tableOf({ Recipients }: ServerConfig): RecipientTable {
  return new RecipientTable(buildIndex(readRecipients(Recipients).recipients))
}
