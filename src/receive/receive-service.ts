import type { Socket } from 'node:net'
import type { AgentRunner } from '../agents/agent-runner.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress, rangeSize } from '../base/ip-range.ts'
import type { Live } from '../base/live.ts'
import type { SharedCounts } from '../base/shared-counts.ts'
import type { ProgramLog } from '../base/program-log.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import type { DirectoryAccounts } from '../directory/accounts.ts'
import type { Directory } from '../directory/directory.ts'
import type { ProtocolLog } from '../logs/protocol-log.ts'
import type { Endpoint, MessageSink } from '../message/message-sink.ts'
import type { OutboundTunnel } from '../proxy/outbound-tunnel.ts'
import { recipientNotFound, userUnknown } from '../smtp/replies.ts'
import { type Reply, formatReply } from '../smtp/reply.ts'
import type { Certificates } from '../tls/certificates.ts'
import { ServerContexts } from '../tls/server-contexts.ts'
import type { AcceptedDomains } from './session/accepted-domains.ts'
import { type Binding, formatBinding } from './connectors/binding.ts'
import { ConnectionLimits } from './limits/connection-limits.ts'
import {
  ConnectorSelection,
  bindingCovers,
  bindingsToOpen,
  isWildcard,
} from './connectors/connector-selection.ts'
import { ConnectorTls } from './connector-tls.ts'
import type { ConversationServices } from './session/conversation.ts'
import { isInternalCertificate } from './internal-certificate.ts'
import { Listener } from './listener.ts'
import { MessageRates } from './limits/message-rates.ts'
import type { ReceivingServer } from './connectors/receive-connector-defaults.ts'
import type { ReceiveConnector } from './connectors/receive-connector.ts'
import { ReceivingConnection } from './receiving-connection.ts'
import { type ConnectionEnds, SessionLogs } from './session/session-logs.ts'
import { ReceiveSession } from './session/session.ts'
import { SharedPorts } from './shared-ports.ts'
import { TurnQueue } from './limits/turns.ts'
import { UserDirectory } from './users/user-directory.ts'
import type { User } from './users/user.ts'

export interface ReceiveServiceOptions {
  /** Connectors of the other role are left alone. */
  readonly transportRole: ReceiveConnector['TransportRole']
  readonly server: ReceivingServer & { readonly Fqdn: string }
  readonly connectors: Live<readonly ReceiveConnector[]>
  readonly users: Live<readonly User[]>
  readonly acceptedDomains: AcceptedDomains
  readonly directory: Directory
  /** Who may log in beside the users. */
  readonly accounts?: DirectoryAccounts
  readonly certificates: Certificates
  /** The service's MaxConnectionRatePerMinute. */
  readonly maxConnectionRatePerMinute: Live<number>
  readonly sink: MessageSink
  readonly protocolLog: ProtocolLog
  readonly clock: Clock
  readonly logger: ProgramLog
  /**
   * Other processes of the service: the limits hold over all of them, and all listen on the same ports.
   */
  readonly siblings?: SharedCounts
  /** What XPROXYTO asks for; only the Front End Transport service has it. */
  readonly tunnel?: OutboundTunnel
  /** Asks the transport agents about sessions. */
  readonly agents?: AgentRunner
}

/** One listening socket, for the table at start. */
export interface ListenerInfo {
  readonly address: string
  /** The real port, where the binding has 0. */
  readonly port: number
  /** `no certificate`: there should be TLS, and no connector of the socket has a certificate for it. */
  readonly tls: 'STARTTLS' | 'implicit' | 'none' | 'no certificate'
  /** Connectors that share it, narrowest remote range first. */
  readonly connectors: readonly string[]
}

interface AcceptedConnection extends ConnectionEnds {
  readonly socket: Socket
}

/** How long a refused client may take to read why. */
const refusalLinger: Milliseconds = 5 * second

