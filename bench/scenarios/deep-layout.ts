import { once } from 'node:events'
import { fork } from 'node:child_process'
import { smartHost } from '../../test/support/relay-config.ts'
import { type Ground, addressOf, domainPlace } from '../ground.ts'
import type { QueueKey } from '../../src/queue/queue-key.ts'
import type { Place } from '../mail-server.ts'
import { RunFailed } from '../result.ts'

/** How the dead domains of a deep queue are reached. */
export interface DeepLayout {
  readonly domains: number
  queueOf(ground: Ground, at: number): QueueKey
  /** Items of SendConnectors that lead to the dead domains. */
  connectors(ground: Ground): readonly string[]
  /** Settings of TransportService. */
  transport(ground: Ground): Readonly<Record<string, string | number>>
  /** Where the next hops come alive in the end; absent when they stay dead. */
  readonly places?: (ground: Ground) => readonly Place[]
  /** What must run beside the servers. */
  start(ground: Ground): Promise<Disposable>
}

const nextHopPort = 2598
const dnsPort = 5353

/** Every domain has a smart host. They are tried every few seconds: a harder life than Exchange's intervals give. */
export function smartHosts(domains: number): DeepLayout {
  const all = Array.from({ length: domains }, (_, at) => at)
  return {
    domains,
    queueOf: (ground, at) => ({
      deliveryType: 'SmartHostConnectorDelivery',
      nextHopDomain: `[${domainPlace(ground, at).address}]`,
      nextHopConnector: `To ${deadDomain(at)}`,
    }),
    connectors: (ground) => all.map((at) => smartHost(deadDomain(at), domainPlace(ground, at))),
    transport: () => ({
      QueueGlitchRetryInterval: '00:00:05',
      TransientFailureRetryInterval: '00:00:05',
      OutboundConnectionFailureRetryInterval: '00:00:05',
    }),
    places: (ground) => all.map((at) => domainPlace(ground, at)),
    start: () => Promise.resolve({ [Symbol.dispose]: () => undefined }),
  }
}

/**
 * Every domain has a mail exchanger of its own in the DNS. The intervals are Exchange's, by which it would
 * take long until all had noticed that their next hops are alive.
 */
export function byDns(domains: number): DeepLayout {
  return {
    domains,
    queueOf: (_, at) => ({
      deliveryType: 'DnsConnectorDelivery',
      nextHopDomain: deadDomain(at),
      nextHopConnector: 'To the dead',
    }),
    connectors: () => [
      `  - Name: To the dead\n    AddressSpaces: '*.test'\n    Port: ${nextHopPort}`,
    ],
    transport: (ground) => ({ InternalDNSServers: `['${addressOf(ground, 'dns')}:${dnsPort}']` }),
    start: startDns,
  }
}

export function deadDomain(at: number): string {
  return `dead${at}.test`
}

async function startDns(ground: Ground): Promise<Disposable> {
  const program = new URL('../load/dead-domain-dns.ts', import.meta.url)
  const { address } = domainPlace(ground, 0)
  const child = fork(program, [addressOf(ground, 'dns'), address, String(dnsPort)])
  const failed = once(child, 'exit').then(() => {
    throw new RunFailed('the DNS server of the dead domains ended')
  })
  // It ends with the scenario, too.
  failed.catch(() => undefined)
  await Promise.race([once(child, 'message'), failed])
  return { [Symbol.dispose]: () => child.disconnect() }
}
