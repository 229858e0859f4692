import { open, statfs } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Bytes } from '../../base/byte-size.ts'

/** An open file. Every method may reject with the system's error. */
export interface ContentFile {
  /** Writes all parts one behind the other, from `position` on. */
  write(parts: readonly Buffer[], position: Bytes): Promise<void>
  /** Fills `buffer` from `position` on; tells how many octets there were. */
  read(buffer: Buffer, position: Bytes): Promise<number>
  /** Resolves when what was written is on stable storage. */
  flush(): Promise<void>
  /** Waits for what is under way. */
  close(): Promise<void>
}

/** What content files need of a disk. Every method may reject with the system's error. */
export interface ContentDisk {
  /** A new file, for writing and reading; rejects with EEXIST when it is there. */
  create(path: string): Promise<ContentFile>
  /** A file or folder, for reading and flushing. */
  open(path: string): Promise<ContentFile>
  freeBytes(folder: string): Promise<Bytes>
}

/** The machine's disk. */
export const systemContentDisk: ContentDisk = {
  create: async (path) => new SystemFile(await open(path, 'wx+', 0o600)),
  open: async (path) => new SystemFile(await open(path, 'r')),
  async freeBytes(folder) {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  },
}

class SystemFile implements ContentFile {
  readonly #handle: FileHandle

  constructor(handle: FileHandle) {
    this.#handle = handle
  }

  async write(parts: readonly Buffer[], position: Bytes): Promise<void> {
    const { bytesWritten } = await this.#handle.writev(parts, position)
    const size = parts.reduce((sum, { length }) => sum + length, 0)
    // A disk that has just become full takes a part of it; the rest then says why.
    for (let at = bytesWritten; at < size;) {
      const rest = Buffer.concat(parts).subarray(at)
      at += (await this.#handle.write(rest, 0, rest.length, position + at)).bytesWritten
    }
  }

  async read(buffer: Buffer, position: Bytes): Promise<number> {
    let filled = 0
    while (filled < buffer.length) {
      const length = buffer.length - filled
      const { bytesRead } = await this.#handle.read(buffer, filled, length, position + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return filled
  }

  async flush(): Promise<void> {
    await this.#handle.datasync()
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}
