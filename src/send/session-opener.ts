import { isIP } from 'node:net'
import type { ProgramLog } from '../base/program-log.ts'
import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import { second } from '../base/time-span.ts'
import type { ConnectivityLog, ConnectivitySession } from '../logs/connectivity-log.ts'
import type { ProtocolLog } from '../logs/protocol-log.ts'
import type { AnsweringSession } from '../queue/delivery-agent.ts'
import type { QueueKey } from '../queue/queue-key.ts'
import { isPositive, type Reply } from '../smtp/reply.ts'
import { ClientFailure } from './client-failure.ts'
import { type ClientTimeouts, defaultClientTimeouts } from './client-timeouts.ts'
import type { ClientCertificates } from './client-certificates.ts'
import {
  establishedDescription,
  queueDescription,
  troubleDescription,
  troubleOutcome,
} from './connectivity-texts.ts'
import { readCredential } from './credential.ts'
import type { Connection, Dialer } from './dialer.ts'
import { type TargetTrouble, tlsRequired } from './failure-policy.ts'
import type { SendConnector } from './send-connector.ts'
import { SmtpClient } from './smtp-client.ts'
import { type Target, targetEndpoint, targetName } from './target.ts'
import type { TlsMemory } from './tls-memory.ts'
import type { TlsSessions } from './tls-sessions.ts'
import { certificateRefusal, requiredNames, tlsNeed } from './tls-policy.ts'

const connectTimeout = 30 * second

/** An open session that mail can go over. */
export interface DeliverySession {
  readonly client: SmtpClient
  readonly target: Target
  readonly connector: SendConnector
  /** 16 hex digits, as in the protocol log. */
  readonly id: string
  /** The same for the message tracking log. */
  readonly facts: AnsweringSession
  /** Messages tried on it. */
  messages: number
  /** A transaction is open that no content ended, so RSET comes before the next. */
  needsReset: boolean
  readonly connectivity: ConnectivitySession
  /** Takes leave of the peer; `outcome` tells the connectivity log why. Never rejects. */
  quit(outcome?: string): Promise<void>
}

export interface SessionOpenerOptions {
  readonly server: Live<{ readonly Fqdn: string }>
  readonly dialerFor: (connector: SendConnector) => Dialer
  readonly certificates: ClientCertificates
  readonly tlsMemory: TlsMemory
  readonly tlsSessions: TlsSessions
  readonly protocolLog: ProtocolLog
  readonly connectivityLog: ConnectivityLog
  readonly clock: Clock
  readonly logger: ProgramLog
}

/** What a session is opened for. */
export interface SessionRequest {
  readonly target: Target
  readonly connector: SendConnector
  /** Whose domain is that of DomainValidation. */
  readonly queue: QueueKey
  readonly signal: AbortSignal
  /** Begun for the look-up of the target; absent: the session is the next to the same hosts. */
  readonly begun?: ConnectivitySession | undefined
  /** Told how far the opening has come. */
  readonly watch?: OpeningWatch
}

/** Follows the opening of a session. */
export interface OpeningWatch {
  /** Why the opening is not waited for any longer, if it is not. */
  readonly left: TargetTrouble | undefined
  /** The peer is to greet now. */
  connected(): void
  greeted(client: SmtpClient): void
}

/** What one attempt goes by. */
interface Attempt {
  readonly connectivity: ConnectivitySession
  /** Without TLS, whatever the peer offers. */
  readonly inClear: boolean
}

/** Opens sessions up to the point where MAIL may be said. */
export class SessionOpener {
  readonly #options: SessionOpenerOptions

  constructor(options: SessionOpenerOptions) {
    this.#options = options
  }

  /** Begins a session of the connectivity log. */
  begin(queue: QueueKey): ConnectivitySession {
    const { nextHopDomain: destination } = queue
    const description = queueDescription(queue)
    return this.#options.connectivityLog.session({ destination, description })
  }

  /**
   * Opens a session to one target, or tells why it is of no use. Where TLS is opportunistic and the
   * handshake fails, the target is dialled again at once and spoken to in clear. Never rejects.
   */
  async open(request: SessionRequest): Promise<DeliverySession | TargetTrouble> {
    const { tlsMemory, logger } = this.#options
    const again = { ...request, begun: undefined }
    const endpoint = targetEndpoint(request.target)
    const need = tlsNeed(request.connector)
    const inClear = need === 'opportunistic' && tlsMemory.failedLately(endpoint)
    let opened = await this.#attempt(request, inClear)
    // A peer may stumble over a session that it gave itself: once more, with a handshake from scratch.
    if (tlsFailed(opened) && !request.signal.aborted && this.#forgetTlsSession(request))
      opened = await this.#attempt(again, inClear)
    if (!tlsFailed(opened) || request.signal.aborted) return opened
    const facts = { target: targetName(request.target), reason: opened.failure.message }
    if (need === 'required') {
      logger.warn(facts, 'TLS failed and is required')
      return tlsRequired
    }
    logger.warn(facts, 'TLS failed, sending in clear')
    tlsMemory.note(endpoint)
    return this.#attempt(again, true)
  }

  /** One session; when it is of no use it is over in the connectivity log, too. */
  async #attempt(
    request: SessionRequest,
    inClear: boolean,
  ): Promise<DeliverySession | TargetTrouble> {
    const connectivity = request.begun ?? this.begin(request.queue)
    const tried = await this.#try(request, { connectivity, inClear })
    if (!('kind' in tried)) return tried
    const opened = request.watch?.left ?? tried
    const description = troubleDescription(request.target, opened)
    if (description !== undefined) connectivity.note(description)
    connectivity.end(troubleOutcome(opened))
    return opened
  }

