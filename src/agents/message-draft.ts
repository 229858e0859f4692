import type { Bytes } from '../base/byte-size.ts'
import type { Milliseconds } from '../base/time-span.ts'
import { comparableAddress } from '../message/comparable-address.ts'
import type { Envelope } from '../message/envelope.ts'
import { HeaderBlock } from '../message/header-block.ts'
import { mostHeaderFields } from '../message/header-collector.ts'
import { withField, withOctets, withValue, withoutField } from '../message/header-edit.ts'
import type { MessageProperties } from '../message/message-properties.ts'
import { type CopyRecipient, untried } from '../queue/stored-message.ts'
import type { Reply } from '../smtp/reply.ts'
import { encodeXtext } from '../smtp/xtext.ts'
import type { AgentAction, AgentProperty } from './agent-action.ts'
import type { AgentMessage } from './occasion.ts'

/** What agents decide about a message as a whole. */
export type MessageVerdict =
  | { readonly kind: 'rejected'; readonly reply: Reply }
  /** The connection ends; a 421 of ours where the agent has no words of its own. */
  | { readonly kind: 'disconnected'; readonly reply?: Reply }
  | {
      readonly kind: 'deferred'
      readonly reply?: Reply
      readonly until?: Milliseconds
      readonly reason: string
    }
  | { readonly kind: 'discarded'; readonly reason: string }

/** A recipient that an agent refused after the message was taken. */
export interface RejectedRecipient {
  readonly recipient: CopyRecipient
  readonly reply: Reply
}

export interface DraftOptions {
  readonly recipients?: readonly CopyRecipient[]
  readonly properties?: MessageProperties
  readonly header?: HeaderBlock
  /** An agent may not make more of them. */
  readonly maxRecipients: number
}

/** An agent may not make a header longer than that, whatever the limit on those that arrive. */
const longestHeader: Bytes = 1024 * 1024
/** Nor keep more with a message: it is read with every copy. */
const mostProperties: Bytes = 64 * 1024

const noHeader = new HeaderBlock(Buffer.alloc(0))
const noProperties: MessageProperties = {}

/** A message while agents may change it; its body stands elsewhere. */
export class MessageDraft {
  readonly #maxRecipients: number
  #envelope: Envelope
  #recipients: CopyRecipient[]
  #header: HeaderBlock
  #properties: MessageProperties
  #held: string | undefined
  #rejected: readonly RejectedRecipient[] = []

  constructor(envelope: Envelope, options: DraftOptions) {
    this.#envelope = envelope
    this.#maxRecipients = options.maxRecipients
    this.#recipients = options.recipients === undefined ? [] : [...options.recipients]
    this.#header = options.header ?? noHeader
    this.#properties = options.properties ?? noProperties
  }

  get envelope(): Envelope {
    return this.#envelope
  }

  get recipients(): readonly CopyRecipient[] {
    return this.#recipients
  }

  get header(): HeaderBlock {
    return this.#header
  }

  /** Undefined when there are none. */
  get properties(): MessageProperties | undefined {
    return this.#properties === noProperties ? undefined : this.#properties
  }

  /** Why it is to be held for an administrator; undefined when it is not. */
  get held(): string | undefined {
    return this.#held
  }

  /** Those that are to fail with a notification. */
  get rejected(): readonly RejectedRecipient[] {
    return this.#rejected
  }

  /** The header has come. */
  takeHeader(header: HeaderBlock): void {
    this.#header = header
  }

  /** A recipient was taken. */
  add(recipient: CopyRecipient): void {
    this.#recipients.push(recipient)
  }

