import type { Duplex } from 'node:stream'
import type { Reply } from '../smtp/reply.ts'
import type { TunnelRequest } from './xproxy-command.ts'

/**
 * What a session of the Front End Transport service does with an XPROXYTO that its client may use (an
 * Exchange server on a connector with ExchangeServers). Implemented by `outbound-proxy-server.ts`.
 */
export interface OutboundTunnel {
  /**
   * Connects to the next hop; a Reply says why that failed and leaves the session as it was. Never
   * rejects. An aborted `signal` (the client is gone) gives the attempt up.
   */
  open(request: TunnelRequest, signal: AbortSignal): Promise<OpenTunnel | Reply>
}

/** A connection to a next hop that waits for its client. Exactly one of `join` and `abort` ends it. */
export interface OpenTunnel {
  /** The last reply of the SMTP session; what follows on the wire is the next hop's. */
  readonly reply: Reply
  /**
   * Joins the client to the next hop until both have ended. The session has written `reply` before, has
   * taken its listeners off `client` and never touches it again. `head` is what it had already read
   * beyond XPROXYTO. Never rejects.
   */
  join(client: Duplex, head?: Buffer): Promise<void>
  /** Closes the connection: the client is gone. */
  abort(): void
}
