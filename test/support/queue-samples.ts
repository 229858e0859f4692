import type { PendingMessage, QueueStore, StoredContent } from '../../src/queue/queue-store.ts'
import type { QueueKey } from '../../src/queue/queue-key.ts'
import type { Copy, NewMessage } from '../../src/queue/stored-message.ts'

/** When sample messages arrived, unless a test says otherwise. */
export const sampleTime = Date.parse('2026-01-02T03:04:05Z')

export function domainQueue(domain: string, connector = 'To Internet'): QueueKey {
  return {
    deliveryType: 'DnsConnectorDelivery',
    nextHopDomain: domain,
    nextHopConnector: connector,
  }
}

export function sampleMessage(changes: Partial<NewMessage> = {}): NewMessage {
  return {
    envelope: { sender: 'alice@example.com', body: '8BITMIME', smtpUtf8: false },
    messageId: '<1@example.com>',
    subject: 'Hello',
    size: 12,
    receivedAt: sampleTime,
    source: 'SMTP:Default',
    sourceAddress: '192.0.2.1',
    ...changes,
  }
}

/** Commits one message with one recipient in each queue named. */
export async function commitTo(
  store: QueueStore,
  queues: readonly QueueKey[],
  options: {
    readonly header?: string
    readonly content?: string
    readonly message?: Partial<NewMessage>
    readonly dueAt?: number
  } = {},
): Promise<readonly Copy[]> {
  const pending = store.begin()
  await pending.write(Buffer.from(options.content ?? 'Hello world.'))
  return pending.commit(
    sampleMessage(options.message),
    Buffer.from(options.header ?? ''),
    queues.map((queue) => ({
      queue,
      recipients: [{ address: `bob@${queue.nextHopDomain}` }],
      ...(options.dueAt !== undefined && { dueAt: options.dueAt }),
    })),
  )
}

/** The whole content of a stored message. */
export async function contentOf(store: StoredContent, messageId: number): Promise<Buffer> {
  const pieces = [await store.readHeader(messageId)]
  for (;;) {
    const piece = await store.readBody(messageId, pieces.length - 1)
    if (piece === undefined) return Buffer.concat(pieces)
    pieces.push(piece)
  }
}

/** A header without fields. */
export const noHeader = Buffer.alloc(0)

/** The copy as somebody sees it who only looks. */
export function asStored(copy: Copy): Copy {
  const { lease: _lease, ...stored } = copy
  return stored
}

export async function writeAll(
  pending: PendingMessage,
  content: Buffer,
  chunkSize: number,
): Promise<void> {
  for (let at = 0; at < content.length; at += chunkSize) {
    await pending.write(Buffer.from(content.subarray(at, at + chunkSize)))
  }
}
