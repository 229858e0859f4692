import { mkdirSync, opendirSync, rmSync } from 'node:fs'
import { keepOrphan } from './content-end.ts'
import { contentPath, messageOfContent } from './content-path.ts'

/** Files deleted in one step, so that no commit waits long. */
const filesPerStep = 4

/** The content files that no message owns any more; for the database thread. */
export class ContentGarbage {
  readonly #folder: string
  readonly #waiting: number[] = []

  constructor(folder: string) {
    this.#folder = folder
  }

  get any(): boolean {
    return this.#waiting.length > 0
  }

  add(message: number): void {
    this.#waiting.push(message)
  }

  /** Finds what a process that died has left; it is deleted, or moved to the folder that it is to be kept in. */
  collect(isOwned: (message: number) => boolean, keptIn?: string): void {
    if (keptIn !== undefined) mkdirSync(keptIn, { recursive: true, mode: 0o700 })
    using folder = opendirSync(this.#folder)
    for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
      const message = messageOfContent(entry.name)
      if (message === undefined || isOwned(message)) continue
      if (keptIn === undefined) this.add(message)
      else keepOrphan(contentPath(this.#folder, message), contentPath(keptIn, message))
    }
  }

  /** Deletes a few of them. */
  step(): void {
    for (const message of this.#waiting.splice(0, filesPerStep)) {
      try {
        rmSync(contentPath(this.#folder, message), { force: true })
      } catch {
        // The next start finds it again.
      }
    }
  }
}
