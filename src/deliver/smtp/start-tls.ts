import { isIP } from 'node:net'
import { type Reply, replyText } from '../../smtp/reply.ts'
import { ClientFailure } from './client-failure.ts'
import type { ClientCertificates } from './client-certificates.ts'
import { isTlsUnavailable, type TargetTrouble, tlsRequired } from './failure-policy.ts'
import type { SendConnector } from './send-connector.ts'
import type { SmtpClient } from './smtp-client.ts'
import { type Target, targetEndpoint } from './target.ts'
import { certificateRefusal, mayFallBack, requiredNames, tlsNeed } from './tls-policy.ts'
import type { TlsSessions } from './tls-sessions.ts'

export interface StartTlsOptions {
  readonly certificates: ClientCertificates
  readonly tlsSessions: TlsSessions
  /** Our name on a connector. */
  readonly fqdnOf: (connector: SendConnector) => string
}

/** Whose session is to be encrypted. */
export interface TlsPeer {
  readonly target: Target
  readonly connector: SendConnector
  /** Whose domain is that of DomainValidation. */
  readonly queue: { readonly nextHopDomain: string }
}

/** The session goes on in clear, since the peer has no TLS just now. */
export interface ClearText {
  readonly kind: 'clear'
  readonly tlsFault: string
}

/** Encrypts sessions by STARTTLS, as their connectors ask. */
export class StartTls {
  readonly #options: StartTlsOptions

  constructor(options: StartTlsOptions) {
    this.#options = options
  }

  /**
   * Encrypts a session that was introduced, and introduces us again. Undefined: the session is as the
   * connector wants it. TLS that fails rejects with a ClientFailure of stage `tls`; whatever the peer
   * answers, before TLS or over it, is its answer.
   */
  async secure(
    client: SmtpClient,
    peer: TlsPeer & { readonly hello: () => Promise<TargetTrouble | undefined> },
  ): Promise<TargetTrouble | ClearText | undefined> {
    const { connector, target, queue, hello } = peer
    const need = tlsNeed(connector)
    if (need === 'never') return undefined
    if (!client.capabilities.has('STARTTLS')) return need === 'required' ? tlsRequired() : undefined
    const { certificates, fqdnOf, tlsSessions } = this.#options
    const secureContext = certificates.context(connector, fqdnOf(connector))
    if (secureContext === undefined) return certificateMissing
    const resumption = tlsSessions.resumption(secureContext, sessionKey(peer))
    const answer = await client.startTls({
      secureContext,
      ...serverName(target),
      resumable: resumption.resumable,
      onSession: (session) => resumption.received(session),
    })
    if (client.tls === undefined) return withoutTls(answer, peer)
    const domain = queue.nextHopDomain
    const refusal = certificateRefusal(connector, { target, domain, tls: client.tls })
    if (refusal !== undefined) return { kind: 'policy', text: refusal }
    resumption.verified(client.tls)
    return need === 'required' ? hello() : hello().catch(refusedBehindTls)
  }

  /** Has the next handshake begin afresh. Tells whether it would not have anyway. */
  forgetSession(peer: TlsPeer): boolean {
    const { certificates, fqdnOf, tlsSessions } = this.#options
    const context = certificates.context(peer.connector, fqdnOf(peer.connector))
    return context !== undefined && tlsSessions.forget(context, sessionKey(peer))
  }
}

const certificateMissing: TargetTrouble = {
  kind: 'policy',
  text: '454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found',
}

/**
 * The peer did not take STARTTLS. Where it just has no TLS now the session goes on in clear, if it lives:
 * EHLO tells, and a peer that leaves is as one whose handshake fails.
 */
async function withoutTls(
  answer: Reply,
  { connector, hello }: TlsPeer & { readonly hello: () => Promise<TargetTrouble | undefined> },
): Promise<TargetTrouble | ClearText> {
  if (!isTlsUnavailable(answer)) return { kind: 'reply', reply: answer }
  const tlsFault = `STARTTLS was refused: ${replyText(answer)}`
  if (tlsNeed(connector) === 'required') return tlsRequired(tlsFault)
  if (!mayFallBack(connector)) return { kind: 'policy', text: `454 4.7.0 ${tlsFault}` }
  try {
    const refusal = await hello()
    return refusal === undefined
      ? { kind: 'clear', tlsFault }
      : { kind: 'fallback', tlsFault, inClear: refusal }
  } catch (error) {
    throw new ClientFailure(tlsFault, { stage: 'tls', kind: 'tls', cause: error })
  }
}

/** The name asked for in the handshake; a literal has none. */
function serverName({ host, smartHost }: Target): { servername?: string } {
  return isIP(host) === 0 ? { servername: smartHost ?? host } : {}
}

/** All that a peer is judged by, beside our own certificate. */
function sessionKey({ connector, target, queue }: TlsPeer): string {
  const { servername = '' } = serverName(target)
  const names = requiredNames(connector, { target, domain: queue.nextHopDomain })
  return JSON.stringify([targetEndpoint(target), servername, names ?? 'any'])
}

/**
 * In TLS 1.3 a peer can still refuse the handshake after we hold it for done, and some stumble over the
 * first octets: one that leaves without a word has failed at TLS. Whatever it says over TLS is SMTP.
 */
function refusedBehindTls(error: unknown): never {
  if (!(error instanceof ClientFailure) || error.kind !== 'closed') throw error
  if (error.refusal !== undefined) throw error
  const message = `TLS negotiation failed: the peer broke off behind the handshake: ${error.message}`
  throw new ClientFailure(message, { stage: 'tls', kind: 'tls', cause: error })
}
