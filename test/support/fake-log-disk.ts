import { basename, dirname } from 'node:path'
import type { LogDisk, LogFile } from '../../src/logs/log-disk.ts'

/** A disk in memory that can be told to be full, or to hang. */
export class FakeLogDisk implements LogDisk {
  readonly files = new Map<string, string>()
  /** Set: appends fail with this error. */
  failure: Error | undefined
  /** Set: no file can be made. */
  createFailure: Error | undefined
  /** Set: no file can be deleted. */
  removeFailure: Error | undefined
  /** Set: appends wait for it first. */
  gate: Promise<void> | undefined
  appends = 0
  open = 0

  create(path: string): Promise<LogFile> {
    if (this.createFailure !== undefined) return Promise.reject(this.createFailure)
    if (this.files.has(path)) {
      return Promise.reject(Object.assign(new Error('file exists'), { code: 'EEXIST' }))
    }
    this.files.set(path, '')
    this.open++
    return Promise.resolve({
      append: async (data: Buffer) => {
        this.appends++
        await this.gate
        if (this.failure !== undefined) throw this.failure
        this.files.set(path, (this.files.get(path) ?? '') + data.toString())
      },
      exists: () => Promise.resolve(this.files.has(path)),
      close: () => {
        this.open--
        return Promise.resolve()
      },
    })
  }

  list(folder: string) {
    return Promise.resolve(
      [...this.files]
        .filter(([path]) => dirname(path) === folder)
        .map(([path, text]) => ({ name: basename(path), size: Buffer.byteLength(text) })),
    )
  }

  remove(path: string): Promise<void> {
    if (this.removeFailure !== undefined) return Promise.reject(this.removeFailure)
    this.files.delete(path)
    return Promise.resolve()
  }

  /** Names of the files, in the order they were made. */
  get names(): string[] {
    return [...this.files.keys()].map((path) => basename(path))
  }

  /** What stands in the file below its header. */
  records(name: string): string[] {
    const [, text = ''] = [...this.files].find(([path]) => basename(path) === name) ?? []
    return text.split('\r\n').slice(5, -1)
  }
}
