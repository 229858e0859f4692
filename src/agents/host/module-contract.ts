/*
 * What a transport agent of yours is written against: `import type { TransportAgent } from 'edge-relay/agents'`.
 * docs/agents.md tells how it is installed.
 */

/** A reply to the client: as it stands on the wire, such as `550 5.7.1 Not here`, or in its parts. */
export type ReplyText =
  | string
  | {
      readonly code: number
      /** `5.7.1`. */
      readonly enhanced?: string
      readonly lines: readonly string[]
    }

/** One end of a connection. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** The session of a client. Behind a front end these are the facts of the client that came there. */
export interface Session {
  /** As in the protocol log. */
  readonly sessionId: string
  /** `SERVER\Connector name`. */
  readonly connector: string
  readonly local: Endpoint
  readonly client: Endpoint
  /** What HELO or EHLO named; empty when nothing. */
  readonly helloName: string
  readonly tls?: { readonly version: string; readonly cipher: string }
  /** Who the client proved to be. */
  readonly principal:
    | { readonly kind: 'Anonymous' | 'ExternallySecured' }
    | { readonly kind: 'User'; readonly userName: string; readonly addresses: readonly string[] }
    | { readonly kind: 'ExchangeServer'; readonly name: string }
  /** Exchange's rights, such as `AcceptAnyRecipient`. */
  readonly permissions: ReadonlySet<string>
}

/** A recipient as it stands now. */
export interface Recipient {
  readonly address: string
  /** From onRoutedMessage on: the next hop's domain, and the connector that leads there. */
  readonly nextHop?: string
  readonly connector?: string
}

/** The fields of a header. Names are compared without case; values are Unicode, unfolded and decoded. */
export interface Header {
  /** The first field of this name. */
  get(name: string): string | undefined
  /** All fields of this name, from the top. */
  getAll(name: string): readonly string[]
  has(name: string): boolean
  /** Each field with its name as it is written, from the top. */
  entries(): readonly (readonly [name: string, value: string])[]
  /** Gives the first field of this name another value and removes the others; adds it below when there is none. */
  set(name: string, value: string): void
  /** Adds a field, below all others unless told. */
  add(name: string, value: string, at?: 'top' | 'bottom'): void
  /** Removes every field of this name. */
  remove(name: string): void
  /** The octets as they came, before any change. */
  readonly raw: Uint8Array
}

/** An attachment, without its content. */
export interface Attachment {
  /** Undefined when the part names none. */
  readonly fileName?: string
  readonly contentType: string
  /** `attachment`, `inline`. */
  readonly disposition: string
  /** Octets, decoded. */
  readonly size: number
  /** SHA-256 of the decoded content, in hexadecimal digits. */
  readonly sha256: string
}

/** What MIME makes of a message. */
export interface ParsedMessage {
  /** The text parts; of a message that has HTML only, its text. */
  readonly text: string
  readonly html?: string
  readonly attachments: readonly Attachment[]
}

/** Exchange's three classes of urgency. */
export type Priority = 'High' | 'Normal' | 'Low'

/** A message as far as it has come. What is changed here is done when the handler has ended. */
export interface Message {
  /** The reverse path; empty for the null sender. */
  sender: string
  readonly recipients: readonly Recipient[]
  /** From onEndOfHeaders on; empty before. */
  readonly header: Header
  /** The subject field; empty when there is none. */
  subject: string
  /** Exchange's spam confidence level, -1 to 9. */
  scl: number | undefined
  priority: Priority | undefined
  /** From onEndOfData on, in octets. */
  readonly size?: number
  readonly messageId?: string
  readonly networkMessageId?: string
  readonly internalId?: number
  /** What agents keep with the message; `Agent.Name` are the keys. */
  readonly tags: Readonly<Record<string, string>>
  /** Keeps a text with the message, as a tag of this agent. */
  setTag(name: string, value: string): void
  /** What stands behind the empty line that ends the header. Rejects when it is longer than MaxBodySize. */
  body(): Promise<Buffer>
  /** The same, piece by piece, however long. */
  bodyPieces(): AsyncIterable<Buffer>
  /** Puts another body in its place. */
  setBody(body: string | Uint8Array): void
  /** The message as MIME has it. Rejects when the body is longer than MaxBodySize. */
  parsed(): Promise<ParsedMessage>
  addRecipient(address: string): void
  /** Drops a recipient without a notification. */
  removeRecipient(address: string): void
  redirectRecipient(from: string, to: string): void
  /** Fails one recipient: with a notification when the message was taken already. */
  rejectRecipient(address: string, reply?: ReplyText): void
  /** Sends a recipient by the Send connector of this name, whatever its address spaces. */
  route(address: string, way: { readonly connector: string }): void
}

