import { smartHostConnector } from './smart-host-connector.ts'
import { type TrustingEdge, manyFromOneSource, trustingEdge } from './trusting-edge.ts'

export interface WorkersConfig extends Omit<TrustingEdge, 'sendConnectors'> {
  /** Where all mail goes. */
  readonly smartHost: { readonly address: string; readonly port: number }
}

/** An Edge server for many clients at once, that runs as many workers as `transportService` says. */
export function workersConfig({ smartHost, ...options }: WorkersConfig): string {
  return trustingEdge({
    ...options,
    connector: {
      ...manyFromOneSource,
      ProtocolLoggingLevel: 'Verbose',
      ...options.connector,
    },
    sendConnectors: [smartHostConnector('To All', '*', smartHost)],
    transportService: { MaxConnectionRatePerMinute: 'unlimited', ...options.transportService },
  })
}

/** The worker that gave an InternalId, or the reply that shows it. */
export function workerOf(text: string | number): number {
  const id = typeof text === 'number' ? text : Number(/InternalId=(\d+)/.exec(text)?.[1])
  return Math.floor(id / 2 ** 40) + 1
}
