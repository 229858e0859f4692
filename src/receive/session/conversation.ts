import type { Agent } from '../../agents/agent.ts'
import type { SessionEvent } from '../../agents/agent-events.ts'
import { type AgentRoster, noAgents } from '../../agents/agent-roster.ts'
import type { AgentRunner } from '../../agents/agent-runner.ts'
import type { Clock } from '../../base/clock.ts'
import { plainAddress } from '../../base/ip-range.ts'
import type {
  ContentLimits,
  Endpoint,
  MessageSink,
  Principal,
  ProxiedClient,
  SessionFacts,
  TlsFacts,
} from '../../message/message-sink.ts'
import { behindFrontEnd, narrowerLimits } from '../../message/content-limits.ts'
import type { Permissions } from '../../message/permission.ts'
import type { OutboundTunnel } from '../../proxy/outbound-tunnel.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { Directory } from '../../directory/directory.ts'
import type { AcceptedDomains } from './accepted-domains.ts'
import type { Arrival } from './arrival.ts'
import type { ExtensionFacts } from './extensions.ts'
import type { MessageRates, MessageSource } from '../limits/message-rates.ts'
import { type Party, permissionsFor } from '../connectors/permissions.ts'
import type { ReceiveConnector } from '../connectors/receive-connector.ts'
import { isLoopback, isOpenToServices } from '../connectors/service-targets.ts'
import type { SessionLog } from './session-log.ts'
import type { SecuredConnection } from './session-transport.ts'
import type { TurnQueue } from '../limits/turns.ts'
import type { UserDirectory } from '../users/user-directory.ts'
import type { User } from '../users/user.ts'

/** What the verbs of all sessions of a service work with. */
export interface ConversationServices {
  /** The server's own name, where a connector has none. */
  readonly fqdn: string
  /** `SERVER`, as it stands before connector names. */
  readonly serverName: string
  readonly users: UserDirectory
  readonly acceptedDomains: AcceptedDomains
  /** Who there is in domains with an address book. */
  readonly directory: Directory
  /** What a recipient that is not there is told, by the server's role. */
  readonly unknownRecipient: Reply
  readonly sink: MessageSink
  readonly rates: MessageRates
  /** Where sessions with much input wait for one another. */
  readonly turns: TurnQueue
  readonly clock: Clock
  /** Whether a client's certificate (DER) is the one that only our own services have. */
  isInternalCertificate(certificate: Buffer): boolean
  /** Opens connections for the Transport service (XPROXYTO); the front end has it. */
  readonly tunnel?: OutboundTunnel | undefined
  /** Asks the transport agents; absent where none can be. */
  readonly agents?: AgentRunner | undefined
  /** A front end of this server may hand sessions over. */
  readonly behindFrontEnd?: boolean
}

/** Who a party is and what it may do here. */
export interface Identity {
  readonly principal: Principal
  readonly permissions: Permissions
}

export interface Hello {
  readonly name: string
  /** EHLO. */
  readonly extended: boolean
}

/** How far the dialog is. A transaction exists in one phase only, so nothing of it outlives it. */
export type Phase =
  | { readonly kind: 'connected' }
  | { readonly kind: 'ready'; readonly hello: Hello }
  | { readonly kind: 'transaction'; readonly hello: Hello; readonly arrival: Arrival }

/** A client that a front end of ours speaks for. */
interface Handover {
  readonly client: ProxiedClient
  /** What its front end allows, beside what we do. */
  readonly limits: ContentLimits
  readonly identity: Identity
}

export interface ConversationOptions {
  readonly connector: ReceiveConnector
  readonly services: ConversationServices
  readonly log: SessionLog
  readonly local: Endpoint
  readonly remote: Endpoint
  /** There is a certificate for STARTTLS. */
  readonly tlsAvailable: boolean
}

const anonymous: Principal = { kind: 'Anonymous' }
const externallySecured: Principal = { kind: 'ExternallySecured' }

/** What a session has established so far, and the rules that follow from it. No input or output. */
export class Conversation {
  readonly connector: ReceiveConnector
  readonly services: ConversationServices
  readonly log: SessionLog
  readonly fqdn: string
  readonly local: Endpoint
  readonly remote: Endpoint
  /** Failed log-ins so far. */
  logonFailures = 0
  /**
   * AUTH came, without success, and no other verb since: lines that are none may be credentials, of a
   * client that goes on whatever it is told.
   */
  authenticating = false
  readonly #tlsAvailable: boolean
  /** Those in force when the session began. */
  readonly #agents: AgentRoster
  #tls: TlsFacts | undefined
  #phase: Phase = { kind: 'connected' }
  /** What the peer itself proved. */
  #peer: Identity
  #handover: Handover | undefined
  #facts: SessionFacts | undefined
  #hasEnded = false
  #ending: AbortController | undefined

