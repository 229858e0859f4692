import { isIP } from 'node:net'
import type { ProgramLog } from '../../base/program-log.ts'
import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import { second } from '../../base/time-span.ts'
import type { ConnectivityLog, ConnectivitySession } from '../../logs/connectivity-log.ts'
import type { ProtocolLog } from '../../logs/protocol-log.ts'
import type { AnsweringSession } from '../../queue/delivery-agent.ts'
import type { QueueKey } from '../../queue/queue-key.ts'
import type { Reply } from '../../smtp/reply.ts'
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
import {
  type ClearFallback,
  clearTextRefusal,
  sessionTrouble,
  type TargetTrouble,
  tlsRequired,
} from './failure-policy.ts'
import type { SendConnector } from './send-connector.ts'
import { SmtpClient } from './smtp-client.ts'
import { StartTls } from './start-tls.ts'
import { type Target, targetEndpoint, targetName } from './target.ts'
import type { TlsMemory } from './tls-memory.ts'
import type { TlsSessions } from './tls-sessions.ts'
import { mayFallBack, tlsNeed } from './tls-policy.ts'

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
  /** It is in clear because TLS failed. */
  readonly fallback?: ClearFallback | undefined
  /** Messages tried on it. */
  messages: number
  /** A transaction is open that no content ended, so RSET comes before the next. */
  needsReset: boolean
  /** The peer takes no more on it: what is left goes over another one. */
  spent: boolean
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
  /** Why TLS failed, before or in this attempt, so that the session is in clear. */
  tlsFault: string | undefined
}

/** Opens sessions up to the point where MAIL may be said. */
export class SessionOpener {
  readonly #options: SessionOpenerOptions
  readonly #startTls: StartTls

  constructor(options: SessionOpenerOptions) {
    this.#options = options
    this.#startTls = new StartTls({ ...options, fqdnOf: (connector) => this.#fqdn(connector) })
  }

  /** Begins a session of the connectivity log. */
  begin(queue: QueueKey): ConnectivitySession {
    const { nextHopDomain: destination } = queue
    const description = queueDescription(queue)
    return this.#options.connectivityLog.session({ destination, description })
  }

  /**
   * Opens a session to one target, or tells why it is of no use. Where TLS is opportunistic and fails,
   * the target is dialled again at once and spoken to in clear. Never rejects.
   */
  async open(request: SessionRequest): Promise<DeliverySession | TargetTrouble> {
    const { connector, target, signal } = request
    const again = { ...request, begun: undefined }
    const known = mayFallBack(connector)
      ? this.#options.tlsMemory.faultOf(targetEndpoint(target))
      : undefined
    if (known !== undefined) return this.#openAsBefore(request, known)
    let opened = await this.#attempt(request)
    // A peer may stumble over a session that it gave itself: once more, with a handshake from scratch.
    if (tlsFailed(opened) && !signal.aborted && this.#startTls.forgetSession(request))
      opened = await this.#attempt(again)
    if (!tlsFailed(opened) || signal.aborted) return opened
    return this.#openWithoutTls(again, opened)
  }

  /** In clear, since TLS with the target failed lately and clear text served. */
  async #openAsBefore(
    request: SessionRequest,
    tlsFault: string,
  ): Promise<DeliverySession | TargetTrouble> {
    const opened = await this.#attempt(request, tlsFault)
    if (!('kind' in opened) || opened.kind !== 'reply') return opened
    if (clearTextRefusal(opened.reply) === undefined) return opened
    this.#clearTextRefused(request, tlsFault)
    return { kind: 'fallback', tlsFault, inClear: opened }
  }