  async #try(request: SessionRequest, attempt: Attempt): Promise<DeliverySession | TargetTrouble> {
    try {
      const connection = await this.#dial(request, attempt)
      attempt.connectivity.note(establishedDescription(request.target))
      return await this.#converse(request, connection, attempt)
    } catch (error) {
      if (error instanceof ClientFailure) return { kind: 'failure', failure: error }
      const reason = error instanceof Error ? error.message : String(error)
      this.#options.logger.error({ err: error }, 'Opening a session failed unexpectedly')
      return { kind: 'policy', text: `451 4.3.0 Local error: ${reason}` }
    }
  }

  async #dial(
    { target, connector, signal }: SessionRequest,
    { connectivity }: Attempt,
  ): Promise<Connection> {
    const { SourceIPAddress: source } = connector
    const anySource = source === '' || source === '0.0.0.0' || source === '::'
    // An address of the other family cannot be bound; such a target goes by the system's choice.
    const localAddress =
      !anySource && isIP(source) === isIP(target.address) ? { localAddress: source } : {}
    try {
      const options = { ...localAddress, timeout: connectTimeout, signal }
      return await this.#options.dialerFor(connector).dial(target, options)
    } catch (error) {
      const local = { address: source, port: 0 }
      const remote = { address: target.address, port: target.port }
      const log = this.#log(connector, { local, remote, id: connectivity.id })
      log.record('*', '', `attempting to connect to ${targetName(target)}`)
      log.record('*', '', `Failed to connect. ${error instanceof Error ? error.message : ''}`)
      throw error
    }
  }

  #log(
    connector: SendConnector,
    { local, remote, id }: Pick<Connection, 'local' | 'remote'> & { readonly id: string },
  ) {
    const verbose = connector.ProtocolLoggingLevel === 'Verbose'
    const connectorId = connector.Name
    return this.#options.protocolLog.session({ connectorId, local, remote, verbose, id })
  }

  async #converse(
    request: SessionRequest,
    { socket, local, remote }: Connection,
    { connectivity, inClear }: Attempt,
  ): Promise<DeliverySession | TargetTrouble> {
    const { target, connector, signal } = request
    const log = this.#log(connector, { local, remote, id: connectivity.id })
    log.record('*', '', `attempting to connect to ${targetName(target)}`)
    const giveUp = () => socket.destroy()
    signal.addEventListener('abort', giveUp, { once: true })
    request.watch?.connected()
    try {
      const { clock } = this.#options
      const timeouts = timeoutsFor(connector)
      const client = await SmtpClient.open(socket, { clock, log, timeouts })
      request.watch?.greeted(client)
      const trouble = await this.#introduce(client, request, inClear)
      if (trouble === undefined) {
        const { host, address } = target
        const facts = { id: log.id, localAddress: local.address, host, address }
        const quit = (outcome?: string) => {
          connectivity.end(outcome)
          return client.quit()
        }
        const own = { messages: 0, needsReset: false, connectivity, quit }
        return { client, target, connector, id: log.id, facts, ...own }
      }
      void client.quit()
      return trouble
    } catch (error) {
      socket.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async #introduce(
    client: SmtpClient,
    request: SessionRequest,
    inClear: boolean,
  ): Promise<TargetTrouble | undefined> {
    if (client.greeting.code !== 220) return replied(client.greeting)
    const greeted = await this.#hello(client, request.connector)
    return (
      greeted ??
      (await this.#secure(client, request, inClear)) ??
      (await this.#authenticate(client, request.connector))
    )
  }

  async #hello(client: SmtpClient, connector: SendConnector): Promise<TargetTrouble | undefined> {
    const answer = await client.hello(this.#fqdn(connector), { helo: connector.ForceHELO })
    return answer.code === 250 ? undefined : replied(answer)
  }

  async #secure(
    client: SmtpClient,
    request: SessionRequest,
    inClear: boolean,
  ): Promise<TargetTrouble | undefined> {
    const { connector, target, queue } = request
    const need = tlsNeed(connector)
    if (need === 'never' || inClear) return undefined
    const unavailable = need === 'required' ? tlsRequired : undefined
    if (!client.capabilities.has('STARTTLS')) return unavailable
    const secureContext = this.#options.certificates.context(connector, this.#fqdn(connector))
    if (secureContext === undefined) return certificateMissing
    const resumption = this.#options.tlsSessions.resumption(secureContext, tlsSessionKey(request))
    const answer = await client.startTls({
      secureContext,
      ...serverName(target),
      resumable: resumption.resumable,
      onSession: (session) => resumption.received(session),
    })
    if (!isPositive(answer)) return client.usable ? unavailable : leftAtStartTls(answer)
    if (client.tls === undefined) return unavailable
    const refusal = certificateRefusal(connector, {
      target,
      domain: queue.nextHopDomain,
      tls: client.tls,
    })
    if (refusal !== undefined) return { kind: 'policy', text: refusal }
    resumption.verified(client.tls)
    if (need === 'required') return this.#hello(client, connector)
    return this.#hello(client, connector).catch(brokenBehindTls)
  }

  /** Whether there was one that the attempt before may have offered. */
  #forgetTlsSession(request: SessionRequest): boolean {
    const { connector } = request
    const context = this.#options.certificates.context(connector, this.#fqdn(connector))
    if (context === undefined) return false
    return this.#options.tlsSessions.forget(context, tlsSessionKey(request))
  }

  async #authenticate(
    client: SmtpClient,
    connector: SendConnector,
  ): Promise<TargetTrouble | undefined> {
    const mechanism = connector.SmartHostAuthMechanism
    if (mechanism !== 'BasicAuth' && mechanism !== 'BasicAuthRequireTLS') return undefined
    const credential = await readCredential(connector.AuthenticationCredential)
    if (typeof credential === 'string')
      return {
        kind: 'policy',
        text: `454 4.7.0 Cannot authenticate with the next hop: ${credential}`,
      }
    const answer = await client.authenticate(credential)
    return answer.code === 235 ? undefined : replied(answer)
  }

  #fqdn(connector: SendConnector): string {
    return connector.Fqdn === '' ? this.#options.server.current.Fqdn : connector.Fqdn
  }
}

