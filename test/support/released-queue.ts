import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { contentFolder, contentPath } from '../../src/queue/sqlite/content-path.ts'

/** A message of the queue file that a released version left, by its InternalId. */
export interface ReleasedMessage {
  readonly id: number
  readonly header: string
  readonly body: string
  /** The domains of its recipients: a copy and a queue each. */
  readonly domains: readonly string[]
  /** What became of its copies before. */
  readonly state: 'fresh' | 'deferred' | 'suspended'
}

/** The queue that an administrator suspended. */
export const suspendedDomain = 'held.test'

/** So many of the messages stand in the file itself; the rest in the write-ahead log. */
export const messagesInFile = 4

const large = 1_000_000
const inRow = 100_000

/** All messages of the file. */
export const releasedMessages: readonly ReleasedMessage[] = Array.from({ length: 30 }, (_, at) =>
  releasedMessage(at + 1),
)

function releasedMessage(id: number): ReleasedMessage {
  const fields = [
    `Received: from mail.sender.test by edge01.contoso.test; Tue, 1 Sep 2026 10:00:${10 + id} +0000`,
    `From: alice@sender.test`,
    `Subject: Message ${id}`,
    `Message-ID: <${id}@sender.test>`,
    ...(id === 7 ? ['X-Long: folded', ...Array<string>(500).fill('\tand on')] : []),
    ...(id === 8 ? ['X-MS-Exchange-Organization-SCL: 1'] : []),
  ]
  return {
    id,
    header: fields.map((field) => `${field}\r\n`).join(''),
    body: id === 9 ? '' : `\r\n${text(id)}`,
    domains: domainsOf(id),
    state: id === 11 ? 'deferred' : id % 10 === 2 ? 'suspended' : 'fresh',
  }
}

function text(id: number): string {
  const size = id === 5 ? large : id === 6 ? inRow : 200 * (id % 7)
  const line = `line of message ${id}, with \xe9 in it\r\n`
  return line.repeat(Math.ceil((size + 1) / line.length))
}

function domainsOf(id: number): readonly string[] {
  if (id % 10 === 3) return [suspendedDomain]
  return id % 5 === 0 ? ['first.test', 'second.test'] : ['first.test']
}

const packed = new URL('../fixtures/released-queue/', import.meta.url)

/** Lays the queue file at `path`, as a process of the released version left it that was killed. */
export async function unpackReleasedQueue(path: string): Promise<void> {
  await mkdir(contentFolder(path), { recursive: true })
  for (const [name, to] of [
    ['mail.que.gz', path],
    ['mail.que-wal.gz', `${path}-wal`],
    ['5.eml.gz', contentPath(contentFolder(path), 5)],
  ] as const)
    await writeFile(to, gunzipSync(await readFile(new URL(name, packed))))
}
