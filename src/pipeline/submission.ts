import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress } from '../base/ip-range.ts'
import type { Live } from '../base/live.ts'
import type { TransportConfig } from '../dsn/transport-config.ts'
import type { Recipient } from '../message/envelope.ts'
import { HeaderCollector, mostHeaderFields } from '../message/header-collector.ts'
import type { SplitContent } from '../message/header-collector.ts'
import type { NewGuid } from '../message/message-id.ts'
import type {
  AddressCheck,
  IncomingMessage,
  MailTransaction,
  MessageSink,
  SessionFacts,
} from '../message/message-sink.ts'
import { submissionQueue } from '../queue/queue-key.ts'
import { StoreError } from '../queue/queue-store.ts'
import type { PendingMessage, QueueStore } from '../queue/queue-store.ts'
import type { Copy, NewCopy, NewMessage } from '../queue/stored-message.ts'
import {
  envelopeLimitExceeded,
  headersTooLarge,
  insufficientResources,
  messageTooLarge,
  needRcptCommand,
  queuedForDelivery,
  sentMessageTooLarge,
  serviceNotActive,
  temporaryFault,
} from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'
import type { Categorizer } from './categorizer.ts'
import { acceptHeader } from './submission-header.ts'
import type { AcceptedContent, AcceptedHeader } from './submission-header.ts'

export interface QueueSubmissionOptions {
  readonly store: Pick<QueueStore, 'begin'>
  readonly categorizer: Categorizer
  readonly transportConfig: Live<TransportConfig>
  readonly server: { readonly Fqdn: string }
  readonly clock: Clock
  readonly newGuid: NewGuid
  /** Told of each accepted message, before its copies are handed on; for the message tracking log. */
  readonly onReceived?: (session: SessionFacts, copies: readonly Copy[]) => void
  /** Takes over the leased copies of an accepted message, those in the Submission queue included. */
  readonly enqueue: (copies: readonly Copy[]) => void
  /** Something of ours went wrong; for the program's log. */
  readonly onFault: (what: string, error: unknown) => void
}

/** The Transport service's sink: takes messages into the queue, categorized. */
export class QueueSubmission implements MessageSink {
  readonly #options: QueueSubmissionOptions

  constructor(options: QueueSubmissionOptions) {
    this.#options = options
  }

