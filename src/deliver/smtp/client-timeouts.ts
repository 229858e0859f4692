import { type Milliseconds, minute, second } from '../../base/time-span.ts'

/** How long a client waits at each point of a session. */
export interface ClientTimeouts {
  readonly greeting: Milliseconds
  readonly tlsHandshake: Milliseconds
  readonly mail: Milliseconds
  readonly rcpt: Milliseconds
  readonly data: Milliseconds
  /** Until the peer takes more content. */
  readonly content: Milliseconds
  readonly finalDot: Milliseconds
  /** EHLO, AUTH, RSET and all others. */
  readonly command: Milliseconds
  readonly quit: Milliseconds
}

/** The times of RFC 5321 4.5.3.2; QUIT and the handshake, which it does not name, are ours. */
export const defaultClientTimeouts: ClientTimeouts = {
  greeting: 5 * minute,
  tlsHandshake: minute,
  mail: 5 * minute,
  rcpt: 5 * minute,
  data: 2 * minute,
  content: 3 * minute,
  finalDot: 10 * minute,
  command: 5 * minute,
  quit: 5 * second,
}
