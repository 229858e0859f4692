import type { Bytes } from '../base/byte-size.ts'
import type { Milliseconds } from '../base/time-span.ts'
import type { BodyType, NotifyCondition } from '../message/envelope.ts'
import type { MessageProperties } from '../message/message-properties.ts'
import type { Endpoint, Principal, TlsFacts } from '../message/message-sink.ts'
import type { Permission } from '../message/permission.ts'
import type { Reply } from '../smtp/reply.ts'
import type { RoutingEvent } from './agent-events.ts'

/** A session as agents see it. Behind a front end of ours these are the facts of the real client. */
export interface AgentSession {
  /** 16 upper-case hex digits; the same as in the protocol log of the service that asks the agent. */
  readonly sessionId: string
  /** `SERVER\Connector name`. */
  readonly connector: string
  /** What this server calls itself towards the client. */
  readonly fqdn: string
  readonly local: Endpoint
  readonly client: Endpoint
  /** What HELO or EHLO named; empty when nothing. */
  readonly helloName: string
  readonly tls?: TlsFacts
  readonly principal: Principal
  readonly permissions: ReadonlySet<Permission>
}

/** A recipient of a message, as it stands now. */
export interface AgentRecipient {
  readonly address: string
  readonly notify?: readonly NotifyCondition[]
  /** ORCPT, in xtext form. */
  readonly originalRecipient?: string
  /** From OnRoutedMessage on: the next hop's domain, and the connector that leads there. */
  readonly nextHop?: string
  readonly connector?: string
}

/** A message as far as it has come. */
export interface AgentMessage {
  /** The reverse path; empty for the null sender. */
  readonly sender: string
  readonly bodyType: BodyType
  readonly smtpUtf8: boolean
  readonly recipients: readonly AgentRecipient[]
  readonly properties: MessageProperties
  /**
   * From OnEndOfHeaders on: all field lines with their line ends, our trace field on top; without the
   * empty line behind them.
   */
  readonly header: Uint8Array
  /** From OnEndOfData on. */
  readonly size?: Bytes
  /** What keeps it in the logs and the queue; absent before the header is known. */
  readonly messageId?: string
  readonly networkMessageId?: string
  readonly internalId?: number
}

/** What every event of a session says. */
interface SessionOccasion<Event> {
  readonly event: Event
  readonly session: AgentSession
}

/** An event about a message on its way in. */
interface MessageOccasion<Event> extends SessionOccasion<Event> {
  readonly message: AgentMessage
}

/** What an agent is asked about: plain data that can be sent between threads. */
export type Occasion =
  | SessionOccasion<'OnConnectEvent' | 'OnStartTlsCommand' | 'OnEndOfAuthentication'>
  | SessionOccasion<'OnRsetCommand' | 'OnNoopCommand' | 'OnHelpCommand' | 'OnDisconnectEvent'>
  | (SessionOccasion<'OnHeloCommand' | 'OnEhloCommand'> & { readonly name: string })
  /** The client asks for AUTH by this mechanism. */
  | (SessionOccasion<'OnAuthCommand'> & { readonly mechanism: string })
  /** `declaredSize`: SIZE of MAIL. */
  | (MessageOccasion<'OnMailCommand'> & { readonly declaredSize?: Bytes })
  /** The recipient is no part of the message yet. */
  | (MessageOccasion<'OnRcptCommand'> & { readonly recipient: AgentRecipient })
  | MessageOccasion<'OnDataCommand' | 'OnEndOfHeaders' | 'OnEndOfData'>
  /** A command or a message was refused, by the relay or by an agent. */
  | (SessionOccasion<'OnReject'> & { readonly command: string; readonly reply: Reply })
  /** The categorizer has a message; there may be no session any more. */
  | {
      readonly event: RoutingEvent
      readonly message: AgentMessage
      readonly receivedAt: Milliseconds
      /** Exchange's MessageSourceName: `SMTP:<connector>` or `DSN`. */
      readonly source: string
      /** It came from a party that proved who it is. */
      readonly originating: boolean
    }