/** The receiving side of one service: its listeners, and the sessions on them. */
export class ReceiveService implements AsyncDisposable {
  readonly #options: ReceiveServiceOptions
  readonly #services: ConversationServices
  readonly #limits: ConnectionLimits
  readonly #ports: SharedPorts | undefined
  readonly #listeners = new Map<string, Listener>()
  readonly #sessions = new Set<ReceiveSession>()
  readonly #contexts: ServerContexts
  readonly #tls = new WeakMap<ReceiveConnector, ConnectorTls>()
  readonly #logs: SessionLogs
  readonly #warned = new Map<string, Milliseconds>()
  #connectors: readonly ReceiveConnector[] = []
  #selection = new ConnectorSelection([])
  #changes: Promise<unknown> = Promise.resolve()
  #latest: Promise<unknown> = Promise.resolve()
  #unsubscribe: (() => void) | undefined
  #draining = false
  #sessionEnded: (() => void) | undefined

  constructor(options: ReceiveServiceOptions) {
    const { clock, server, users, certificates, siblings } = options
    this.#options = options
    this.#limits = new ConnectionLimits(clock, siblings)
    this.#logs = new SessionLogs(server.Name, options.protocolLog, clock)
    this.#ports = siblings && new SharedPorts(siblings, clock)
    this.#contexts = new ServerContexts(clock)
    this.#services = {
      fqdn: server.Fqdn,
      serverName: server.Name,
      users: new UserDirectory(users, clock, options.accounts),
      acceptedDomains: options.acceptedDomains,
      directory: options.directory,
      unknownRecipient: server.Role === 'Edge' ? userUnknown : recipientNotFound,
      sink: options.sink,
      rates: new MessageRates(clock, siblings),
      turns: new TurnQueue(),
      clock,
      isInternalCertificate: (der) => isInternalCertificate(der, certificates.internal),
      tunnel: options.tunnel,
      agents: options.agents,
      behindFrontEnd: options.transportRole === 'HubTransport' && server.Role !== 'Edge',
    }
  }

  /** How many sessions there are. */
  get sessionCount(): number {
    return this.#sessions.size
  }

  /**
   * Opens the listeners and follows changes of the connectors from now on. Rejects with a ListenError;
   * then nothing is left open.
   */
  async start(): Promise<readonly ListenerInfo[]> {
    const { connectors, logger } = this.#options
    try {
      const listeners = await this.apply(connectors.current)
      this.#unsubscribe = connectors.subscribe((changed) => {
        this.apply(changed).catch((error: unknown) => {
          logger.error(
            { err: error },
            'A change of the Receive connectors is not in force everywhere',
          )
        })
      })
      return listeners
    } catch (error) {
      await this[Symbol.asyncDispose]()
      throw error
    }
  }

  /**
   * Brings these connectors into force: sockets no longer needed are closed, new ones opened; sessions
   * keep the settings they began with. Rejects with a ListenError when a socket cannot be opened; the
   * others are in force then.
   */
  apply(connectors: readonly ReceiveConnector[]): Promise<readonly ListenerInfo[]> {
    const change = this.#changes.then(() => this.#bringIntoForce(connectors))
    this.#latest = change
    this.#changes = change.catch(() => undefined)
    return change
  }

  /** Resolves when the changes so far are in force; rejects as the last one did. */
  inForce(): Promise<unknown> {
    return this.#latest
  }

  /** The sockets that are open. */
  listeners(): readonly ListenerInfo[] {
    return [...this.#listeners.values()].map((listener) => this.#info(listener))
  }

  /** Whether a connector asks for a socket. */
  get isMeantToListen(): boolean {
    return bindingsToOpen(this.#connectors).length > 0
  }

  /**
   * Stops: no new connections; idle clients are told, the others may end their message within `grace`;
   * who is left then is cut off. Resolves when no session is left.
   */
  async drain(grace: Milliseconds): Promise<void> {
    this.#draining = true
    this.#unsubscribe?.()
    await this.#changes
    for (const listener of this.#listeners.values()) listener.close()
    this.#listeners.clear()
    const cutOff = () => {
      for (const session of this.#sessions) session.destroy()
    }
    for (const session of this.#sessions) session.drain()
    if (grace <= 0) cutOff()
    const timer = this.#options.clock.after(grace, cutOff)
    while (this.#sessions.size > 0) {
      await new Promise<void>((resolve) => {
        this.#sessionEnded = resolve
      })
    }
    timer.cancel()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drain(0)
  }

  async #bringIntoForce(connectors: readonly ReceiveConnector[]): Promise<readonly ListenerInfo[]> {
    if (this.#draining) return []
    const { transportRole, logger } = this.#options
    this.#connectors = connectors.filter(({ TransportRole }) => TransportRole === transportRole)
    this.#selection = new ConnectorSelection(this.#connectors)
    const wanted = new Map(
      bindingsToOpen(this.#connectors).map((binding) => [formatBinding(binding), binding]),
    )
    // First those that go: a wildcard cannot be opened beside a concrete address that it covers.
    for (const [name, listener] of this.#listeners) {
      if (wanted.has(name)) continue
      listener.close()
      this.#listeners.delete(name)
    }
    const failures: unknown[] = []
    for (const [name, binding] of wanted) {
      if (this.#listeners.has(name)) continue
      try {
        const events = {
          accepted: (socket: Socket) => this.#accept(binding, socket),
          failed: (error: Error) => {
            this.#warn(`accept ${name}`, { err: error, binding: name }, 'Cannot take a connection')
          },
        }
        const listener = await Listener.open(binding, events, this.#ports)
        if (listener !== undefined) this.#listeners.set(name, listener)
        else logger.warn({ binding: name }, 'This machine has no IPv6: the binding is left out')
      } catch (error) {
        failures.push(error)
      }
    }
    if (failures.length > 0) throw failures[0]
    return this.listeners()
  }

  #accept(binding: Binding, socket: Socket): void {
    socket.on('error', () => undefined)
    const { remoteAddress, remotePort = 0 } = socket
    // Where the binding tells the local address, the kernel need not be asked.
    const localAddress = isWildcard(binding) ? socket.localAddress : binding.address
    if (localAddress === undefined || remoteAddress === undefined || this.#draining) {
      socket.destroy()
      return
    }
    const local: Endpoint = { address: plainAddress(localAddress), port: binding.port }
    const remote: Endpoint = { address: plainAddress(remoteAddress), port: remotePort }
    const connector = this.#selection.select(local, remote.address)
    if (connector === undefined) {
      const message = 'No Receive connector serves this client'
      this.#warn('unserved', { remote: remote.address }, message)
      const listening = this.#connectors.filter(({ Bindings }) =>
        Bindings.some((own) => bindingCovers(binding, own)),
      )
      this.#logs.unserved(listening, { local, remote }, message)
      socket.destroy()
      return
    }
    const rate = this.#options.maxConnectionRatePerMinute.current
    const source = { address: remote.address, isOwnServer: remote.address === local.address }
    const admission = this.#limits.admit(connector, source, rate)
    if (admission.kind === 'admitted') {
      const port = binding.port === 0 ? (socket.localPort ?? 0) : binding.port
      const ends = { local: { ...local, port }, remote }
      this.#open(connector, { socket, ...ends }, admission.release)
      return
    }
    const details = { connector: connector.Name, remote: remote.address, limit: admission.limit }
    this.#warn(`${connector.Name} ${admission.limit}`, details, 'Connection refused by a limit')
    this.#refuse(connector, socket, admission.reply)
  }

  #open(connector: ReceiveConnector, accepted: AcceptedConnection, release: () => void): void {
    const offered = this.#connectorTls(connector).offer()
    if (offered === undefined) {
      const details = { connector: connector.Name, certificate: connector.TlsCertificateName }
      const message = 'No certificate for TLS on connect: connection dropped'
      this.#warn(connector.Name, details, message)
      this.#logs.dropped(connector, accepted, message)
      release()
      accepted.socket.destroy()
      return
    }
    const { tls, tlsAvailable } = offered
    const connection = new ReceivingConnection({
      ...accepted,
      tls,
      clock: this.#options.clock,
    })
    const session: ReceiveSession = new ReceiveSession({
      transport: connection,
      connector,
      services: this.#services,
      log: this.#logs.open(connector, connection),
      tlsAvailable,
      faulted: (error) => {
        this.#options.logger.error({ err: error, connector: connector.Name }, 'A session failed')
      },
      closed: () => {
        release()
        this.#sessions.delete(session)
        this.#sessionEnded?.()
      },
    })
    this.#sessions.add(session)
    connection.begin(session)
  }

  /** Says why, where the client can read it, and hangs up. */
  #refuse(connector: ReceiveConnector, socket: Socket, reply: Reply): void {
    const log = this.#logs.open(connector, {
      local: { address: plainAddress(socket.localAddress ?? ''), port: socket.localPort ?? 0 },
      remote: { address: plainAddress(socket.remoteAddress ?? ''), port: socket.remotePort ?? 0 },
    })
    log.connected()
    log.reply(reply)
    log.disconnected('Local')
    if (connector.TlsMode === 'Implicit') {
      socket.destroy()
      return
    }
    socket.end(formatReply(reply, connector.EnhancedStatusCodesEnabled))
    socket.resume()
    const timer = this.#options.clock.after(refusalLinger, () => socket.destroy())
    socket.once('close', () => timer.cancel())
  }

  #connectorTls(connector: ReceiveConnector): ConnectorTls {
    let tls = this.#tls.get(connector)
    if (tls === undefined) {
      const { server, certificates } = this.#options
      const contexts = this.#contexts
      tls = new ConnectorTls(connector, { serverFqdn: server.Fqdn, certificates, contexts })
      this.#tls.set(connector, tls)
    }
    return tls
  }

  /** Warns once a minute and topic, so that a flood does not flood the log too. */
  #warn(topic: string, details: object, message: string): void {
    const now = this.#options.clock.monotonic()
    if ((this.#warned.get(topic) ?? -Infinity) > now - minute) return
    this.#warned.set(topic, now)
    this.#options.logger.warn(details, message)
  }

  #info(listener: Listener): ListenerInfo {
    const sharing = this.#connectors
      .filter(({ Enabled }) => Enabled)
      .filter(({ Bindings }) => Bindings.some((own) => bindingCovers(listener.binding, own)))
      .map((connector) => ({ connector, size: narrowestRange(connector) }))
      .sort((a, b) => (a.size < b.size ? -1 : 1))
      .map(({ connector }) => connector)
    return {
      address: listener.binding.address,
      port: listener.port,
      tls: tlsOf(sharing, (connector) => this.#connectorTls(connector).hasCertificate()),
      connectors: sharing.map(({ Name }) => Name),
    }
  }
}

function narrowestRange({ RemoteIPRanges }: ReceiveConnector): bigint {
  return RemoteIPRanges.map(rangeSize).reduce((a, b) => (a < b ? a : b))
}

function tlsOf(
  connectors: readonly ReceiveConnector[],
  hasCertificate: (connector: ReceiveConnector) => boolean,
): ListenerInfo['tls'] {
  const secured = connectors.filter(
    ({ TlsMode, AuthMechanism }) => TlsMode === 'Implicit' || AuthMechanism.includes('Tls'),
  )
  if (secured.length === 0) return 'none'
  const able = secured.filter(hasCertificate)
  if (able.length === 0) return 'no certificate'
  return able.some(({ TlsMode }) => TlsMode === 'Implicit') ? 'implicit' : 'STARTTLS'
}
