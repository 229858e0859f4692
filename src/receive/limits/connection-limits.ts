import type { Clock } from '../../base/clock.ts'
import { type SharedCounts, unshared } from '../../base/shared-counts.ts'
import { connectionRateExceeded, tooManyConnections } from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import { ConnectionRate } from './connection-rate.ts'
import type { ReceiveConnector } from '../connectors/receive-connector.ts'

/** A place for one connection, or the reply that refuses it. */
export type Admission =
  | { readonly kind: 'admitted'; readonly release: () => void }
  | { readonly kind: 'refused'; readonly reply: Reply; readonly limit: string }

/** Where a connection comes from. */
export interface ConnectionSource {
  readonly address: string
  /** It comes from this machine itself. */
  readonly isOwnServer: boolean
}

interface ConnectorCount {
  total: number
  readonly bySource: Map<string, number>
}

/** Counts connections by connector and source, and new ones by minute. */
export class ConnectionLimits {
  readonly #shared: SharedCounts
  readonly #counts = new Map<string, ConnectorCount>()
  readonly #rate: ConnectionRate

  /** With `shared` the limits hold over all the processes that share them. */
  constructor(clock: Clock, shared: SharedCounts = unshared) {
    this.#shared = shared
    this.#rate = new ConnectionRate(clock, shared)
  }

  /**
   * Asks for a place on the connector. The services of this server speak for many clients, so on a
   * connector for Exchange servers and not for strangers they are not counted by source and minute. `maxRatePerMinute` is the service's MaxConnectionRatePerMinute
   * and counts over all connectors. A place is given back by `release`, which counts once.
   */
  admit(
    connector: ReceiveConnector,
    { address: source, isOwnServer }: ConnectionSource,
    maxRatePerMinute: number,
  ): Admission {
    const ownService = isOwnServer && servesServersOnly(connector)
    if (!ownService && !this.#rate.admits(source, maxRatePerMinute))
      return refused(connectionRateExceeded, 'MaxConnectionRatePerMinute')
    const count: ConnectorCount = this.#counts.get(connector.Name) ?? {
      total: 0,
      bySource: new Map(),
    }
    const fromSource = count.bySource.get(source) ?? 0
    const total = count.total + this.#shared.ofOthers(totalKey(connector))
    const limit = ownService
      ? totalExceeded(connector, total)
      : exceeded(connector, total, fromSource + this.#shared.ofOthers(sourceKey(connector, source)))
    if (limit !== undefined) return refused(tooManyConnections, limit)
    this.#counts.set(connector.Name, count)
    count.total++
    count.bySource.set(source, fromSource + 1)
    this.#tell(connector, source, count)
    return { kind: 'admitted', release: once(() => this.#release(connector, source)) }
  }

  #release(connector: ReceiveConnector, source: string): void {
    const count = this.#counts.get(connector.Name)
    if (count === undefined) return
    count.total--
    const left = (count.bySource.get(source) ?? 1) - 1
    if (left === 0) count.bySource.delete(source)
    else count.bySource.set(source, left)
    if (count.total === 0) this.#counts.delete(connector.Name)
    this.#tell(connector, source, count)
  }

  #tell(connector: ReceiveConnector, source: string, { total, bySource }: ConnectorCount): void {
    const { MaxInboundConnection, MaxInboundConnectionPercentagePerSource: percentage } = connector
    this.#shared.tell(totalKey(connector), total, MaxInboundConnection)
    const share = percentage < 100 ? (MaxInboundConnection * percentage) / 100 : Infinity
    const limit = Math.min(connector.MaxInboundConnectionPerSource, share)
    this.#shared.tell(sourceKey(connector, source), bySource.get(source) ?? 0, limit)
  }
}

function totalKey({ Name }: ReceiveConnector): string {
  return `sessions\0${Name}`
}

function sourceKey({ Name }: ReceiveConnector, source: string): string {
  return `sessions\0${Name}\0${source}`
}

/**
 * The first limit that one more connection would break. The percentage is of the connections still
 * free, so one source cannot take the last ones; a source may always have one, and 100 is no limit.
 */
function exceeded(
  connector: ReceiveConnector,
  total: number,
  fromSource: number,
): keyof ReceiveConnector | undefined {
  const { MaxInboundConnection, MaxInboundConnectionPerSource } = connector
  const limit = totalExceeded(connector, total)
  if (limit !== undefined) return limit
  if (fromSource >= MaxInboundConnectionPerSource) return 'MaxInboundConnectionPerSource'
  const percentage = connector.MaxInboundConnectionPercentagePerSource
  const share = Math.floor(((MaxInboundConnection - total) * percentage) / 100)
  if (percentage < 100 && fromSource >= Math.max(share, 1))
    return 'MaxInboundConnectionPercentagePerSource'
  return undefined
}

function totalExceeded(
  { MaxInboundConnection }: ReceiveConnector,
  total: number,
): keyof ReceiveConnector | undefined {
  return total >= MaxInboundConnection ? 'MaxInboundConnection' : undefined
}

function servesServersOnly({ AuthMechanism, PermissionGroups }: ReceiveConnector): boolean {
  return AuthMechanism.includes('ExchangeServer') && !PermissionGroups.includes('AnonymousUsers')
}

function refused(reply: Reply, limit: string): Admission {
  return { kind: 'refused', reply, limit }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (!done) action()
    done = true
  }
}
