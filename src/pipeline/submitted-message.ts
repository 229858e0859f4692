import type { AgentRoster } from '../agents/agent-roster.ts'
import type { AgentRunner } from '../agents/agent-runner.ts'
import { MessageDraft } from '../agents/message-draft.ts'
import type { AgentMessage } from '../agents/occasion.ts'
import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { TransportConfig } from '../dsn/transport-config.ts'
import { withoutSeparator } from '../message/body-separator.ts'
import { HeaderBlock } from '../message/header-block.ts'
import { HeaderCollector, mostHeaderFields } from '../message/header-collector.ts'
import type { SplitContent } from '../message/header-collector.ts'
import type { NewGuid } from '../message/message-id.ts'
import type { AddressCheck, IncomingMessage, MailTransaction } from '../message/message-sink.ts'
import { StoreError } from '../queue/queue-store.ts'
import type { PendingMessage, QueueStore } from '../queue/queue-store.ts'
import type { CopyRecipient } from '../queue/stored-message.ts'
import {
  envelopeLimitExceeded,
  headersTooLarge,
  insufficientResources,
  needRcptCommand,
  queuedForDelivery,
  serviceNotActive,
  temporaryFault,
} from '../smtp/replies.ts'
import { type Reply, replyText } from '../smtp/reply.ts'
import { type AgentDecision, ArrivalAgents, type AskedMessage, replyTo } from './arrival-agents.ts'
import {
  type EnqueueServices,
  type WholeMessage,
  enqueueMessage,
  newMessage,
} from './enqueue-message.ts'
import type { SizeLimit } from './size-limit.ts'
import { acceptHeader, factsAfter } from './submission-header.ts'
import type { AcceptedHeader } from './submission-header.ts'

/** What messages on their way into the queue need. */
export interface SubmissionServices extends EnqueueServices {
  readonly store: Pick<QueueStore, 'begin'>
  readonly transportConfig: Live<TransportConfig>
  readonly server: { readonly Fqdn: string }
  readonly clock: Clock
  readonly newGuid: NewGuid
  /** Asks the transport agents; absent where none can be. */
  readonly agents?: AgentRunner
  /** Told of a whole message that an agent had refused or deleted; for the message tracking log. */
  readonly onStopped?: (stopped: StoppedMessage) => void
}

/** A message that ends with an agent. */
export interface StoppedMessage extends WholeMessage {
  readonly agent: string
  /** What the client was told, or why the message was deleted. */
  readonly reason: string
  /** Its sender takes it for accepted. */
  readonly isSilent: boolean
}

export interface SubmittedMessageOptions {
  readonly transaction: MailTransaction
  readonly limit: SizeLimit
  /** The agents that are asked about it. */
  readonly roster: AgentRoster
}

/** A message whose header is accepted. */
interface Accepted {
  readonly pending: PendingMessage
  readonly facts: AcceptedHeader
  /** As it was before agents changed it. */
  readonly header: HeaderBlock
}

type SubmissionState =
  | { readonly kind: 'header'; readonly collector: HeaderCollector }
  | ({ readonly kind: 'body' } & Accepted)
  | { readonly kind: 'refused'; readonly reply: Reply }
  /** An agent had it deleted; its sender takes it for accepted. */
  | { readonly kind: 'discarded'; readonly reply: Reply }

/** A piece of a body that an agent gave. */
const pieceSize: Bytes = 64 * 1024
const lineEnd = Buffer.from('\r\n')

/** A message on its way into the queue. */
export class SubmittedMessage implements IncomingMessage, AskedMessage {
  readonly draft: MessageDraft
  readonly #services: SubmissionServices
  readonly #transaction: MailTransaction
  readonly #limit: SizeLimit
  readonly #roster: AgentRoster
  #agents: ArrivalAgents | undefined
  #state: SubmissionState
  #receivedSize: Bytes = 0
  #bodySize: Bytes = 0

  constructor(services: SubmissionServices, options: SubmittedMessageOptions) {
    const { transaction, limit, roster } = options
    this.#services = services
    this.#transaction = transaction
    this.#limit = limit
    this.#roster = roster
    const { MaxRecipientEnvelopeLimit } = services.transportConfig.current
    this.draft = new MessageDraft(transaction.envelope, {
      maxRecipients: MaxRecipientEnvelopeLimit,
    })
    const collector = new HeaderCollector(transaction.limits.maxHeaderSize, mostHeaderFields)
    this.#state = { kind: 'header', collector }
  }