  constructor(options: ConversationOptions) {
    this.connector = options.connector
    this.services = options.services
    this.log = options.log
    this.local = options.local
    this.remote = options.remote
    this.fqdn = options.connector.Fqdn === '' ? options.services.fqdn : options.connector.Fqdn
    this.#tlsAvailable = options.tlsAvailable
    this.#agents = options.services.agents?.roster ?? noAgents
    this.#peer = this.#unprovenIdentity()
  }

  get phase(): Phase {
    return this.#phase
  }

  get tls(): TlsFacts | undefined {
    return this.#tls
  }

  /** Whose mail this is: the client handed over, else the peer. */
  get identity(): Identity {
    return this.#handover?.identity ?? this.#peer
  }

  /** The peer itself, whoever it speaks for. */
  get peer(): Identity {
    return this.#peer
  }

  /**
   * The agents to be asked at an event of the session; undefined when there are none. A front end of ours
   * asks them about its clients itself.
   */
  agentsAt(event: SessionEvent): readonly Agent[] | undefined {
    const agents = this.#agents.at(event)
    return agents === undefined || this.#speaksForOthers ? undefined : agents
  }

  /** Replies that refuse are held back only for those who proved nothing. */
  get tarpitted(): boolean {
    return this.#peer.principal.kind === 'Anonymous'
  }

