import { execFile } from 'node:child_process'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { tempFolder } from './temp-folder.ts'

const run = promisify(execFile)

/** Whether this process may mount a file system of its own. */
export const mayMount = process.platform === 'linux' && process.getuid?.() === 0

/** A real file system with little room, gone when the test has ended. */
export class SmallDisk {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** At a folder of the test's own, or at `place` in one. */
  static async mount(bytes: number, place = ''): Promise<SmallDisk> {
    const folder = join(await tempFolder(), place)
    await mkdir(folder, { recursive: true })
    await run('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', folder])
    onTestFinished(async () => {
      await run('umount', ['--lazy', folder])
    })
    return new SmallDisk(folder)
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.folder)
    return bavail * bsize
  }

  /** Another program takes all that is left, but for so much. */
  async fill(left = 0): Promise<void> {
    const name = `filler-${(this.#fillers += 1)}`
    const zeros = Buffer.alloc(Math.max(0, (await this.freeBytes()) - left))
    await writeFile(join(this.folder, name), zeros).catch((error: unknown) => {
      // Somebody else had some of it first.
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    })
  }

  /** The other program gives back all that it took. */
  async clear(): Promise<void> {
    for (; this.#fillers > 0; this.#fillers--)
      await rm(join(this.folder, `filler-${this.#fillers}`), { force: true })
  }

  #fillers = 0
}