  /** Asks who is to be asked at MAIL; undefined when nobody minds. */
  begin(): Awaitable<Reply | undefined> {
    return this.#ask('OnMailCommand')
  }

  addRecipient(recipient: CopyRecipient, check?: AddressCheck): Awaitable<Reply | undefined> {
    const agents = this.#roster.at('OnRcptCommand')
    if (agents === undefined) return this.#check(recipient, check)
    return this.#asking.askFor(recipient, agents, this).then((asked) => {
      if ('address' in asked) return this.#check(asked, check)
      return this.#follow(asked)
    })
  }

  startContent(): Awaitable<Reply | undefined> {
    const { recipients } = this.draft
    if (recipients.length === 0) return needRcptCommand
    const { MaxRecipientEnvelopeLimit } = this.#services.transportConfig.current
    if (recipients.length > MaxRecipientEnvelopeLimit) return envelopeLimitExceeded
    return this.#ask('OnDataCommand')
  }

  write(chunk: Buffer): Awaitable<void> {
    const state = this.#state
    if (state.kind === 'refused' || state.kind === 'discarded') return
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
    if (this.#state.kind === 'body' && this.#roster.at('OnEndOfData') !== undefined) {
      const refusal = await this.#ask('OnEndOfData')
      if (refusal !== undefined) this.refuse(refusal)
    }
    const state = this.#state
    switch (state.kind) {
      case 'refused':
      case 'discarded':
        return state.reply
      case 'body':
        return this.#commit(state)
      case 'header':
        return temporaryFault
    }
  }

  get refusal(): Reply | undefined {
    return this.#state.kind === 'refused' ? this.#state.reply : undefined
  }

  refuse(reason: Reply): void {
    if (this.#state.kind === 'refused' || this.#state.kind === 'discarded') return
    if (this.#state.kind === 'body') this.#state.pending.abort()
    this.#state = { kind: 'refused', reply: reason }
  }

  abort(): void {
    this.refuse(temporaryFault)
  }

  view(): AgentMessage {
    const message = this.draft.view()
    if (this.#state.kind !== 'body') return message
    const { pending, facts } = this.#state
    return {
      ...message,
      size: this.size,
      messageId: facts.messageId,
      networkMessageId: facts.networkMessageId,
      internalId: pending.id,
    }
  }

  readBody(index: number): Awaitable<Uint8Array | undefined> {
    if (this.#state.kind !== 'body') return undefined
    const piece = this.#state.pending.readPiece(index)
    if (index > 0) return piece
    return piece instanceof Promise ? piece.then(withoutSeparator) : withoutSeparator(piece)
  }

  async replaceBody(body: Uint8Array): Promise<void> {
    const state = this.#state
    if (state.kind !== 'body') return
    if (body.length + this.draft.header.bytes.length > this.#limit.size)
      throw new Error(`the message would be larger than ${this.#limit.size} octets`)
    const pending = this.#services.store.begin()
    state.pending.abort()
    this.#state = { ...state, pending }
    this.#bodySize = 0
    const content = Buffer.concat([lineEnd, body])
    for (let at = 0; at < content.length; at += pieceSize)
      await this.#store(pending, content.subarray(at, at + pieceSize))
  }

  get #asking(): ArrivalAgents {
    const { agents } = this.#services
    if (agents === undefined) throw new Error('there is a roster of agents and nobody to ask them')
    this.#agents ??= new ArrivalAgents(agents, this.#transaction.session)
    return this.#agents
  }

  /** Octets as they would be stored. */
  get size(): Bytes {
    return this.draft.header.bytes.length + this.#bodySize
  }

  /** Has the agents of an event decide; a Reply refuses the command or the message. */
  #ask(
    event: 'OnMailCommand' | 'OnDataCommand' | 'OnEndOfHeaders' | 'OnEndOfData',
  ): Awaitable<Reply | undefined> {
    const agents = this.#roster.at(event)
    if (agents === undefined) return undefined
    return this.#asking
      .ask(agents, event, this)
      .then((decision) => decision && this.#follow(decision))
  }

  #follow({ agent, verdict }: AgentDecision): Reply | undefined {
    const state = this.#state
    if (verdict.kind === 'discarded') {
      if (state.kind === 'body') this.#discard(state, agent, verdict.reason)
      return undefined
    }
    const reply = replyTo(verdict)
    if (state.kind === 'body') {
      const whole = this.#whole(state)
      this.#services.onStopped?.({ ...whole, agent, reason: replyText(reply), isSilent: false })
    }
    return reply
  }

  #check(recipient: CopyRecipient, check?: AddressCheck): Awaitable<Reply | undefined> {
    const unknown = check?.(recipient.address)
    return unknown instanceof Promise
      ? unknown.then((late) => this.#add(recipient, late))
      : this.#add(recipient, unknown)
  }

  #add(recipient: CopyRecipient, denied: Reply | undefined): Reply | undefined {
    // Nobody waits for an answer to a file: its sender is told by a notification.
    const isFile = this.#transaction.session.file !== undefined
    const refusal =
      denied ?? (isFile ? undefined : this.#services.categorizer.refusalOf(recipient.address))
    if (refusal === undefined) this.draft.add(recipient)
    return refusal
  }

  /** Judges the header and begins to store the message with what came behind it. */
  #takeHeader(content: SplitContent): Awaitable<void> {
    const { server, clock, newGuid, store } = this.#services
    const { session, limits } = this.#transaction
    const time = clock.now()
    const accepted = acceptHeader(content, { session, limits, server, newGuid, time })
    if ('reply' in accepted) {
      this.refuse(accepted.reply)
      return
    }
    const { facts, body } = accepted
    const header = new HeaderBlock(accepted.header)
    try {
      this.#state = { kind: 'body', pending: store.begin(), facts, header }
    } catch (error) {
      this.#fail(error)
      return
    }
    this.draft.takeHeader(header)
    const asked = this.#ask('OnEndOfHeaders')
    return asked instanceof Promise
      ? asked.then((refusal) => this.#beginBody(body, refusal))
      : this.#beginBody(body, asked)
  }

  #beginBody(body: Buffer, refusal: Reply | undefined): Awaitable<void> {
    if (refusal !== undefined) this.refuse(refusal)
    if (this.#state.kind !== 'body' || body.length === 0) return
    return this.#store(this.#state.pending, body)
  }

  #store(pending: PendingMessage, chunk: Buffer): Awaitable<void> {
    this.#bodySize += chunk.length
    try {
      const written = pending.write(chunk)
      if (written instanceof Promise) return written.catch((error: unknown) => this.#fail(error))
    } catch (error) {
      this.#fail(error)
    }
  }

  async #commit(accepted: Accepted): Promise<Reply> {
    if (this.draft.recipients.length === 0)
      return this.#discard(accepted, '', 'agents left no recipient')
    const whole = this.#whole(accepted)
    try {
      await enqueueMessage(this.#services, whole)
    } catch (error) {
      this.#fail(error)
      return this.refusal ?? temporaryFault
    }
    return this.#taken(whole)
  }

  #taken({ message, pending }: WholeMessage): Reply {
    return queuedForDelivery(message.messageId, pending.id, this.#services.server.Fqdn)
  }

  /** Forgets the message for good; the client hears what it would of one that is taken. */
  #discard(accepted: Accepted, agent: string, reason: string): Reply {
    const whole = this.#whole(accepted)
    const reply = this.#taken(whole)
    accepted.pending.abort()
    this.#state = { kind: 'discarded', reply }
    this.#services.onStopped?.({ ...whole, agent, reason, isSilent: true })
    return reply
  }

  #whole({ pending, facts, header }: Accepted): WholeMessage {
    const { session } = this.#transaction
    const { draft } = this
    const known = draft.header === header ? facts : factsAfter(facts, draft.header)
    return { session, pending, draft, message: newMessage(session, known, this) }
  }

  #fail(error: unknown): void {
    this.#services.onFault('A message could not be stored; its sender was told to try again', error)
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
    case 'STALE':
    case 'FAILED':
      return temporaryFault
  }
}