  begin(transaction: MailTransaction): IncomingMessage | Reply {
    const organization = sizeLimit(transaction.session, this.#options.transportConfig.current)
    const limit = narrower(organization, transaction.maxSize)
    if ((transaction.declaredSize ?? 0) > limit.size) return limit.refusal
    return new Submission(transaction, limit, this.#options)
  }
}

interface SizeLimit {
  readonly size: Bytes
  /** What a larger message is answered. */
  readonly refusal: Reply
}

/**
 * The organisation's limits for those that may not pass them: MaxReceiveSize for all, MaxSendSize for
 * senders of its own. The narrower one counts.
 */
function sizeLimit(session: SessionFacts, config: TransportConfig): SizeLimit {
  const { MaxReceiveSize, MaxSendSize } = config
  if (session.permissions.has('BypassMessageSizeLimit'))
    return { size: Infinity, refusal: messageTooLarge }
  return isOriginating(session) && MaxSendSize < MaxReceiveSize
    ? { size: MaxSendSize, refusal: sentMessageTooLarge }
    : { size: MaxReceiveSize, refusal: messageTooLarge }
}

/** The connector's limit counts where it is not the wider one. */
function narrower(organization: SizeLimit, maxSize: Bytes = Infinity): SizeLimit {
  return maxSize > organization.size ? organization : { size: maxSize, refusal: messageTooLarge }
}

/** Whether the message comes from the organisation: its sender proved who it is. */
const isOriginating = ({ principal }: SessionFacts) => principal.kind !== 'Anonymous'

/** The header as it will be stored, and what is known of it. */
type StoredHeader = Pick<AcceptedContent, 'facts' | 'header'>

type SubmissionState =
  | { readonly kind: 'header'; readonly collector: HeaderCollector }
  | ({ readonly kind: 'body'; readonly pending: PendingMessage } & StoredHeader)
  | { readonly kind: 'refused'; readonly reply: Reply }

class Submission implements IncomingMessage {
  readonly #transaction: MailTransaction
  readonly #limit: SizeLimit
  readonly #options: QueueSubmissionOptions
  readonly #recipients: Recipient[] = []
  #state: SubmissionState
  #receivedSize = 0
  #storedSize = 0

  constructor(transaction: MailTransaction, limit: SizeLimit, options: QueueSubmissionOptions) {
    this.#transaction = transaction
    this.#limit = limit
    this.#options = options
    const collector = new HeaderCollector(transaction.limits.maxHeaderSize, mostHeaderFields)
    this.#state = { kind: 'header', collector }
  }

  addRecipient(recipient: Recipient, check?: AddressCheck): Awaitable<Reply | undefined> {
    const unknown = check?.(recipient.address)
    return unknown instanceof Promise
      ? unknown.then((late) => this.#add(recipient, late))
      : this.#add(recipient, unknown)
  }

  startContent(): Reply | undefined {
    if (this.#recipients.length === 0) return needRcptCommand
    const { MaxRecipientEnvelopeLimit } = this.#options.transportConfig.current
    return this.#recipients.length > MaxRecipientEnvelopeLimit ? envelopeLimitExceeded : undefined
  }

  write(chunk: Buffer): Awaitable<void> {
    const state = this.#state
    if (state.kind === 'refused') return
    this.#receivedSize += chunk.length
    if (this.#receivedSize > this.#limit.size) {
      this.refuse(this.#limit.refusal)
      return
    }
    if (state.kind === 'body') return this.#store(state.pending, chunk)
    const progress = state.collector.push(chunk)
    if (progress.kind === 'too-large') this.refuse(headersTooLarge)
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
        return this.#commit(state.pending, state)
      case 'header':
        return temporaryFault
    }
  }

  get refusal(): Reply | undefined {
    return this.#state.kind === 'refused' ? this.#state.reply : undefined
  }

  refuse(reason: Reply): void {
    if (this.#state.kind === 'refused') return
    if (this.#state.kind === 'body') this.#state.pending.abort()
    this.#state = { kind: 'refused', reply: reason }
  }

  abort(): void {
    this.refuse(temporaryFault)
  }

  #add(recipient: Recipient, denied: Reply | undefined): Reply | undefined {
    // Nobody waits for an answer to a file: its sender is told by a notification.
    const isFile = this.#transaction.session.file !== undefined
    const refusal =
      denied ?? (isFile ? undefined : this.#options.categorizer.refusalOf(recipient.address))
    if (refusal === undefined) this.#recipients.push(recipient)
    return refusal
  }

  /** Judges the header and stores it, changed, with what came behind it. */
  #takeHeader(content: SplitContent): Awaitable<void> {
    const { server, clock, newGuid } = this.#options
    const { session, limits } = this.#transaction
    const time = clock.now()
    const accepted = acceptHeader(content, { session, limits, server, newGuid, time })
    if ('reply' in accepted) {
      this.refuse(accepted.reply)
      return
    }
    try {
      const pending = this.#options.store.begin()
      const { facts, header, body } = accepted
      this.#state = { kind: 'body', pending, facts, header }
      this.#storedSize = header.length
      return body.length === 0 ? undefined : this.#store(pending, body)
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

  async #commit(pending: PendingMessage, { facts, header }: StoredHeader): Promise<Reply> {
    const message = this.#message(facts)
    let copies: readonly Copy[]
    try {
      copies = await pending.commit(message, header, this.#copies(message))
    } catch (error) {
      this.#fail(error)
      return this.refusal ?? temporaryFault
    }
    this.#enqueue(copies)
    return queuedForDelivery(message.messageId, pending.id, this.#options.server.Fqdn)
  }

  /**
   * One copy per next hop. Recipients that cannot be routed at all go to the Submission queue, whose
   * work it is to fail them together with their notification, so that a crash in between loses neither. So does
   * what cannot be categorized at once: no session is held up by it.
   */
  #copies(message: NewMessage): readonly NewCopy[] {
    const recipients = this.#recipients
    try {
      const categorized = this.#options.categorizer.categorizeAtOnce({
        recipients,
        size: message.size,
      })
      if (categorized === undefined) return [{ queue: submissionQueue, recipients }]
      const { copies, failed } = categorized
      if (failed.length === 0) return copies
      return [...copies, { queue: submissionQueue, recipients: failed.map((one) => one.recipient) }]
    } catch (error) {
      this.#options.onFault('A message could not be categorized; it waits in Submission', error)
      return [{ queue: submissionQueue, recipients }]
    }
  }

  /** The message is ours now, whatever happens here: the scheduler finds its copies in the store. */
  #enqueue(copies: readonly Copy[]): void {
    try {
      this.#options.onReceived?.(this.#transaction.session, copies)
      this.#options.enqueue(copies)
    } catch (error) {
      this.#options.onFault('A stored message could not be handed on; it waits in the store', error)
    }
  }

  #message({ messageId, networkMessageId, subject, receivedAt }: AcceptedHeader): NewMessage {
    const { session, envelope } = this.#transaction
    const { helloName } = session.proxiedFor ?? session
    const connector = session.connector.slice(session.connector.lastIndexOf('\\') + 1)
    return {
      envelope,
      messageId,
      subject,
      size: this.#storedSize,
      receivedAt,
      source: session.file?.source ?? `SMTP:${connector}`,
      sourceAddress: plainAddress((session.proxiedFor?.client ?? session.remote).address),
      ...(helloName !== '' && { sourceName: helloName }),
      networkMessageId,
      ...(isOriginating(session) && { originating: true }),
    }
  }

  #fail(error: unknown): void {
    this.#options.onFault('A message could not be stored; its sender was told to try again', error)
    this.refuse(replyToFault(error))
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
    case 'DAMAGED':
    case 'GONE':
    case 'FAILED':
      return temporaryFault
  }
}