  /** What agents see of it. */
  view(): AgentMessage {
    const { sender, body, smtpUtf8 } = this.#envelope
    return {
      sender,
      bodyType: body,
      smtpUtf8,
      recipients: [...this.#recipients],
      properties: this.#properties,
      header: this.#header.bytes,
    }
  }

  /** Does what an agent wants, but for the body. Throws when that goes beyond all measure. */
  apply(action: AgentAction, agent: string): MessageVerdict | undefined {
    switch (action.kind) {
      case 'reject':
        return { kind: 'rejected', reply: action.reply }
      case 'disconnect':
        return { kind: 'disconnected', ...(action.reply !== undefined && { reply: action.reply }) }
      case 'defer':
        return deferred(action, agent)
      case 'discard':
        return { kind: 'discarded', reason: `${agent}: ${action.reason ?? 'deleted'}` }
      case 'quarantine':
        this.#held ??= `Quarantined by ${agent}: ${action.reason}`
        return undefined
      case 'add-field':
      case 'set-field':
      case 'replace-field':
      case 'remove-field':
        this.#changeHeader(action)
        return undefined
      case 'set-sender':
        this.#envelope = { ...this.#envelope, sender: action.address }
        return undefined
      case 'set-property':
        this.#properties = withProperty(this.#properties, action, agent)
        return undefined
      case 'add-recipient':
      case 'remove-recipient':
      case 'redirect-recipient':
      case 'reject-recipient':
        this.#changeRecipients(action)
        return undefined
      case 'route':
        this.#properties = withRoute(this.#properties, action)
        return undefined
      case 'replace-body':
        throw new Error('the body stands elsewhere')
    }
  }

  #changeHeader(action: Extract<AgentAction, { readonly kind: `${string}-field` }>): void {
    const header = changedHeader(this.#header, action)
    if (header.bytes.length > longestHeader)
      throw new Error(`the header would be larger than ${longestHeader} octets`)
    if (header.fields.length > mostHeaderFields)
      throw new Error(`the header would have more than ${mostHeaderFields} fields`)
    this.#header = header
  }

  #changeRecipients(action: Extract<AgentAction, { readonly kind: `${string}-recipient` }>): void {
    switch (action.kind) {
      case 'add-recipient':
        this.#recipients.push({ address: action.address })
        break
      case 'remove-recipient':
        this.#take(action.address)
        break
      case 'redirect-recipient':
        this.#recipients = this.#recipients.map((recipient) =>
          isFor(recipient, action.from) ? redirected(recipient, action.to) : recipient,
        )
        break
      case 'reject-recipient': {
        const { reply } = action
        const taken = this.#take(action.address)
        this.#rejected = [...this.#rejected, ...taken.map((recipient) => ({ recipient, reply }))]
      }
    }
    if (this.#recipients.length > this.#maxRecipients)
      throw new Error(`the message would have more than ${this.#maxRecipients} recipients`)
  }

  /** Takes the recipients with this address out. */
  #take(address: string): readonly CopyRecipient[] {
    const taken = this.#recipients.filter((recipient) => isFor(recipient, address))
    this.#recipients = this.#recipients.filter((recipient) => !taken.includes(recipient))
    return taken
  }
}

function changedHeader(
  header: HeaderBlock,
  action: Extract<AgentAction, { readonly kind: `${string}-field` }>,
): HeaderBlock {
  switch (action.kind) {
    case 'add-field':
      return withField(header, action, action.at)
    case 'set-field':
      return withValue(header, action.name, action.value)
    case 'replace-field':
      return withOctets(header, action, action.octets) ?? header
    case 'remove-field':
      return withoutField(header, action.name)
  }
}

/** The recipient under another address; whoever is told of it hears of the one that was meant (RFC 3461 5.2.7). */
export function redirected(recipient: CopyRecipient, to: string): CopyRecipient {
  const { originalRecipient = `rfc822;${encodeXtext(recipient.address)}` } = recipient
  return { ...untried(recipient), address: to, originalRecipient }
}

function isFor(recipient: CopyRecipient, address: string): boolean {
  return comparableAddress(recipient.address) === comparableAddress(address)
}

function deferred(
  { reply, until, reason = 'put off' }: Extract<AgentAction, { readonly kind: 'defer' }>,
  agent: string,
): MessageVerdict {
  return {
    kind: 'deferred',
    reason: `${agent}: ${reason}`,
    ...(reply !== undefined && { reply }),
    ...(until !== undefined && { until }),
  }
}

function withProperty(
  properties: MessageProperties,
  property: AgentProperty,
  agent: string,
): MessageProperties {
  if (property.name !== 'tag') return { ...properties, [property.name]: property.value }
  const tags = { ...properties.tags, [`${agent}.${property.tag}`]: property.value }
  return within({ ...properties, tags })
}

function withRoute(
  properties: MessageProperties,
  { address, connector }: Extract<AgentAction, { readonly kind: 'route' }>,
): MessageProperties {
  const routes = { ...properties.routes, [comparableAddress(address)]: connector }
  return within({ ...properties, routes })
}

function within(properties: MessageProperties): MessageProperties {
  if (JSON.stringify(properties).length > mostProperties)
    throw new Error(`the properties of a message would take more than ${mostProperties} octets`)
  return properties
}
