import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { crc32 } from 'node:zlib'
import { contentFolder, contentPath } from '../../src/queue/sqlite/content-path.ts'
import { unpackReleasedQueue } from './released-queue.ts'

/** A backlog as the released version stored it. */
export interface ReleasedBacklog {
  readonly messages: number
  /** Which of them wait in a queue that an administrator suspended, or are suspended themselves. */
  readonly isQueueHeld: (id: number) => boolean
  readonly isHeld: (id: number) => boolean
  /** When they came; near enough that none expires. */
  readonly receivedAt: number
  readonly nextHop: string
  readonly contentOf: (id: number) => Buffer
}

/** The connectors, by whether the queue of one is suspended. */
export const releasedConnectors = { free: 'To Free', held: 'To Held' } as const

const suspendedDue = Number.MAX_SAFE_INTEGER
/** Larger content has a file. */
const pieceBytes = 256 * 1024
/** One message in ten stands in the file itself, the rest in the write-ahead log. */
const shareInFile = 10

/** Writes a queue file of the released version at `path`, as its process left it when it was killed. */
export async function makeReleasedBacklog(path: string, backlog: ReleasedBacklog): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'backlog-'))
  const made = join(folder, 'mail.que')
  await unpackReleasedQueue(made)
  mkdirSync(dirname(path), { recursive: true })
  mkdirSync(contentFolder(path), { recursive: true })
  {
    using database = new DatabaseSync(made)
    database.exec('PRAGMA wal_autocheckpoint = 0; PRAGMA locking_mode = EXCLUSIVE')
    database.exec('DELETE FROM copy; DELETE FROM message; DELETE FROM queue')
    new BacklogWriter(database, path, backlog).write()
    for (const suffix of ['', '-wal']) copyFileSync(made + suffix, path + suffix)
  }
  rmSync(folder, { recursive: true })
}

class BacklogWriter {
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #backlog: ReleasedBacklog

  constructor(database: DatabaseSync, path: string, backlog: ReleasedBacklog) {
    this.#database = database
    this.#path = path
    this.#backlog = backlog
  }

  write(): void {
    const { messages, nextHop } = this.#backlog
    const queue = this.#database.prepare('INSERT INTO queue VALUES (?, ?, ?, ?, ?)')
    const type = 'SmartHostConnectorDelivery'
    queue.run(1, type, nextHop, releasedConnectors.free, 0)
    queue.run(2, type, nextHop, releasedConnectors.held, 1)
    for (let id = 1; id <= messages; id++) {
      this.#database.exec('BEGIN')
      this.#add(id)
      this.#database.exec('COMMIT')
      if (id * shareInFile === messages) this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    }
    this.#database.exec(`UPDATE sequence SET reserved = ${messages + 10_000}`)
  }

  #add(id: number): void {
    const { isQueueHeld, isHeld, receivedAt, contentOf } = this.#backlog
    const content = contentOf(id)
    const hasFile = content.length >= pieceBytes
    if (hasFile) writeFileSync(contentPath(contentFolder(this.#path), id), content)
    const meta = {
      envelope: { sender: 'alice@sender.test', body: '8BITMIME', smtpUtf8: false },
      ...{ messageId: `<${id}@sender.test>`, subject: `Message ${id}`, size: content.length },
      ...{ source: 'SMTP:Default', sourceAddress: '192.0.2.1' },
    }
    const inline = hasFile ? null : content
    const text = JSON.stringify(meta)
    this.#database
      .prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?)')
      .run(id, hasFile ? content.length : 0, text, inline, crc32(content))
    const domain = isQueueHeld(id) ? 'held.test' : 'free.test'
    const due = isHeld(id) ? suspendedDue : receivedAt
    const recipients = JSON.stringify([{ address: `user${id}@${domain}` }])
    this.#database
      .prepare(`INSERT INTO copy VALUES (?, ?, ?, ?, ?, 0, 0, '', ?)`)
      .run(id, id, isQueueHeld(id) ? 2 : 1, due, receivedAt, recipients)
  }
}
