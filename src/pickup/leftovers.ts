import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { ProgramLog } from '../base/program-log.ts'
import type { FolderSettings } from './folder-path.ts'
import { renameTo, textOf } from './source-file.ts'

/** Names the files that were in hand when the process died, and how often. */
const recordName = '.in-hand'
const longestRecord = 1024 ** 2

export interface LeftoversOptions {
  readonly folder: string
  readonly settings: Live<Pick<FolderSettings, 'PoisonMessageDetectionEnabled' | 'PoisonThreshold'>>
  readonly clock: Clock
  readonly log: ProgramLog
}

/**
 * Files that were in hand when the process died last: they have the extension .tmp. They are tried again,
 * so a message may go twice; one that was in hand at PoisonThreshold deaths is suspected of them, and put aside.
 */
export class Leftovers {
  readonly #options: LeftoversOptions
  readonly #deaths = new Map<string, number>()

  constructor(options: LeftoversOptions) {
    this.#options = options
  }

  /** Brings the files of the last run back, or puts them aside. Once, before anything else in the folder. */
  async takeUp(): Promise<void> {
    const { folder } = this.#options
    const known = await readRecord(join(folder, recordName))
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (!/\.tmp$/i.test(entry.name) || !entry.isFile()) continue
      await this.#takeUpOne(entry.name, known)
    }
    await this.#write()
  }

  /** The file was dealt with, well or badly. */
  async settled(name: string): Promise<void> {
    if (this.#deaths.delete(name)) await this.#write()
  }

  async #takeUpOne(name: string, known: ReadonlyMap<string, number>): Promise<void> {
    const { folder, settings, clock, log } = this.#options
    const { PoisonMessageDetectionEnabled, PoisonThreshold } = settings.current
    const source = name.replace(/\.tmp$/i, '.eml')
    const deaths = (known.get(source) ?? 0) + 1
    const isPoison = PoisonMessageDetectionEnabled && deaths >= PoisonThreshold
    const extension = isPoison ? '.poison' : '.eml'
    try {
      const to = await renameTo(folder, { name, extension, now: clock.now() })
      if (isPoison) {
        log.error(
          { folder, file: to, deaths },
          'a file was in hand each time the service died: it was put aside and is not tried again',
        )
        return
      }
      this.#deaths.set(to, deaths)
      log.warn({ folder, file: to }, 'a file was in hand when the service ended: it is tried again')
    } catch (error) {
      log.error(
        { folder, file: name, reason: textOf(error) },
        'a file in hand could not be renamed',
      )
    }
  }

  /** A record that cannot be kept costs a count, no mail. */
  async #write(): Promise<void> {
    const path = join(this.#options.folder, recordName)
    try {
      if (this.#deaths.size === 0) {
        await rm(path, { force: true })
        return
      }
      await writeFile(`${path}.new`, JSON.stringify(Object.fromEntries(this.#deaths)), {
        mode: 0o600,
      })
      await rename(`${path}.new`, path)
    } catch (error) {
      const { folder, log } = this.#options
      log.warn({ folder, reason: textOf(error) }, 'the record of files in hand could not be kept')
    }
  }
}

async function readRecord(path: string): Promise<ReadonlyMap<string, number>> {
  try {
    const text = await readFile(path, 'utf8')
    const record: unknown = text.length > longestRecord ? {} : JSON.parse(text)
    const entries = typeof record === 'object' && record !== null ? Object.entries(record) : []
    return new Map(entries.filter((entry): entry is [string, number] => Number.isInteger(entry[1])))
  } catch {
    return new Map()
  }
}
