import type { Awaitable } from '../base/awaitable.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { TransportConfig } from '../dsn/transport-config.ts'
import type { Recipient } from '../message/envelope.ts'
import { HeaderCollector } from '../message/header-collector.ts'
import type { SplitContent } from '../message/header-collector.ts'
import type { NewGuid } from '../message/message-id.ts'
import type {
  IncomingMessage,
  MailTransaction,
  MessageSink,
  SessionFacts,
} from '../message/message-sink.ts'
import { submissionQueue } from '../queue/queue-key.ts'
import { StoreError } from '../queue/queue-store.ts'
import type { PendingMessage, QueueStore } from '../queue/queue-store.ts'
import type { Copy, NewCopy, NewMessage } from '../queue/stored-message.ts'
import { reply } from '../smtp/reply.ts'
import type { Reply } from '../smtp/reply.ts'
import { categorize } from './categorizer.ts'
import type { Recategorizer } from './recategorizer.ts'
import { unroutable } from './routing.ts'
import type { RoutingTables } from './routing.ts'
import { acceptHeader } from './submission-header.ts'
import type { AcceptedHeader } from './submission-header.ts'

export interface QueueSubmissionOptions {
  readonly store: Pick<QueueStore, 'begin'>
  readonly tables: Live<RoutingTables>
  readonly transportConfig: Live<TransportConfig>
  readonly server: { readonly Fqdn: string }
  readonly clock: Clock
  readonly newGuid: NewGuid
  /** Takes over the leased copies of an accepted message. */
  readonly enqueue: (copies: readonly Copy[]) => void
  /** Settles recipients that cannot be routed, with their notification. */
  readonly recategorizer: Pick<Recategorizer, 'recategorize'>
  /** Something of ours went wrong; for the program's log. */
  readonly onFault: (what: string, error: unknown) => void
}

/** Refuses a header above MaxHeaderSize; the session closes after it, as Exchange's does. */
export const headerTooLarge = reply('552 5.3.4 Header size exceeds fixed maximum size')

const messageTooLarge = reply('552 5.3.4 Message size exceeds fixed maximum message size')
const tooManyRecipients = reply('550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients')
const noRecipients = reply('503 5.5.2 Need rcpt command')
const insufficientResources = reply('452 4.3.1 Insufficient system resources')
const serviceNotActive = reply('451 4.3.2 Service not active')
const temporaryFault = reply('451 4.3.0 Temporary server error. Please try again later')

/** The Transport service's sink: takes messages into the queue, categorized. */
export class QueueSubmission implements MessageSink {
  readonly #options: QueueSubmissionOptions

  constructor(options: QueueSubmissionOptions) {
    this.#options = options
  }

