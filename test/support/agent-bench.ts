import { pino } from 'pino'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import {
  AgentDelivery,
  type AgentDeliveryOptions,
} from '../../src/deliver/agents/agent-delivery.ts'
import { deliveryAgentConnectorSchema } from '../../src/deliver/agents/delivery-agent-connector.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { MemoryLane, testCopy } from './delivery-bench.ts'
import { RecordedConnectivityLog } from './recorded-connectivity-log.ts'

const queue = {
  deliveryType: 'DeliveryAgent',
  nextHopDomain: 'app.test',
  nextHopConnector: 'App',
} as const

/** The content that all messages of the bench have. */
export const agentContent = 'Subject: Test\r\nX-MS-Exchange-Organization-SCL: 1\r\n\r\nHello\r\n'
/** The same as it may leave. */
export const leftContent = 'Subject: Test\r\n\r\nHello\r\n'

/** A copy for the bench's connector. */
export function agentCopy(...recipients: readonly string[]): Copy {
  return testCopy(recipients, { queue, size: agentContent.length })
}

/** Delivery by an agent with a connector `App` of these settings. */
export function agentBench(
  connector: Readonly<Record<string, unknown>>,
  options: Partial<AgentDeliveryOptions> = {},
) {
  const connectivityLog = new RecordedConnectivityLog()
  const end = agentContent.indexOf('\r\n\r\n') + 2
  const whole = Buffer.from(agentContent)
  const delivery = new AgentDelivery({
    connectors: new LiveValue([
      deliveryAgentConnectorSchema.parse({ Name: 'App', AddressSpaces: 'app.test', ...connector }),
    ]),
    server: new LiveValue({ Name: 'EDGE01', Fqdn: 'edge01.test' }),
    workers: new LiveValue(1),
    dataFolder: '/nowhere',
    store: {
      readHeader: () => whole.subarray(0, end),
      readBody: (_, index) => (index === 0 ? whole.subarray(end) : undefined),
    },
    connectivityLog,
    clock: systemClock,
    logger: pino({ level: 'silent' }),
    ...options,
  })
  /** Begins to serve a lane with these copies. */
  const begin = (...copies: readonly Copy[]) => {
    const lane = new MemoryLane(queue, copies)
    return { lane, served: delivery.serve(lane, new AbortController().signal) }
  }
  return {
    connectivityLog,
    begin,
    async serve(...copies: readonly Copy[]) {
      const { lane, served } = begin(...copies)
      return { end: await served, lane, results: lane.results }
    },
  }
}