  /** Aborts when the client is gone. Made when asked for: a controller costs much of a short session. */
  get ended(): AbortSignal {
    this.#ending ??= new AbortController()
    if (this.#hasEnded) this.#ending.abort()
    return this.#ending.signal
  }

  /** The peer is a front end of ours that speaks for a client, whose recipients it has looked up. */
  get isHandedOver(): boolean {
    return this.#handover !== undefined
  }

  /** The source that MessageRateLimit counts; undefined where the front end has counted it already. */
  get messageSource(): MessageSource | undefined {
    if (this.#handover !== undefined) return undefined
    const { principal } = this.#peer
    return {
      address: this.remote.address,
      userName: principal.kind === 'User' ? principal.userName : undefined,
    }
  }

  get extensionFacts(): ExtensionFacts {
    return {
      connector: this.connector,
      tlsAvailable: this.#tlsAvailable,
      encrypted: this.#tls !== undefined,
      authenticated: this.#peer.principal.kind === 'User' || this.#handover !== undefined,
      permissions: this.#peer.permissions,
      tunnels: this.services.tunnel !== undefined,
    }
  }

  /** The connector's limits on content; for a client handed over the narrower of both ends. */
  get contentLimits(): ContentLimits {
    const { MaxHeaderSize, MaxHopCount, MaxLocalHopCount } = this.connector
    const own: ContentLimits = {
      maxHeaderSize: MaxHeaderSize,
      maxHopCount: MaxHopCount,
      maxLocalHopCount: MaxLocalHopCount,
    }
    const theirs = this.#handover?.limits
    return theirs === undefined ? own : narrowerLimits(behindFrontEnd(own), theirs)
  }

  /** The session as the message's sink sees it; one object until something changes. */
  get facts(): SessionFacts {
    this.#facts ??= this.#collectFacts()
    return this.#facts
  }

  /** The client is gone. */
  end(): void {
    this.#hasEnded = true
    this.#ending?.abort()
  }

  /** HELO or EHLO: a new beginning, a transaction is forgotten. */
  greet(hello: Hello): void {
    this.abandonTransaction()
    this.#phase = { kind: 'ready', hello }
    this.#facts = undefined
  }

  /** MAIL was taken. */
  open(arrival: Arrival): void {
    if (this.#phase.kind !== 'ready')
      throw new Error(`a transaction cannot open when ${this.#phase.kind}`)
    this.#phase = { kind: 'transaction', hello: this.#phase.hello, arrival }
  }

  /** The transaction ended by itself: committed or refused. */
  endTransaction(): void {
    if (this.#phase.kind === 'transaction')
      this.#phase = { kind: 'ready', hello: this.#phase.hello }
  }

  /** Forgets a transaction that is open. No call to its message may be under way. */
  abandonTransaction(): void {
    if (this.#phase.kind !== 'transaction') return
    const { arrival } = this.#phase
    this.endTransaction()
    arrival.abandon()
  }

  /** A TLS handshake ended: all that was said before is forgotten (RFC 3207 4.2). */
  secure(secured: SecuredConnection): void {
    this.abandonTransaction()
    this.#phase = { kind: 'connected' }
    this.#handover = undefined
    this.#tls = secured.tls
    const proven = this.#provenServer(secured)
    this.#become(proven ?? this.#unprovenIdentity())
    this.log.sendingCertificate(secured)
    this.log.tlsNegotiated(secured, certificateStatus(secured, proven !== undefined))
    this.log.permissions(this.#peer.permissions)
  }

  /** What this account would be here. */
  identityOf(user: User): Identity {
    const party: Party = { kind: 'User', groups: user.Groups }
    const permissions = permissionsFor(party, this.connector)
    const isServer =
      user.Groups.includes('ExchangeServers') &&
      this.connector.PermissionGroups.includes('ExchangeServers')
    if (isServer) {
      return { principal: { kind: 'ExchangeServer', name: user.UserName }, permissions }
    }
    return { principal: userPrincipal(user), permissions }
  }

  /** AUTH succeeded. */
  authenticate(identity: Identity): void {
    this.authenticating = false
    this.#become(identity)
    this.log.permissions(identity.permissions)
  }

  /** XPROXYFROM or XPROXY: from now on the peer speaks for this client. */
  handOver(handover: Handover): void {
    const { client, identity } = handover
    this.#handover = handover
    this.#facts = undefined
    this.log.handedOver(`${client.sessionId} ${client.client.address}:${client.client.port}`)
    this.log.permissions(identity.permissions)
  }

  get #speaksForOthers(): boolean {
    if (this.#peer.permissions.has('SMTPAcceptXProxyFrom')) return true
    // Before it proved it: who comes from this machine to a connector for its services.
    const { address } = this.remote
    const fromHere = address === this.local.address || isLoopback(plainAddress(address))
    const mayBe = this.services.behindFrontEnd === true && fromHere
    return mayBe && isOpenToServices(this.connector, 'HubTransport')
  }

  #become(identity: Identity): void {
    if (identity.principal.kind === 'ExchangeServer') this.log.serverProven()
    this.#peer = identity
    this.#facts = undefined
  }

  #unprovenIdentity(): Identity {
    const secured = this.connector.AuthMechanism.includes('ExternalAuthoritative')
    const kind = secured ? 'ExternallySecured' : 'Anonymous'
    return {
      principal: secured ? externallySecured : anonymous,
      permissions: permissionsFor({ kind }, this.connector),
    }
  }

  /** Our own services prove themselves by the server's internal certificate. */
  #provenServer({ clientCertificate }: SecuredConnection): Identity | undefined {
    if (clientCertificate === undefined) return undefined
    if (!this.connector.AuthMechanism.includes('ExchangeServer')) return undefined
    if (!this.services.isInternalCertificate(clientCertificate)) return undefined
    return {
      principal: { kind: 'ExchangeServer', name: this.services.serverName },
      permissions: permissionsFor({ kind: 'ExchangeServer' }, this.connector),
    }
  }

  #collectFacts(): SessionFacts {
    const phase = this.#phase
    const hello = phase.kind === 'connected' ? undefined : phase.hello
    return {
      sessionId: this.log.id,
      connector: `${this.services.serverName}\\${this.connector.Name}`,
      fqdn: this.fqdn,
      local: this.local,
      remote: this.remote,
      helloName: hello?.name ?? '',
      extended: hello?.extended ?? false,
      ...(this.#tls !== undefined && { tls: this.#tls }),
      ...this.identity,
      ...(this.#handover !== undefined && { proxiedFor: this.#handover.client }),
    }
  }
}

/** The account as somebody who sends as itself, whatever more it may be on some connectors. */
export function userPrincipal({ UserName, EmailAddresses }: User): Principal {
  const own = UserName.includes('@') ? [UserName] : []
  const addresses = [...EmailAddresses, ...own].map((address) => address.toLowerCase())
  return { kind: 'User', userName: UserName, addresses }
}

function certificateStatus({ clientCertificate }: SecuredConnection, proven: boolean): string {
  if (clientCertificate === undefined) return 'NoRemoteCertificate'
  return proven ? 'Success' : 'UntrustedRemoteCertificate'
}
