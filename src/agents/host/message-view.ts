import { type Reply, reply } from '../../smtp/reply.ts'
import type { AgentAction } from '../agent-action.ts'
import type { AgentMessage } from '../occasion.ts'
import { HeaderView } from './header-view.ts'
import type {
  Header,
  Message,
  ParsedMessage,
  Priority,
  Recipient,
  ReplyText,
} from './module-contract.ts'

/** How an agent's view of a message reaches the service. */
export interface MessageMeans {
  readonly agent: string
  readonly act: (action: AgentAction) => void
  readonly readBody: (index: number) => Promise<Uint8Array | undefined>
  /** Octets; a longer body is not given as a whole. */
  readonly maxBodySize: number
}

/** The reply that an agent means. Throws a RangeError for a text that is none. */
export function replyOf(given: ReplyText): Reply {
  return typeof given === 'string' ? reply(given) : given
}

/** Refusals of an agent that says nothing more. */
export const refusal: ReplyText = '550 5.7.1 Message rejected by a transport agent'

/** A message as an agent reads it and changes it; each change is told to the service, and seen at once. */
export class MessageView implements Message {
  readonly header: Header
  readonly size?: number
  readonly messageId?: string
  readonly networkMessageId?: string
  readonly internalId?: number
  readonly #means: MessageMeans
  #sender: string
  #recipients: readonly Recipient[]
  #properties: AgentMessage['properties']
  #body: Buffer | undefined

  constructor(message: AgentMessage, means: MessageMeans) {
    this.#means = means
    this.#sender = message.sender
    this.#recipients = message.recipients
    this.#properties = message.properties
    this.header = new HeaderView(message.header, means.act)
    if (message.size !== undefined) this.size = message.size
    if (message.messageId !== undefined) this.messageId = message.messageId
    if (message.networkMessageId !== undefined) this.networkMessageId = message.networkMessageId
    if (message.internalId !== undefined) this.internalId = message.internalId
  }

  get sender(): string {
    return this.#sender
  }

  set sender(address: string) {
    this.#means.act({ kind: 'set-sender', address })
    this.#sender = address
  }

  get recipients(): readonly Recipient[] {
    return this.#recipients
  }

  get subject(): string {
    return this.header.get('Subject') ?? ''
  }

  set subject(value: string) {
    this.header.set('Subject', value)
  }

  get scl(): number | undefined {
    return this.#properties.scl
  }

  set scl(value: number | undefined) {
    if (value === undefined) throw new TypeError('scl must be a number from -1 to 9')
    this.#means.act({ kind: 'set-property', name: 'scl', value })
    this.#properties = { ...this.#properties, scl: value }
  }

  get priority(): Priority | undefined {
    return this.#properties.priority
  }

  set priority(value: Priority | undefined) {
    if (value === undefined) throw new TypeError('priority must be High, Normal or Low')
    this.#means.act({ kind: 'set-property', name: 'priority', value })
    this.#properties = { ...this.#properties, priority: value }
  }

  get tags(): Readonly<Record<string, string>> {
    return this.#properties.tags ?? {}
  }

  setTag(tag: string, value: string): void {
    this.#means.act({ kind: 'set-property', name: 'tag', tag, value })
    const tags = { ...this.tags, [`${this.#means.agent}.${tag}`]: value }
    this.#properties = { ...this.#properties, tags }
  }

  async body(): Promise<Buffer> {
    if (this.#body !== undefined) return this.#body
    const pieces: Buffer[] = []
    let length = 0
    for await (const piece of this.bodyPieces()) {
      length += piece.length
      this.#requireWhole(length)
      pieces.push(piece)
    }
    return Buffer.concat(pieces)
  }

  async *bodyPieces(): AsyncGenerator<Buffer, void> {
    if (this.#body !== undefined) {
      yield this.#body
      return
    }
    for (let index = 0; ; index++) {
      const piece = await this.#means.readBody(index)
      if (piece === undefined) return
      yield Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    }
  }

  setBody(body: string | Uint8Array): void {
    const octets = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body)
    this.#means.act({ kind: 'replace-body', body: octets })
    this.#body = octets
  }

  async parsed(): Promise<ParsedMessage> {
    if (this.size !== undefined) this.#requireWhole(this.size)
    // The parser is large: who does not ask for it does not load it.
    const { parseMessage } = await import('./parse-message.ts')
    return await parseMessage(this.#wholePieces())
  }

  addRecipient(address: string): void {
    this.#means.act({ kind: 'add-recipient', address })
    this.#recipients = [...this.#recipients, { address }]
  }

  removeRecipient(address: string): void {
    this.#means.act({ kind: 'remove-recipient', address })
    this.#drop(address)
  }

  redirectRecipient(from: string, to: string): void {
    this.#means.act({ kind: 'redirect-recipient', from, to })
    this.#recipients = this.#recipients.map((recipient) =>
      isSame(recipient.address, from) ? { address: to } : recipient,
    )
  }

  rejectRecipient(address: string, given: ReplyText = refusal): void {
    this.#means.act({ kind: 'reject-recipient', address, reply: replyOf(given) })
    this.#drop(address)
  }

  route(address: string, way: { readonly connector: string }): void {
    this.#means.act({ kind: 'route', address, ...way })
  }

  #drop(address: string): void {
    this.#recipients = this.#recipients.filter((recipient) => !isSame(recipient.address, address))
  }

  /** The header as it came, the empty line and the body. */
  async *#wholePieces(): AsyncGenerator<Buffer, void> {
    const { raw } = this.header
    yield Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    yield Buffer.from('\r\n')
    let length = 0
    for await (const piece of this.bodyPieces()) {
      length += piece.length
      this.#requireWhole(length)
      yield piece
    }
  }

  #requireWhole(length: number): void {
    const { maxBodySize } = this.#means
    if (length > maxBodySize)
      throw new RangeError(
        `the body is longer than the agent's MaxBodySize (${maxBodySize} octets); read it by bodyPieces()`,
      )
  }
}

const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase()
