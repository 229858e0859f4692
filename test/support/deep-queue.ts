import { systemClock } from '../../src/base/clock.ts'
import type { Bytes } from '../../src/base/byte-size.ts'
import type { Milliseconds } from '../../src/base/time-span.ts'
import type { QueueKey } from '../../src/queue/queue-key.ts'
import type { QueueStore } from '../../src/queue/queue-store.ts'
import { openSqliteQueueStore } from '../../src/queue/sqlite/sqlite-queue-store.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { splitContent } from './split-content.ts'

/** A backlog to be made. Message `n` of it goes to the domain `n % domains`. */
export interface DeepQueue {
  /** The queue file: `data/queue/mail.que`. */
  readonly path: string
  readonly messages: number
  readonly domains: number
  /** Content of each message, header included. */
  readonly bytes: Bytes
  /** The queue of the domain with this number; by default it waits for the connector `To Internet`. */
  readonly queueOf?: (domain: number) => QueueKey
  /** When the messages arrived; now when absent. */
  readonly receivedAt?: Milliseconds
}

/** Messages on their way into the store at a time: one flush takes them all. */
const perFlush = 1000

/** The name of a domain of the backlog whose mail exchanger nobody answers for. */
export function deadDomain(domain: number): string {
  return `d${domain}.dead.test`
}

/** The queue of a dead domain at the Send connector of this name. */
export function deadDomainQueue(domain: number, connector = 'To Internet'): QueueKey {
  return {
    deliveryType: 'DnsConnectorDelivery',
    nextHopDomain: deadDomain(domain),
    nextHopConnector: connector,
  }
}

/**
 * Fills a queue file by the store's own ways, and closes it again. A million messages of 5 KB take a
 * minute or two.
 */
export async function fillDeepQueue(deep: DeepQueue): Promise<void> {
  await using store = await openSqliteQueueStore({
    path: deep.path,
    clock: systemClock,
    maxCachedBytes: 0,
    onFatal: (error) => {
      throw error
    },
  })
  for (let from = 0; from < deep.messages; from += perFlush) {
    const count = Math.min(perFlush, deep.messages - from)
    const copies = await Promise.all(
      Array.from({ length: count }, (_, at) => commitOne(store, deep, from + at)),
    )
    store.release(copies.flat())
  }
}

async function commitOne(
  store: QueueStore,
  { domains, bytes, queueOf = deadDomainQueue, receivedAt = systemClock.now() }: DeepQueue,
  number: number,
): Promise<readonly Copy[]> {
  const queue = queueOf(number % domains)
  const pending = store.begin()
  const sender = 'alice@contoso.test'
  const address = `bob${number}@${queue.nextHopDomain}`
  const messageId = `<${number}@deep.contoso.test>`
  const { header, body } = splitContent(content({ sender, address, messageId, bytes }))
  await pending.write(body)
  return pending.commit(
    {
      envelope: { sender, body: '8BITMIME', smtpUtf8: false },
      messageId,
      subject: `Backlog ${number}`,
      size: bytes,
      receivedAt,
      source: 'SMTP:Default',
      sourceAddress: '192.0.2.1',
    },
    header,
    [{ queue, recipients: [{ address }] }],
  )
}

interface ContentParts {
  readonly sender: string
  readonly address: string
  readonly messageId: string
  readonly bytes: Bytes
}

function content({ sender, address, messageId, bytes }: ContentParts): Buffer {
  const header =
    `Received: from client.test (192.0.2.1) by edge.contoso.test with ESMTP\r\n` +
    `From: <${sender}>\r\nTo: <${address}>\r\nMessage-ID: ${messageId}\r\nSubject: Backlog\r\n\r\n`
  return Buffer.from(header.padEnd(bytes - 2, bodyLine).slice(0, bytes - 2) + '\r\n')
}

const bodyLine = `${'One line of the seventy-odd characters that a line of mail has. '.padEnd(74)}\r\n`