const certificateMissing: TargetTrouble = {
  kind: 'policy',
  text: '454 4.7.5 The certificate specified in TlsCertificateName of the SendConnector could not be found',
}

function tlsFailed(
  opened: DeliverySession | TargetTrouble,
): opened is Extract<TargetTrouble, { kind: 'failure' }> {
  return 'kind' in opened && opened.kind === 'failure' && opened.failure.stage === 'tls'
}

/** The name asked for in the handshake; a literal has none. */
function serverName({ host, smartHost }: Target): { servername?: string } {
  return isIP(host) === 0 ? { servername: smartHost ?? host } : {}
}

/** All that a peer is judged by, beside our own certificate. */
function tlsSessionKey({ connector, target, queue }: SessionRequest): string {
  const { servername = '' } = serverName(target)
  const names = requiredNames(connector, { target, domain: queue.nextHopDomain })
  return JSON.stringify([targetEndpoint(target), servername, names ?? 'any'])
}

/** A peer that leaves rather than to encrypt is as one whose handshake fails. */
function leftAtStartTls(answer: Reply): TargetTrouble {
  const reason = { stage: 'tls', kind: 'tls', verdict: answer } as const
  return { kind: 'failure', failure: new ClientFailure('the peer left at STARTTLS', reason) }
}

/**
 * In TLS 1.3 a peer can still refuse the handshake after we hold it for done, and some stumble over the
 * first octets: to the one as to the other we speak in clear, where we may.
 */
function brokenBehindTls(error: unknown): never {
  if (!(error instanceof ClientFailure)) throw error
  const message = `the peer broke off behind the TLS handshake: ${error.message}`
  throw new ClientFailure(message, { stage: 'tls', kind: 'tls', cause: error })
}

function replied(answer: Reply): TargetTrouble {
  return { kind: 'reply', reply: answer }
}

/** ConnectionInactivityTimeOut is the longest silence that we bear, whatever the RFC grants. */
function timeoutsFor({ ConnectionInactivityTimeOut: longest }: SendConnector): ClientTimeouts {
  const times = defaultClientTimeouts
  return {
    greeting: Math.min(times.greeting, longest),
    tlsHandshake: Math.min(times.tlsHandshake, longest),
    mail: Math.min(times.mail, longest),
    rcpt: Math.min(times.rcpt, longest),
    data: Math.min(times.data, longest),
    content: Math.min(times.content, longest),
    finalDot: Math.min(times.finalDot, longest),
    command: Math.min(times.command, longest),
    quit: times.quit,
  }
}