/** What every event says. */
export interface AnyEvent {
  /** Exchange's name: `OnEndOfData`. */
  readonly name: string
  readonly agent: AgentFacts
  /** Fires when nobody waits for the agent any more. */
  readonly signal: AbortSignal
  /** A line in the program log of the service, with the agent's name. */
  log(text: string): void
}

/** What the configuration says of the agent. */
export interface AgentFacts {
  readonly name: string
  readonly settings: Readonly<Record<string, string | readonly string[]>>
}

/** An event of a session. */
export interface SessionEvent extends AnyEvent {
  readonly session: Session
}

/** A command of the client, which can be refused. */
export interface CommandEvent extends SessionEvent {
  /** Refuses it: 550 5.7.1 unless told. */
  reject(reply?: ReplyText): void
  /** Tells the client to come again: 451 4.7.1 unless told. */
  defer(reply?: ReplyText): void
  /** Ends the connection, after the reply. */
  disconnect(reply?: ReplyText): void
}

export interface HelloEvent extends CommandEvent {
  readonly helloName: string
}

export interface AuthEvent extends CommandEvent {
  readonly mechanism: string
}

export interface MailEvent extends CommandEvent {
  readonly message: Message
  /** SIZE of MAIL. */
  readonly declaredSize?: number
}

export interface RcptEvent extends CommandEvent {
  readonly message: Message
  /** No part of the message yet. */
  readonly recipient: Recipient
}

/** An event about a message while its client waits. */
export interface ContentEvent extends CommandEvent {
  readonly message: Message
  /** Takes the message and deletes it, without a notification. */
  discard(reason?: string): void
  /** Takes the message and holds it, suspended, for an administrator. */
  quarantine(reason: string): void
}

/** A command or a message was refused, by the relay or by an agent. */
export interface RejectEvent extends SessionEvent {
  readonly command: string
  /** As it stands on the wire. */
  readonly reply: string
  disconnect(reply?: ReplyText): void
}

/** An event of the categorizer, about a message that was taken. */
export interface RoutingEvent extends AnyEvent {
  readonly message: Message
  readonly receivedAt: Date
  /** `SMTP:<connector>` or `DSN`. */
  readonly source: string
  /** It came from a party that proved who it is. */
  readonly originating: boolean
  /** All recipients fail, with a notification to the sender: 550 5.7.1 unless told. */
  reject(reply?: ReplyText): void
  /** The message waits, until that time if told. */
  defer(until?: Date, reason?: string): void
  discard(reason?: string): void
  quarantine(reason: string): void
}

/** What a handler gives back counts for nothing; what it throws costs the command or message it was asked about. */
type Handler<Event> = (event: Event) => unknown

/**
 * A transport agent: an object with a handler for each event that it wants to be asked at. A module has it
 * as its export `agent` (or its default export), or a function that makes it of what the configuration says.
 */
export interface TransportAgent {
  onConnectEvent?: Handler<CommandEvent>
  onHeloCommand?: Handler<HelloEvent>
  onEhloCommand?: Handler<HelloEvent>
  onStartTlsCommand?: Handler<CommandEvent>
  onAuthCommand?: Handler<AuthEvent>
  onEndOfAuthentication?: Handler<CommandEvent>
  onMailCommand?: Handler<MailEvent>
  onRcptCommand?: Handler<RcptEvent>
  onDataCommand?: Handler<MailEvent>
  onEndOfHeaders?: Handler<ContentEvent>
  onEndOfData?: Handler<ContentEvent>
  onReject?: Handler<RejectEvent>
  onRsetCommand?: Handler<CommandEvent>
  onNoopCommand?: Handler<CommandEvent>
  onHelpCommand?: Handler<CommandEvent>
  onDisconnectEvent?: Handler<SessionEvent>
  onSubmittedMessage?: Handler<RoutingEvent>
  onResolvedMessage?: Handler<RoutingEvent>
  onRoutedMessage?: Handler<RoutingEvent>
  onCategorizedMessage?: Handler<RoutingEvent>
}

/** The other form of a module's export. */
export type TransportAgentFactory = (agent: AgentFacts) => TransportAgent | Promise<TransportAgent>
