import type { ProgramLog } from '../../base/program-log.ts'
import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { Random } from '../../base/random.ts'
import type { Resolver } from '../../dns/resolver.ts'
import type { ConnectivityLog } from '../../logs/connectivity-log.ts'
import type { ProtocolLog } from '../../logs/protocol-log.ts'
import type { ConnectionResult, DeliveryAgent, DeliveryLane } from '../../queue/delivery-agent.ts'
import { type QueueKey, isRedirectionQueue } from '../../queue/queue-key.ts'
import type { StoredContent } from '../../queue/queue-store.ts'
import type { Certificates } from '../../tls/certificates.ts'
import { AddressMemory, type AddressSettings } from './address-memory.ts'
import { ClientCertificates } from './client-certificates.ts'
import { ConnectionCache } from './connection-cache.ts'
import { DeliveryRun } from './delivery-run.ts'
import type { Dialer } from './dialer.ts'
import { findConnectorNextHop } from './connector-next-hop.ts'
import type { Lookup, NextHop } from './next-hop.ts'
import type { SendConnector } from './send-connector.ts'
import { intraOrganizationConnector } from './intra-organization-connector.ts'
import { SessionOpener } from './session-opener.ts'
import { TlsMemory } from './tls-memory.ts'
import { TlsSessions } from './tls-sessions.ts'

export interface SmtpDeliveryOptions {
  readonly connectors: Live<readonly SendConnector[]>
  /** The limits of connections, for those to one address. */
  readonly limits: Live<AddressSettings>
  /** `Fqdn` is our name in EHLO where the connector has none, and the name that makes an MX loop. */
  readonly server: Live<{ readonly Fqdn: string }>
  readonly resolvers: { readonly internal: Resolver; readonly external: Resolver }
  /** Makes the connections of a connector: directly, or through the front end. */
  readonly dialerFor: (connector: SendConnector) => Dialer
  readonly certificates: Certificates
  /**
   * Certificates (PEM) that peers are trusted by, beside Node's and NODE_EXTRA_CA_CERTS: a lab's own
   * authority, or a self-signed certificate itself.
   */
  readonly trustedCertificates?: readonly string[]
  readonly store: StoredContent
  readonly protocolLog: ProtocolLog
  readonly connectivityLog: ConnectivityLog
  /** Whether this server listens at the address and port, bindings to all addresses included. */
  readonly isOwnListener: (address: string, port: number) => boolean
  readonly clock: Clock
  readonly random: Random
  readonly logger: ProgramLog
}

/** Delivers queues by SMTP: to smart hosts, or by MX. */
export class SmtpDelivery implements DeliveryAgent, AsyncDisposable {
  readonly #options: SmtpDeliveryOptions
  readonly #cache: ConnectionCache
  readonly #addresses: AddressMemory
  readonly #opener: SessionOpener

  constructor(options: SmtpDeliveryOptions) {
    const { clock, certificates, trustedCertificates } = options
    this.#options = options
    this.#cache = new ConnectionCache(clock)
    this.#addresses = new AddressMemory({ clock, settings: options.limits })
    this.#opener = new SessionOpener({
      ...options,
      certificates: new ClientCertificates(certificates, trustedCertificates),
      tlsMemory: new TlsMemory(clock),
      tlsSessions: new TlsSessions(clock),
    })
  }

  async serve(lane: DeliveryLane, signal: AbortSignal): Promise<ConnectionResult> {
    const { logger, clock } = this.#options
    const connector = this.#connectorOf(lane.key)
    if (connector === undefined) return { kind: 'unroutable', error: noConnector(lane.key) }
    const run = new DeliveryRun(lane, connector, {
      findNextHop: (onLookup) => this.#findNextHop(lane.key, connector, onLookup),
      opener: this.#opener,
      cache: this.#cache,
      addresses: this.#addresses,
      store: this.#options.store,
      clock,
      logger,
      signal,
    })
    try {
      return await run.serve()
    } catch (error) {
      logger.error({ err: error, queue: lane.key.nextHopDomain }, 'Delivery failed unexpectedly')
      return { kind: 'unreachable', error: '451 4.3.0 Local error in delivery' }
    }
  }

  /** Ends the idle connections. Those that serve a lane end by the signal of their `serve`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#cache.close()
  }

  /** Where mail for the queue would be delivered now. */
  async nextHopOf(queue: QueueKey): Promise<NextHop> {
    const connector = this.#connectorOf(queue)
    if (connector === undefined) return { kind: 'unreachable', error: noConnector(queue) }
    return await this.#findNextHop(queue, connector, () => undefined)
  }

  #connectorOf(queue: QueueKey): SendConnector | undefined {
    if (isRedirectionQueue(queue)) return intraOrganizationConnector(queue)
    const { current } = this.#options.connectors
    return current.find(({ Name, Enabled }) => Enabled && Name === queue.nextHopConnector)
  }

  #findNextHop(queue: QueueKey, connector: SendConnector, onLookup: (lookup: Lookup) => void) {
    const { resolvers, random, clock, isOwnListener, server } = this.#options
    return findConnectorNextHop(queue, connector, {
      server: server.current,
      resolvers,
      random,
      clock,
      isOwnListener,
      onLookup,
    })
  }
}

function noConnector({ nextHopConnector: name }: QueueKey): string {
  return `451 4.4.0 There is no enabled Send connector "${name}"`
}
