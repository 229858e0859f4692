import type { SecureContext } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import { type Milliseconds, hour } from '../../base/time-span.ts'
import type { PeerIdentity, ResumableSession } from './client-tls.ts'

/** Most servers let a session be resumed for one or two hours. */
const remembered: Milliseconds = hour
/** At some 10 KB each, with the certificate. */
const maximumSessions = 1000

interface Remembered extends ResumableSession {
  readonly until: Milliseconds
}

/** What one handshake may resume, and what it leaves for the next one. */
export interface Resumption {
  /** A session of an earlier handshake under the same key. */
  readonly resumable: ResumableSession | undefined
  /** The peer gave a session; it is kept from `verified` on. */
  received(session: Buffer): void
  /** The peer was found to be whom the policy asks for. */
  verified(peer: PeerIdentity): void
}

/**
 * TLS sessions that outbound connections may resume. A key names all that the peer was judged by, and
 * only what was judged good is kept; so a resumed session was verified as a new one would have to be.
 */
export class TlsSessions {
  readonly #clock: Clock
  /** Apart by context, for a session goes on with the client certificate that it began with. */
  readonly #byContext = new WeakMap<SecureContext, Map<string, Remembered>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** For one handshake. */
  resumption(context: SecureContext, key: string): Resumption {
    let received: Buffer | undefined
    let verified: PeerIdentity | undefined
    const keep = () => {
      if (received !== undefined && verified !== undefined)
        this.#keep(context, key, { session: received, peer: verified })
    }
    return {
      resumable: this.#find(context, key),
      received: (session) => {
        received = session
        keep()
      },
      verified: (peer) => {
        verified = peer
        keep()
      },
    }
  }

  /** Has the next handshake begin afresh. Tells whether it would not have anyway. */
  forget(context: SecureContext, key: string): boolean {
    return this.#byContext.get(context)?.delete(key) === true
  }

  #find(context: SecureContext, key: string): ResumableSession | undefined {
    const entry = this.#byContext.get(context)?.get(key)
    if (entry === undefined) return undefined
    if (entry.until > this.#clock.monotonic()) return entry
    this.forget(context, key)
    return undefined
  }

  #keep(context: SecureContext, key: string, session: ResumableSession): void {
    const sessions = this.#byContext.get(context) ?? new Map<string, Remembered>()
    this.#byContext.set(context, sessions)
    sessions.delete(key)
    sessions.set(key, { ...session, until: this.#clock.monotonic() + remembered })
    const [oldest] = sessions.keys()
    if (sessions.size > maximumSessions && oldest !== undefined) sessions.delete(oldest)
  }
}
