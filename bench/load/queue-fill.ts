import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { systemClock } from '../../src/base/clock.ts'
import type { QueueKey } from '../../src/queue/queue-key.ts'
import type * as storeModule from '../../src/queue/sqlite/sqlite-queue-store.ts'
import { bodyOf, headerOf, recipientName, sender } from './numbered-message.ts'

export interface FillOptions {
  /** The checkout whose store writes the file. */
  readonly root: string
  readonly path: string
  readonly messages: number
  /** Messages go to these queues in turns. */
  readonly queues: readonly QueueKey[]
  readonly domainOf: (queue: number) => string
  /** Octets of each body. */
  readonly bytes: number
  /** The order that the messages say they belong to. */
  readonly round: number
  readonly signal: AbortSignal
  readonly onProgress: (written: number) => void
}

const atOnce = 2000
/** The messages came during the last hour, so nobody is told of their delay yet. */
const age = 3_600_000

/** Writes a deep queue by the store's own means, as the relay would have over hours. */
export async function fillQueue(options: FillOptions): Promise<void> {
  const { root, path, messages, queues, signal, onProgress } = options
  const url = pathToFileURL(join(root, 'src', 'queue', 'sqlite', 'sqlite-queue-store.ts'))
  const { openSqliteQueueStore } = (await import(url.href)) as typeof storeModule
  await using store = await openSqliteQueueStore({
    path,
    clock: systemClock,
    onFatal: (error) => {
      throw error
    },
  })
  // Without the final dot, which is no part of a message.
  const body = bodyOf(options.bytes).subarray(0, -3)
  const begun = systemClock.now()
  const commitOne = async (number: number) => {
    const pending = store.begin()
    const mark = { round: options.round, number, sentAt: 0 }
    const header = Buffer.from(headerOf(mark))
    await pending.write(body)
    const at = number % queues.length
    const queue = queues[at]
    if (queue === undefined) return
    const receivedAt = begun - age + Math.floor((age * number) / messages)
    const message = {
      envelope: { sender, body: '8BITMIME' as const, smtpUtf8: false },
      messageId: `<${options.round}.${number}@contoso.test>`,
      subject: `Message ${number}`,
      size: header.length + body.length,
      ...{ receivedAt, source: 'SMTP:Filled', sourceAddress: '127.0.0.1' },
    }
    const address = `${recipientName(0)}@${options.domainOf(at)}`
    const copies = await pending.commit(message, header, [
      { queue, recipients: [{ address }], dueAt: receivedAt },
    ])
    store.release(copies)
  }
  for (let from = 0; from < messages; from += atOnce) {
    signal.throwIfAborted()
    const count = Math.min(atOnce, messages - from)
    await Promise.all(Array.from({ length: count }, (_, at) => commitOne(from + at)))
    onProgress(from + count)
  }
}
