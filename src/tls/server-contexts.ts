import { type SecureContext, createSecureContext } from 'node:tls'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, day } from '../base/time-span.ts'
import type { KeyPair } from './certificates.ts'

/** Sets the tickets of this server's sessions apart where client certificates are asked for. */
const sessionIdContext = 'edge-relay'
/** A context's ticket keys live as long as it; whoever finds them out reads no more than this. */
const lifetime: Milliseconds = day

interface Made {
  readonly context: SecureContext
  readonly at: Milliseconds
}

/**
 * The TLS contexts of a service as server, one for each certificate: made at the first handshake that
 * needs it, and the same for all connectors and across changes of the configuration, so that clients
 * can resume their sessions.
 */
export class ServerContexts {
  readonly #clock: Clock
  readonly #made = new Map<string, Made>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The context that shows this certificate. */
  of(pair: KeyPair): SecureContext {
    const known = this.#made.get(pair.thumbprint)
    const now = this.#clock.monotonic()
    if (known !== undefined && now - known.at < lifetime) return known.context
    for (const [thumbprint, { at }] of this.#made)
      if (now - at >= lifetime) this.#made.delete(thumbprint)
    const context = secureContext(pair)
    this.#made.set(pair.thumbprint, { context, at: now })
    return context
  }
}

function secureContext({ key, certificate }: KeyPair): SecureContext {
  return createSecureContext({
    key,
    cert: certificate,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    sessionIdContext,
  })
}
