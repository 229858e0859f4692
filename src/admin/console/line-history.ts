import { appendFile, chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Lines that a new session begins with; a file of twice as many is cut to them. */
const longestFile = 1000
const ownerOnly = 0o600

/** Command lines of earlier sessions. Trouble with the file costs history, nothing else. */
export interface LineHistory {
  /** The oldest line first. */
  load(): Promise<readonly string[]>
  /** Keeps the lines of a command, unless a secret stands in it. */
  add(command: string): Promise<void>
}

/** A history that lasts as long as the session. */
export const noHistory: LineHistory = {
  load: () => Promise.resolve([]),
  add: () => Promise.resolve(),
}

/**
 * Whether a command may have a password in it: those are not written to disk. As PSReadLine, it goes by
 * the words; `(Get-Credential)` asks for its password and is kept.
 */
export function tellsSecret(command: string): boolean {
  const plain = command.replace(/\(\s*Get-Credential\b[^()]*\)(\.Password)?/gi, '')
  return /password|passwd|pwd|asplaintext|securestring|pscredential|networkcredential|secret|token|apikey/i.test(
    plain,
  )
}

/** A history in a file that only its owner may read; several sessions may add to it. */
export class HistoryFile implements LineHistory {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async load(): Promise<readonly string[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '')
    const lines = text.split('\n').filter((line) => line !== '')
    const last = lines.slice(-longestFile)
    if (lines.length > 2 * longestFile) await this.#replace(last).catch(() => undefined)
    return last
  }

  async add(command: string): Promise<void> {
    if (tellsSecret(command)) return
    const lines = command.split(/\r?\n/).filter((line) => line.trim() !== '')
    await this.#append(lines).catch(() => undefined)
  }

  async #append(lines: readonly string[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
    await appendFile(this.#path, lines.map((line) => `${line}\n`).join(''), { mode: ownerOnly })
    // A file that was there before keeps its mode otherwise.
    await chmod(this.#path, ownerOnly)
  }

  async #replace(lines: readonly string[]): Promise<void> {
    const temporary = `${this.#path}.${process.pid}.tmp`
    await writeFile(temporary, lines.map((line) => `${line}\n`).join(''), { mode: ownerOnly })
    await rename(temporary, this.#path)
  }
}
