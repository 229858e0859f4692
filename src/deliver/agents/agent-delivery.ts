import type { Clock } from '../../base/clock.ts'
import type { Live } from '../../base/live.ts'
import type { ProgramLog } from '../../base/program-log.ts'
import type { ConnectivityLog, ConnectivitySession } from '../../logs/connectivity-log.ts'
import { isUsable } from '../../pipeline/routable-connector.ts'
import type { ConnectionResult, DeliveryAgent, DeliveryLane } from '../../queue/delivery-agent.ts'
import type { StoredContent } from '../../queue/queue-store.ts'
import { serveCopies } from '../handing-over.ts'
import { PeerWatch } from '../peer-watch.ts'
import { queueDescription } from '../smtp/connectivity-texts.ts'
import { ConnectionPlaces } from './connection-places.ts'
import type { Courier } from './courier.ts'
import type { DeliveryAgentConnector } from './delivery-agent-connector.ts'
import { HttpPost } from './http-post.ts'
import { Maildir } from './maildir.ts'
import { ModuleCourier } from './module-courier.ts'

export interface AgentDeliveryOptions {
  readonly connectors: Live<readonly DeliveryAgentConnector[]>
  readonly server: Live<{ readonly Name: string; readonly Fqdn: string }>
  /** How many processes share a connector's connections. */
  readonly workers: Live<number>
  readonly dataFolder: string
  readonly store: StoredContent
  readonly connectivityLog: ConnectivityLog
  readonly clock: Clock
  readonly logger: ProgramLog
  readonly trustedCertificates?: readonly string[]
}

/** Delivers queues of Delivery Agent connectors by the agents of their protocols. */
export class AgentDelivery implements DeliveryAgent {
  readonly #options: AgentDeliveryOptions
  readonly #places = new Map<string, ConnectionPlaces>()

  constructor(options: AgentDeliveryOptions) {
    this.#options = options
  }

  async serve(lane: DeliveryLane, signal: AbortSignal): Promise<ConnectionResult> {
    const { clock, logger } = this.#options
    const watch = new PeerWatch(clock)
    lane.watch(watch)
    const name = lane.key.nextHopConnector
    const connector = this.#connectorOf(name)
    if (connector === undefined)
      return {
        kind: 'unroutable',
        error: `451 4.4.0 There is no enabled Delivery Agent connector "${name}"`,
      }
    const leave = await this.#placesOf(name).take(this.#most(connector), signal)
    if (leave === undefined) return { kind: 'served' }
    try {
      return await this.#serve(lane, signal, { connector, watch })
    } catch (error) {
      logger.error({ err: error, connector: name }, 'A delivery agent failed unexpectedly')
      return { kind: 'unreachable', error: '451 4.3.0 Local error in delivery' }
    } finally {
      leave()
    }
  }

  async #serve(
    lane: DeliveryLane,
    signal: AbortSignal,
    { connector, watch }: { connector: DeliveryAgentConnector; watch: PeerWatch },
  ): Promise<ConnectionResult> {
    const session = this.#options.connectivityLog.session({
      destination: lane.key.nextHopDomain,
      description: queueDescription(lane.key),
      source: 'AGENT',
    })
    let end: ConnectionResult = { kind: 'served' }
    const courier = this.#courier(connector, { session, watch })
    try {
      end = await serveCopies(lane, signal, {
        handOver: (copy) => courier.handOver(copy),
        most: connector.MaxMessagesPerConnection,
      })
      return end
    } finally {
      await courier.close()
      session.end(end.kind === 'served' ? undefined : `Retry : ${end.error}`)
    }
  }

  #courier(
    connector: DeliveryAgentConnector,
    connection: { readonly session: ConnectivitySession; readonly watch: PeerWatch },
  ): Courier {
    const { DeliveryProtocol, Module: module, Name, Settings: settings } = connector
    const options = { ...this.#options, ...connection }
    if (module !== '')
      return new ModuleCourier({ ...options, start: { module, settings, connector: Name } })
    if (DeliveryProtocol === 'http-post') return new HttpPost({ ...options, settings })
    const { server } = this.#options
    const path = settings['Path'] ?? ''
    return new Maildir({ ...options, path, server: server.current.Fqdn })
  }

  #connectorOf(name: string): DeliveryAgentConnector | undefined {
    const { connectors, server } = this.#options
    const connector = connectors.current.find(({ Name }) => Name === name)
    return connector !== undefined && isUsable(connector, server.current) ? connector : undefined
  }

  /** This process's part of the connections. */
  #most({ MaxConcurrentConnections }: DeliveryAgentConnector): number {
    return Math.max(1, Math.floor(MaxConcurrentConnections / this.#options.workers.current))
  }

  #placesOf(name: string): ConnectionPlaces {
    const known = this.#places.get(name)
    if (known !== undefined) return known
    const places = new ConnectionPlaces()
    this.#places.set(name, places)
    return places
  }
}
