import { pino } from 'pino'
import { systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import type { ProtocolLog } from '../../src/logs/protocol-log.ts'
import type { Resolver } from '../../src/dns/resolver.ts'
import type {
  DeliveryLane,
  RecipientResult,
  WatchedConnection,
} from '../../src/queue/delivery-agent.ts'
import type { QueueKey } from '../../src/queue/queue-key.ts'
import type { Copy } from '../../src/queue/stored-message.ts'
import { minute } from '../../src/base/time-span.ts'
import { SmtpDelivery, type SmtpDeliveryOptions } from '../../src/deliver/smtp/delivery.ts'
import { directDialer } from '../../src/deliver/smtp/dialer.ts'
import {
  completeSendConnector,
  type SendConnector,
  sendConnectorSchema,
} from '../../src/deliver/smtp/send-connector.ts'
import { FakeResolver, type FakeZones } from './fake-resolver.ts'
import { RecordedConnectivityLog } from './recorded-connectivity-log.ts'
import { splitContent } from './split-content.ts'

/** A connector with Exchange's defaults beside what a test sets. */
export function sendConnector(settings: Record<string, unknown>): SendConnector {
  const whole = { Name: 'Test', AddressSpaces: ['*'], ...settings }
  return completeSendConnector(sendConnectorSchema.parse(whole))
}

let nextId = 1

export function testCopy(
  recipients: readonly string[],
  {
    queue = dnsQueue('good.test'),
    ...message
  }: Partial<Copy['message']> & { queue?: QueueKey } = {},
): Copy {
  const id = nextId++
  return {
    id,
    queue,
    recipients: recipients.map((address) => ({ address })),
    dueAt: 0,
    attempts: 0,
    lastError: '',
    delayNotified: false,
    message: {
      id,
      envelope: { sender: 'sender@edge.test', body: '7BIT', smtpUtf8: false },
      messageId: `<${id}@edge.test>`,
      subject: 'Test',
      size: 100,
      receivedAt: 0,
      source: 'SMTP:Test',
      sourceAddress: '192.0.2.9',
      ...message,
    },
  }
}

export function dnsQueue(domain: string): QueueKey {
  return { deliveryType: 'DnsConnectorDelivery', nextHopDomain: domain, nextHopConnector: 'Test' }
}

/** A lane in memory: it gives out its copies once and keeps what it is told. */
export class MemoryLane implements DeliveryLane {
  readonly key: QueueKey
  mayKeep = true
  insists = false
  watched: WatchedConnection | undefined
  readonly waiting: Copy[]
  readonly reports: { readonly copy: Copy; readonly results: readonly RecipientResult[] }[] = []
  readonly returned: Copy[] = []

  constructor(key: QueueKey, copies: readonly Copy[]) {
    this.key = key
    this.waiting = [...copies]
  }

  /** `outcome address reply` of all reports. */
  get results(): readonly string[] {
    return this.reports.flatMap(({ results }) =>
      results.map(({ recipient, outcome, reply }) => `${outcome} ${recipient.address} ${reply}`),
    )
  }

  watch(connection: WatchedConnection): void {
    this.watched = connection
  }

  next(): Copy | undefined {
    return this.waiting.shift()
  }

  reached(): void {
    // Nobody waits for it here.
  }

  report(copy: Copy, results: readonly RecipientResult[]): void {
    this.reports.push({ copy, results })
  }

  putBack(copy: Copy): void {
    this.returned.push(copy)
  }
}

/** A protocol log in memory: `connector event,data,context` of all sessions. */
export class MemoryProtocolLog implements ProtocolLog {
  readonly records: string[] = []

  session(): ReturnType<ProtocolLog['session']> {
    return {
      id: '08DE000000000001',
      record: (event, data, context = '') => this.records.push(`${event},${data},${context}`),
    }
  }
}

export interface BenchOptions extends Partial<
  Omit<SmtpDeliveryOptions, 'connectors' | 'resolvers'>
> {
  readonly zones?: FakeZones
  /** Instead of `zones`. */
  readonly internal?: Resolver
  readonly connector?: Record<string, unknown>
  readonly content?: string | Buffer
}

/** Real delivery with a resolver from a literal; dispose it with the test. */
export function deliveryBench({
  zones = {},
  internal,
  connector = {},
  content,
  ...options
}: BenchOptions) {
  const resolver = new FakeResolver(zones)
  const protocolLog = new MemoryProtocolLog()
  const connectivityLog = new RecordedConnectivityLog()
  const connectors = new LiveValue([sendConnector(connector)])
  const { header, body } = splitContent(Buffer.from(content ?? 'Subject: Test\r\n\r\nHello\r\n'))
  const delivery = new SmtpDelivery({
    connectors,
    server: new LiveValue({ Fqdn: 'edge.test' }),
    limits: new LiveValue({
      QueueGlitchRetryInterval: minute,
      MaxOutboundConnections: 1000,
      MaxPerDomainOutboundConnections: 40,
    }),
    resolvers: { internal: internal ?? resolver, external: new FakeResolver({}) },
    dialerFor: () => directDialer(systemClock),
    certificates: {
      select: () => undefined,
      get internal(): never {
        throw new Error('not needed here')
      },
    },
    store: {
      readHeader: () => header,
      readBody: (_, index) => (index === 0 ? body : undefined),
    },
    protocolLog,
    connectivityLog,
    isOwnListener: () => false,
    clock: systemClock,
    random: () => 0.5,
    logger: pino({ level: 'silent' }),
    ...options,
  })
  return {
    delivery,
    resolver,
    protocolLog,
    connectivityLog,
    connectors,
    [Symbol.asyncDispose]: () => delivery[Symbol.asyncDispose](),
  }
}
