import type { Timer } from '../base/clock.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import type { ConnectivityLog, ConnectivitySession } from '../logs/connectivity-log.ts'
import type { SessionFacts } from '../message/message-sink.ts'
import {
  establishedDescription,
  failedDescription,
  proxyDescription,
} from '../deliver/smtp/connectivity-texts.ts'
import type { SmtpClient } from '../deliver/smtp/smtp-client.ts'
import { inboundProxyConnector } from './inbound-proxy-connector.ts'
import {
  type ServiceSessionOptions,
  type ServiceTarget,
  openServiceSession,
} from './service-session.ts'

export interface BackEndConnectionsOptions extends ServiceSessionOptions {
  /** ProtocolLoggingLevel of the implicit connector to the Transport service. */
  readonly verbose: () => boolean
  readonly connectivityLog: ConnectivityLog
  /** How many idle connections are kept for each listener of the back end, and for how long. */
  readonly maxKept?: number
  readonly keepFor?: Milliseconds
}

/** The name of the Transport service in the connectivity log. */
const destination = 'internalproxy'
/** Well below any ConnectionTimeout, which would end a connection in the middle of a message. */
const oldestReused = minute

/** One session with the back end, for one message after the other. */
export interface BackEndConnection {
  readonly client: SmtpClient
  readonly target: ServiceTarget
  readonly openedAt: Milliseconds
  /** Served a message before, so the back end may have ended it meanwhile. */
  kept: boolean
  /** A transaction was left open on it. */
  needsReset: boolean
  /** The session that the back end takes it to speak for. */
  handedOver: SessionFacts | undefined
  readonly connectivity: ConnectivitySession
}

interface Idle {
  readonly connection: BackEndConnection
  readonly timer: Timer
}

/**
 * Connections to the Transport service. Whoever takes one owns it until it is given back; idle ones are
 * kept for a moment, so that a session with several messages, or many short ones, need no handshake each.
 */
export class BackEndConnections implements AsyncDisposable {
  readonly #options: BackEndConnectionsOptions
  readonly #idle = new Map<string, Idle[]>()
  #closed = false

  constructor(options: BackEndConnectionsOptions) {
    this.#options = options
  }

  /**
   * A kept connection, or undefined when none is fit: the one that spoke for `session` last, which
   * needs no hand-over, else the one used last.
   */
  takeKept(target: ServiceTarget, session: SessionFacts): BackEndConnection | undefined {
    const idle = this.#idle.get(keyOf(target)) ?? []
    const own = idle.findLastIndex(({ connection }) => connection.handedOver === session)
    let [entry] = own < 0 ? idle.splice(-1) : idle.splice(own, 1)
    for (; entry !== undefined; entry = idle.pop()) {
      entry.timer.cancel()
      if (this.#fit(entry.connection)) return entry.connection
      this.discard(entry.connection)
    }
    return undefined
  }

  /** A new connection, for a message of `session`; rejects with a ServiceSessionError. */
  async open(target: ServiceTarget, session: SessionFacts): Promise<BackEndConnection> {
    const { clock, verbose, connectivityLog } = this.#options
    const description = proxyDescription(inboundProxyConnector, session.sessionId)
    const connectivity = connectivityLog.session({ destination, description })
    const log = { connectorId: inboundProxyConnector, verbose: verbose(), id: connectivity.id }
    try {
      const { client } = await openServiceSession(target, this.#options, log)
      connectivity.note(establishedDescription(target))
      const openedAt = clock.monotonic()
      const fresh = { kept: false, needsReset: false, handedOver: undefined }
      return { client, target, openedAt, ...fresh, connectivity }
    } catch (error) {
      connectivity.note(failedDescription({ host: destination, ...target }, error))
      connectivity.end()
      throw error
    }
  }

  /** Ends the use of a connection: it is kept, or closed when it is not fit or enough are kept. */
  giveBack(connection: BackEndConnection): void {
    const { maxKept = 200, keepFor = 5 * second, clock } = this.#options
    const key = keyOf(connection.target)
    const idle = this.#idle.get(key) ?? []
    if (this.#closed || !this.#fit(connection) || idle.length >= maxKept) {
      void quit(connection)
      return
    }
    connection.kept = true
    const timer = clock.after(keepFor, () => this.#drop(key, connection))
    idle.push({ connection, timer })
    this.#idle.set(key, idle)
  }

  /** Gives up a connection that is of no use any more. */
  discard({ client, connectivity }: BackEndConnection, reason?: string): void {
    client.destroy()
    connectivity.end(reason)
  }

  /** Takes leave of the back end on all idle connections; those in use end when they are given back. */
  async close(): Promise<void> {
    this.#closed = true
    const idle = [...this.#idle.values()].flat()
    this.#idle.clear()
    for (const { timer } of idle) timer.cancel()
    await Promise.all(idle.map(({ connection }) => quit(connection)))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #fit({ client, openedAt }: BackEndConnection): boolean {
    return client.usable && this.#options.clock.monotonic() - openedAt < oldestReused
  }

  #drop(key: string, connection: BackEndConnection): void {
    const idle = this.#idle.get(key) ?? []
    const at = idle.findIndex((entry) => entry.connection === connection)
    if (at >= 0) idle.splice(at, 1)
    if (idle.length === 0) this.#idle.delete(key)
    void quit(connection)
  }
}

function quit({ client, connectivity }: BackEndConnection): Promise<void> {
  connectivity.end()
  return client.quit()
}

function keyOf({ address, port, tlsMode }: ServiceTarget): string {
  return `${tlsMode} ${address} ${port}`
}
