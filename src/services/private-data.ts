import { chmod, lstat, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ProgramLog } from '../base/program-log.ts'

/** Folders of the data folder that hold mail or secrets: queue files, logs, certificates with their keys, sockets. */
const privateFolders = ['queue', 'logs', 'certs', 'run'] as const
/** What group and others may do with a file or folder. */
const ofOthers = 0o077
/** Entries that one start looks at: behind a private folder the rest is out of reach in any case. */
const entriesAtMost = 100_000
/** Paths named in the log. */
const namedAtMost = 5

/** From now on all that this process makes is its account's alone, whatever mode it is made with. */
export function makeAllPrivate(): void {
  process.umask(ofOthers)
}

/**
 * Takes from group and others what earlier programs, a wide umask or an administrator left them of mail and
 * secrets in the data folder, and says so. Links are not followed. What may not be changed (a volume of
 * another owner) is told and stays as it is. Never rejects.
 */
export async function mendPrivacy(dataFolder: string, log: ProgramLog): Promise<void> {
  const walk = new PrivacyWalk()
  for (const name of privateFolders) await walk.mend(join(dataFolder, name))
  const { mended, refused } = walk
  if (mended.length > 0) {
    log.warn(
      { count: mended.length, paths: mended.slice(0, namedAtMost) },
      'mail or secrets could be reached by other accounts of this machine; their modes are 0600 and 0700 now',
    )
  }
  const [first] = refused
  if (first === undefined) return
  log.warn(
    { count: refused.length, paths: refused.slice(0, namedAtMost).map(({ path }) => path) },
    `mail or secrets can be reached by other accounts of this machine, and this one may not change that (${first.reason}); give it the data folder, or take the rights away by chmod`,
  )
}

/** One walk over what should be private. */
class PrivacyWalk {
  readonly mended: string[] = []
  readonly refused: { readonly path: string; readonly reason: string }[] = []
  #looked = 0

  /** A private folder, which may be a link to another disk, and all that is in it. */
  async mend(folder: string): Promise<void> {
    const facts = await stat(folder).catch(() => undefined)
    if (facts === undefined) return
    await this.#narrow(folder, facts.mode)
    if (facts.isDirectory()) await this.#mendInside(folder)
  }

  async #mendInside(folder: string): Promise<void> {
    try {
      for await (const entry of await opendir(folder)) {
        if (++this.#looked > entriesAtMost) return
        const path = join(folder, entry.name)
        if (entry.isSymbolicLink()) continue
        await this.#narrow(path, (await lstat(path)).mode)
        if (entry.isDirectory()) await this.#mendInside(path)
      }
    } catch {
      // It went meanwhile, or belongs to another account, which is told with the folder itself.
    }
  }

  async #narrow(path: string, mode: number): Promise<void> {
    if ((mode & ofOthers) === 0) return
    try {
      await chmod(path, mode & 0o7777 & ~ofOthers)
      this.mended.push(path)
    } catch (error) {
      this.refused.push({ path, reason: error instanceof Error ? error.message : String(error) })
    }
  }
}
