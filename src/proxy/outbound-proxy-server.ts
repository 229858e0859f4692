import type { Duplex } from 'node:stream'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import type { ConnectivityLog, ConnectivitySession } from '../logs/connectivity-log.ts'
import type { ProtocolLog, ProtocolSession } from '../logs/protocol-log.ts'
import type { Endpoint } from '../message/message-sink.ts'
import {
  establishedDescription,
  failedDescription,
  proxyDescription,
} from '../deliver/smtp/connectivity-texts.ts'
import type { Connection, Dialer } from '../deliver/smtp/dialer.ts'
import { type Reply, reply } from '../smtp/reply.ts'
import { type JoinResult, joinStreams } from './joined-streams.ts'
import type { OpenTunnel, OutboundTunnel } from './outbound-tunnel.ts'
import type { TunnelRequest } from './xproxy-command.ts'

export interface OutboundProxyServerOptions {
  readonly dialer: Dialer
  readonly clock: Clock
  /** The service's SmtpSend log. */
  readonly log: ProtocolLog
  readonly connectivityLog: ConnectivityLog
  /** Whether the Send connector of this name is logged (ProtocolLoggingLevel). */
  readonly verbose: (connector: string) => boolean
  /** Tunnels at once; more are refused for now. */
  readonly maxTunnels?: number
  readonly connectTimeout?: Milliseconds
  /** Longer than any pause that a delivery allows its next hop (10 minutes after the final dot). */
  readonly idleTimeout?: Milliseconds
}

const established = reply('250 2.0.0 Proxy session established')
const tooMany = reply(
  '451 4.3.2 The maximum number of concurrent outbound connections has exceeded a limit',
)

/**
 * The Front End Transport service's side of a Send connector with FrontendProxyEnabled: it connects to
 * the next hop and then only passes octets. It keeps nothing and understands nothing of them.
 */
export class OutboundProxyServer implements OutboundTunnel, AsyncDisposable {
  readonly #options: OutboundProxyServerOptions
  readonly #closing = new AbortController()
  readonly #open = new Set<Duplex>()
  #opening = 0

  constructor(options: OutboundProxyServerOptions) {
    this.#options = options
  }

  async open(request: TunnelRequest, signal: AbortSignal): Promise<OpenTunnel | Reply> {
    if (this.#opening + this.#open.size >= (this.#options.maxTunnels ?? 1000)) return tooMany
    this.#opening++
    const connectivity = this.#begin(request)
    try {
      const next = await this.#connect(request, signal)
      connectivity.note(establishedDescription(request.destination))
      return this.#tunnel(request, next, connectivity)
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      const { address } = request.destination
      connectivity.note(failedDescription({ host: address, ...request.destination }, error))
      connectivity.end()
      this.#logFailure(request, { reason, id: connectivity.id })
      return reply(`451 4.4.1 Unable to connect: ${reason.replace(/[\x00-\x1f\x7f]/g, ' ')}`)
    } finally {
      this.#opening--
    }
  }

  /** Cuts every tunnel; the Transport service sees its deliveries break and tries again. */
  close(): void {
    this.#closing.abort()
    for (const socket of this.#open) socket.destroy()
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close()
    return Promise.resolve()
  }

  #begin({ connector, destination, sessionId }: TunnelRequest): ConnectivitySession {
    return this.#options.connectivityLog.session({
      destination: destination.address,
      description: proxyDescription(connector, sessionId),
    })
  }

  #connect(request: TunnelRequest, signal: AbortSignal): Promise<Connection> {
    const { dialer, connectTimeout = 30 * second } = this.#options
    const { address, port } = request.destination
    return dialer.dial(
      { host: address, address, port },
      {
        timeout: connectTimeout,
        signal: AbortSignal.any([signal, this.#closing.signal]),
        ...(request.localAddress !== undefined && { localAddress: request.localAddress }),
      },
    )
  }

  #tunnel(
    request: TunnelRequest,
    { socket: next, local }: Connection,
    connectivity: ConnectivitySession,
  ): OpenTunnel {
    const session = this.#session(request, local, connectivity.id)
    session.record('+', '')
    session.record('*', request.sessionId, 'proxying outbound session')
    this.#open.add(next)
    next.on('error', () => undefined)
    next.once('close', () => this.#open.delete(next))
    const { clock, idleTimeout = 15 * minute } = this.#options
    return {
      reply: established,
      join: async (client: Duplex, head?: Buffer) => {
        if (head !== undefined && head.length > 0) client.unshift(head)
        const result = await joinStreams(client, next, { clock, idleTimeout })
        connectivity.end(passedText(result))
        this.#logEnd(session, result)
      },
      abort: () => {
        next.destroy()
        connectivity.end()
        session.record('-', '', 'Local')
      },
    }
  }

  #session(request: TunnelRequest, local: Endpoint, id: string): ProtocolSession {
    return this.#options.log.session({
      connectorId: request.connector,
      local,
      remote: request.destination,
      verbose: this.#options.verbose(request.connector),
      id,
    })
  }

  #logFailure(
    request: TunnelRequest,
    { reason, id }: { readonly reason: string; readonly id: string },
  ): void {
    const local = { address: request.localAddress ?? '0.0.0.0', port: 0 }
    const session = this.#session(request, local, id)
    session.record('*', request.sessionId, 'proxying outbound session')
    session.record('*', '', `Failed to connect: ${reason}`)
    session.record('-', '', 'Local')
  }

  #logEnd(session: ProtocolSession, result: JoinResult): void {
    session.record('*', '', passedText(result))
    const { fault } = result
    session.record('-', '', fault === undefined ? 'Remote' : `Local; ${fault}`)
  }
}

/** The messages in a tunnel are not known here, only its octets. */
function passedText({ forward, backward }: JoinResult): string {
  return `proxied session; ${forward} bytes sent, ${backward} bytes received`
}