  /** What the connector allows when TLS has just failed. */
  async #openWithoutTls(
    request: SessionRequest,
    trouble: TlsTrouble,
  ): Promise<DeliverySession | TargetTrouble> {
    const { connector, target } = request
    const { tlsMemory, logger } = this.#options
    const { message, kind } = trouble.failure
    const tlsFault = kind === 'tls' ? message : `TLS negotiation failed: ${message}`
    const facts = { target: targetName(target), reason: tlsFault }
    if (!mayFallBack(connector)) {
      logger.warn(facts, 'TLS failed and is required')
      return tlsNeed(connector) === 'required' ? tlsRequired(tlsFault) : trouble
    }
    this.#tellFallback(request, tlsFault)
    const opened = await this.#attempt(request, tlsFault)
    if ('kind' in opened) return { kind: 'fallback', tlsFault, inClear: opened }
    tlsMemory.note(targetEndpoint(target), tlsFault)
    return opened
  }

  #tellFallback({ target }: SessionRequest, reason: string): void {
    const { tlsMemory, logger } = this.#options
    if (tlsMemory.isNews(targetEndpoint(target), reason))
      logger.warn({ target: targetName(target), reason }, fallingBack)
  }

  #clearTextRefused({ target }: SessionRequest, tlsFault: string): void {
    const { tlsMemory, logger } = this.#options
    tlsMemory.forget(targetEndpoint(target))
    const facts = { target: targetName(target), reason: tlsFault }
    logger.warn(
      facts,
      'The peer refuses mail in clear after TLS failed: it is tried again with TLS',
    )
  }

  /** One session; when it is of no use it is over in the connectivity log, too. */
  async #attempt(
    request: SessionRequest,
    tlsFault?: string,
  ): Promise<DeliverySession | TargetTrouble> {
    const connectivity = request.begun ?? this.begin(request.queue)
    const tried = await this.#try(request, { connectivity, tlsFault })
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
      if (error instanceof ClientFailure) return sessionTrouble(error)
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
    attempt: Attempt,
  ): Promise<DeliverySession | TargetTrouble> {
    const { target, connector, signal } = request
    const { connectivity } = attempt
    const log = this.#log(connector, { local, remote, id: connectivity.id })
    log.record('*', '', `attempting to connect to ${targetName(target)}`)
    if (attempt.tlsFault !== undefined) log.record('*', '', `${attempt.tlsFault}; sending in clear`)
    const giveUp = () => socket.destroy()
    signal.addEventListener('abort', giveUp, { once: true })
    request.watch?.connected()
    try {
      const { clock } = this.#options
      const timeouts = timeoutsFor(connector)
      const client = await SmtpClient.open(socket, { clock, log, timeouts })
      request.watch?.greeted(client)
      const trouble = await this.#introduce(client, request, attempt)
      if (trouble === undefined && attempt.tlsFault !== undefined) connectivity.note(fallingBack)
      if (trouble === undefined) {
        const { host, address } = target
        const facts = { id: log.id, localAddress: local.address, host, address }
        const quit = (outcome?: string) => {
          connectivity.end(outcome)
          return client.quit()
        }
        const own = { messages: 0, needsReset: false, spent: false, connectivity, quit }
        const fallback = this.#fallback(request, attempt.tlsFault)
        return { client, target, connector, id: log.id, facts, fallback, ...own }
      }
      void client.quit()
      return trouble
    } catch (error) {
      if (signal.reason instanceof ClientFailure) log.record('*', '', signal.reason.message)
      socket.destroy()
      throw error
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  #fallback(request: SessionRequest, tlsFault: string | undefined): ClearFallback | undefined {
    if (tlsFault === undefined) return undefined
    return { tlsFault, refused: () => this.#clearTextRefused(request, tlsFault) }
  }

  async #introduce(
    client: SmtpClient,
    request: SessionRequest,
    attempt: Attempt,
  ): Promise<TargetTrouble | undefined> {
    if (client.greeting.code !== 220) return replied(client.greeting)
    const greeted = await this.#hello(client, request.connector)
    return (
      greeted ??
      (await this.#secure(client, request, attempt)) ??
      (await this.#authenticate(client, request.connector))
    )
  }

  async #secure(
    client: SmtpClient,
    request: SessionRequest,
    attempt: Attempt,
  ): Promise<TargetTrouble | undefined> {
    if (attempt.tlsFault !== undefined) return undefined
    const { connector } = request
    const hello = () => this.#hello(client, connector)
    const secured = await this.#startTls.secure(client, { ...request, hello })
    if (secured?.kind !== 'clear') return secured
    attempt.tlsFault = secured.tlsFault
    this.#tellFallback(request, secured.tlsFault)
    return undefined
  }

  async #hello(client: SmtpClient, connector: SendConnector): Promise<TargetTrouble | undefined> {
    const answer = await client.hello(this.#fqdn(connector), { helo: connector.ForceHELO })
    return answer.code === 250 ? undefined : replied(answer)
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

const fallingBack = 'TLS failed, sending in clear'

type TlsTrouble = Extract<TargetTrouble, { kind: 'failure' }>

function tlsFailed(opened: DeliverySession | TargetTrouble): opened is TlsTrouble {
  return 'kind' in opened && opened.kind === 'failure' && opened.failure.stage === 'tls'
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
