import type { Awaitable } from '../base/awaitable.ts'
import type { Bytes } from '../base/byte-size.ts'
import type { Reply } from '../smtp/reply.ts'
import type { Envelope, Recipient } from './envelope.ts'
import type { Permissions } from './permission.ts'

/** Who the client proved to be. */
export type Principal =
  | { readonly kind: 'Anonymous' }
  | {
      readonly kind: 'User'
      readonly userName: string
      /** Addresses this user may send as, lower case. */
      readonly addresses: readonly string[]
    }
  | { readonly kind: 'ExchangeServer'; readonly name: string }
  | { readonly kind: 'ExternallySecured' }

/** One end of a connection. */
export interface Endpoint {
  readonly address: string
  readonly port: number
}

/** The TLS layer of a session, in the words of Received lines and protocol logs. */
export interface TlsFacts {
  /** `TLS1_3`, `TLS1_2`. */
  readonly version: string
  /** OpenSSL/IANA name, such as `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string
}

/** A file in place of a client: a message that was put into a folder. */
export interface MessageFile {
  readonly folder: 'Pickup' | 'Replay'
  readonly name: string
  /** Exchange's MessageSourceName. */
  readonly source: string
}

/** What is known of the session that a message arrives on. */
export interface SessionFacts {
  /** 16 upper-case hex digits; the same as in the protocol log. */
  readonly sessionId: string
  /** `SERVER\Connector name`. */
  readonly connector: string
  /** The connector's Fqdn, or the server's. */
  readonly fqdn: string
  readonly local: Endpoint
  readonly remote: Endpoint
  /** What HELO or EHLO named; empty when nothing. */
  readonly helloName: string
  readonly extended: boolean
  readonly tls?: TlsFacts
  readonly principal: Principal
  readonly permissions: Permissions
  /** The session at the front end that this one speaks for; absent for a direct client. */
  readonly proxiedFor?: ProxiedClient
  /** Where the message was taken from when no client brought it. */
  readonly file?: MessageFile
}

/** The client of a front end, as handed over by XPROXYFROM or XPROXY. */
export interface ProxiedClient {
  readonly sessionId: string
  readonly client: Endpoint
  readonly helloName: string
}

/** Limits of the Receive connector that are judged while content arrives. */
export interface ContentLimits {
  readonly maxHeaderSize: Bytes
  /** Received lines in all. */
  readonly maxHopCount: number
  /** Received lines naming this server; 0 is no limit. */
  readonly maxLocalHopCount: number
}

/** A mail transaction as MAIL opened it. */
export interface MailTransaction {
  readonly session: SessionFacts
  readonly envelope: Envelope
  readonly declaredSize?: Bytes
  /** What the connector lets through at most; absent: any size. */
  readonly maxSize?: Bytes
  readonly limits: ContentLimits
}

/** Refuses an address by a reply. */
export type AddressCheck = (address: string) => Awaitable<Reply | undefined>

/**
 * Where a Receive connector's messages go: the queue in the Transport service, the back end in the
 * Front End Transport service. Acceptance is two-phase: nothing lasts before `commit`.
 */
export interface MessageSink {
  /** Opens a transaction at MAIL; a Reply refuses the sender. Never rejects. */
  begin(transaction: MailTransaction): Awaitable<IncomingMessage | Reply>
}

/**
 * One message on its way in. Exactly one of `commit` and `abort` ends it. The caller calls one method
 * at a time and awaits it. No method rejects: a fault becomes a reply.
 */
export interface IncomingMessage {
  /**
   * Undefined: taken, the session answers 250 2.1.5. A Reply: refused for this recipient alone. `check` has
   * its say on the address that is to get the message in the end.
   */
  addRecipient(recipient: Recipient, check?: AddressCheck): Awaitable<Reply | undefined>
  /** Before 354 (or the first BDAT chunk); a Reply refuses the content and the transaction ends by `abort`. */
  startContent(): Awaitable<Reply | undefined>
  /**
   * Content as received: dots unstuffed, line ends as they came. The chunk belongs to the sink. Waits
   * while the sink has no room. Once it is refused the rest is swallowed, and `commit` tells.
   */
  write(chunk: Buffer): Awaitable<void>
  /** Why it will not be taken, as far as is known. */
  readonly refusal: Reply | undefined
  /** Refuses it from outside, for good; the first reason counts. What there is of it is forgotten at once. */
  refuse(reason: Reply): void
  /** Takes responsibility: a 250 means the message is flushed to disk, here or at the back end. */
  commit(): Promise<Reply>
  /** Forgets the message; nothing of it remains. */
  abort(): void
}