  begin(transaction: MailTransaction): IncomingMessage | Reply {
    const limit = receiveLimit(transaction.session, this.#options.transportConfig.current)
    if ((transaction.declaredSize ?? 0) > limit) return messageTooLarge
    return new Submission(transaction, limit, this.#options)
  }
}

/** MaxReceiveSize of the organisation, for those that may not pass it. */
function receiveLimit({ permissions }: SessionFacts, config: TransportConfig): number {
  return permissions.has('BypassMessageSizeLimit') ? Infinity : config.MaxReceiveSize
}

type SubmissionState =
  | { readonly kind: 'header'; readonly collector: HeaderCollector }
  | { readonly kind: 'body'; readonly pending: PendingMessage; readonly header: AcceptedHeader }
  | { readonly kind: 'refused'; readonly reply: Reply }

class Submission implements IncomingMessage {
  readonly #transaction: MailTransaction
  readonly #limit: number
  readonly #options: QueueSubmissionOptions
  readonly #recipients: Recipient[] = []
  #state: SubmissionState
  #receivedSize = 0
  #storedSize = 0

  constructor(transaction: MailTransaction, limit: number, options: QueueSubmissionOptions) {
    this.#transaction = transaction
    this.#limit = limit
    this.#options = options
    const collector = new HeaderCollector(transaction.limits.maxHeaderSize)
    this.#state = { kind: 'header', collector }
  }

  addRecipient(recipient: Recipient): Reply | undefined {
    const refusal = unroutable(recipient.address, this.#options.tables.current)
    if (refusal === undefined) this.#recipients.push(recipient)
    return refusal
  }

  startContent(): Reply | undefined {
    if (this.#recipients.length === 0) return noRecipients
    const { MaxRecipientEnvelopeLimit } = this.#options.transportConfig.current
    return this.#recipients.length > MaxRecipientEnvelopeLimit ? tooManyRecipients : undefined
  }

  write(chunk: Buffer): Awaitable<void> {
    const state = this.#state
    if (state.kind === 'refused') return
    this.#receivedSize += chunk.length
    if (this.#receivedSize > this.#limit) {
      this.#refuse(messageTooLarge)
      return
    }
    if (state.kind === 'body') return this.#store(state.pending, chunk)
    const progress = state.collector.push(chunk)
    if (progress.kind === 'too-large') this.#refuse(headerTooLarge)
    if (progress.kind === 'complete') return this.#takeHeader(progress)
  }

  async commit(): Promise<Reply> {
    const before = this.#state
    if (before.kind === 'header') await this.#takeHeader(before.collector.end())
    const state = this.#state
    switch (state.kind) {
      case 'refused':
        return state.reply
      case 'body':
        return this.#commit(state.pending, state.header)
      case 'header':
        return temporaryFault
    }
  }

  abort(): void {
    this.#refuse(temporaryFault)
  }

  /** Judges the header and stores it, changed, with what came behind it. */
  #takeHeader(content: SplitContent): Awaitable<void> {
    const { server, clock, newGuid } = this.#options
    const { session, limits } = this.#transaction
    const time = clock.now()
    const accepted = acceptHeader(content, { session, limits, server, newGuid, time })
    if ('reply' in accepted) {
      this.#refuse(accepted.reply)
      return
    }
    try {
      const pending = this.#options.store.begin()
      this.#state = { kind: 'body', pending, header: accepted.header }
      return this.#store(pending, accepted.content)
    } catch (error) {
      this.#fail(error)
    }
  }

  #store(pending: PendingMessage, chunk: Buffer): Awaitable<void> {
    this.#storedSize += chunk.length
    try {
      const written = pending.write(chunk)
      if (written instanceof Promise) return written.catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  async #commit(pending: PendingMessage, header: AcceptedHeader): Promise<Reply> {
    const message = this.#message(header)
    const { copies, failed } = this.#categorize(message)
    let stored: readonly Copy[]
    try {
      stored = await pending.commit(message, [...copies, ...failed])
    } catch (error) {
      this.#fail(error)
      return this.#state.kind === 'refused' ? this.#state.reply : temporaryFault
    }
    const isFailed = ({ queue }: Copy) =>
      failed.length > 0 && queue.deliveryType === submissionQueue.deliveryType
    this.#options.enqueue(stored.filter((copy) => !isFailed(copy)))
    for (const copy of stored.filter(isFailed)) await this.#settleFailed(copy)
    return this.#accepted(message.messageId, pending.id)
  }

  /**
   * Recipients that fail at once wait in the Submission queue until their notification is stored, so
   * that a crash in between loses neither.
   */
  #categorize(message: NewMessage): {
    readonly copies: readonly NewCopy[]
    readonly failed: readonly NewCopy[]
  } {
    try {
      const tables = this.#options.tables.current
      const { copies, failures } = categorize(this.#recipients, message.size, tables)
      if (failures.length === 0) return { copies, failed: [] }
      const recipients = failures.map(({ recipient }) => recipient)
      return { copies, failed: [{ queue: submissionQueue, recipients }] }
    } catch (error) {
      this.#options.onFault('A message could not be categorized; it waits in Submission', error)
      return { copies: [{ queue: submissionQueue, recipients: this.#recipients }], failed: [] }
    }
  }

  async #settleFailed(copy: Copy): Promise<void> {
    try {
      await this.#options.recategorizer.recategorize(copy)
    } catch (error) {
      this.#options.onFault('A notification could not be stored; its message waits', error)
    }
  }

  #message({ messageId, subject, receivedAt }: AcceptedHeader): NewMessage {
    const { session, envelope } = this.#transaction
    const connector = session.connector.slice(session.connector.lastIndexOf('\\') + 1)
    return {
      envelope,
      messageId,
      subject,
      size: this.#storedSize,
      receivedAt,
      source: `SMTP:${connector}`,
      sourceAddress: session.proxiedFor?.client.address ?? session.remote.address,
    }
  }

  #accepted(messageId: string, internalId: number): Reply {
    const { Fqdn } = this.#options.server
    const facts = `[InternalId=${internalId}, Hostname=${Fqdn}]`
    const text = `${messageId} ${facts} Queued mail for delivery`
    return { code: 250, enhanced: '2.6.0', lines: [text] }
  }

  #fail(error: unknown): void {
    this.#options.onFault('A message could not be stored; its sender was told to try again', error)
    this.#refuse(replyToFault(error))
  }

  #refuse(answer: Reply): void {
    if (this.#state.kind === 'body') this.#state.pending.abort()
    this.#state = { kind: 'refused', reply: answer }
  }
}

function replyToFault(error: unknown): Reply {
  if (!(error instanceof StoreError)) return temporaryFault
  switch (error.code) {
    case 'DISK_FULL':
      return insufficientResources
    case 'CLOSED':
      return serviceNotActive
    case 'CORRUPT':
    case 'FAILED':
      return temporaryFault
  }
}
