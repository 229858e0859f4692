import type { AgentRunner } from '../../src/agents/agent-runner.ts'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import { LiveValue } from '../../src/base/live.ts'
import type { Directory } from '../../src/directory/directory.ts'
import type { ProtocolEvent, ProtocolLog } from '../../src/logs/protocol-log.ts'
import type { MessageSink } from '../../src/message/message-sink.ts'
import type { OutboundTunnel } from '../../src/proxy/outbound-tunnel.ts'
import type { AcceptedDomains } from '../../src/receive/session/accepted-domains.ts'
import {
  type ReceiveConnector,
  completeReceiveConnector,
  receiveConnectorSchema,
} from '../../src/receive/connectors/receive-connector.ts'
import { type ListenerInfo, ReceiveService } from '../../src/receive/receive-service.ts'
import { type User, userSchema } from '../../src/receive/users/user.ts'
import type { Certificates, KeyPair } from '../../src/tls/certificates.ts'
import { testKeyPair } from './test-certificate.ts'
import { RecordingSink } from './recording-sink.ts'
import { testDirectory } from './test-directory.ts'

/** A connector as a configuration would have it; by default one that takes mail from anybody. */
export function testConnector(settings: Readonly<Record<string, unknown>> = {}): ReceiveConnector {
  const parsed = receiveConnectorSchema.parse({
    Name: 'Test',
    Bindings: '127.0.0.1:0',
    RemoteIPRanges: '0.0.0.0-255.255.255.255',
    PermissionGroups: 'AnonymousUsers',
    TarpitInterval: '00:00:00',
    AuthTarpitInterval: '00:00:00',
    ...settings,
  })
  return completeReceiveConnector(parsed, 'Mailbox')
}

export function testUser(settings: Readonly<Record<string, unknown>>): User {
  return userSchema.parse(settings)
}

/** contoso.example is authoritative, partner.example is relayed. */
export const testDomains: AcceptedDomains = {
  isAccepted: (domain) => ['contoso.example', 'partner.example'].includes(domain),
  isAuthoritative: (domain) => domain === 'contoso.example',
  leadsOutside: (address) => address.startsWith('IMCEAFAX-'),
  hasAddressBook: (domain) => domain === 'contoso.example',
  defaultDomain: 'contoso.example',
}

let keyPairs: Promise<{ readonly server: KeyPair; readonly internal: KeyPair }> | undefined

/** A server certificate for relay.example and an internal one, made once a test file. */
export function testKeyPairs(): Promise<{ readonly server: KeyPair; readonly internal: KeyPair }> {
  keyPairs ??= Promise.all([testKeyPair('relay.example'), testKeyPair('edge-relay.internal')]).then(
    ([server, internal]) => ({ server, internal }),
  )
  return keyPairs
}

export interface LogRecord {
  readonly session: string
  readonly event: ProtocolEvent
  readonly data: string
  readonly context: string
}

/** A protocol log in memory. */
export class RecordingLog implements ProtocolLog {
  readonly records: LogRecord[] = []
  /** The disk does not keep up, as sessions from now on see it. */
  isCrowded = false
  #sessions = 0

  session() {
    this.#sessions++
    const id = this.#sessions.toString(16).toUpperCase().padStart(16, '0')
    return {
      id,
      isCrowded: this.isCrowded,
      record: (event: ProtocolEvent, data: string, context = '') => {
        this.records.push({ session: id, event, data, context })
      },
    }
  }

  /** The records as `event data|context`. */
  get lines(): string[] {
    return this.records.map(({ event, data, context }) => `${event} ${data}|${context}`)
  }
}

export interface TestServerOptions {
  readonly connectors?: readonly ReceiveConnector[]
  readonly users?: readonly User[]
  readonly directory?: Directory
  readonly role?: 'Mailbox' | 'Edge'
  readonly clock?: Clock
  readonly tunnel?: OutboundTunnel
  readonly agents?: AgentRunner
  /** Takes the messages in place of the recording sink. */
  readonly passTo?: MessageSink
  readonly transportRole?: ReceiveConnector['TransportRole']
  /** No certificate can be found. */
  readonly withoutCertificate?: boolean
  readonly maxConnectionRatePerMinute?: number
}

/** A ReceiveService on loopback with everything around it recorded. */
export class TestServer implements AsyncDisposable {
  readonly sink = new RecordingSink()
  readonly log = new RecordingLog()
  readonly warnings: string[] = []
  readonly errors: { readonly details: object; readonly message: string }[] = []
  readonly connectors: LiveValue<readonly ReceiveConnector[]>
  readonly certificates: LiveValue<Certificates>
  readonly service: ReceiveService

  private constructor(options: TestServerOptions, certificates: Certificates) {
    this.connectors = new LiveValue(options.connectors ?? [testConnector()])
    this.certificates = new LiveValue(certificates)
    const rate = options.maxConnectionRatePerMinute ?? Infinity
    this.service = new ReceiveService({
      transportRole: options.transportRole ?? 'HubTransport',
      server: { Name: 'EDGE01', Fqdn: 'relay.example', Role: options.role ?? 'Mailbox' },
      connectors: this.connectors,
      users: new LiveValue(options.users ?? []),
      acceptedDomains: testDomains,
      directory: options.directory ?? testDirectory(),
      certificates: followed(this.certificates),
      maxConnectionRatePerMinute: new LiveValue(rate),
      sink: options.passTo ?? this.sink,
      protocolLog: this.log,
      clock: options.clock ?? systemClock,
      logger: {
        debug: () => undefined,
        info: () => undefined,
        warn: (_, message) => this.warnings.push(message),
        error: (details, message) => this.errors.push({ details, message }),
      },
      ...(options.tunnel !== undefined && { tunnel: options.tunnel }),
      ...(options.agents !== undefined && { agents: options.agents }),
    })
  }

  static async start(options: TestServerOptions = {}): Promise<TestServer> {
    const { server, internal } = await testKeyPairs()
    const select = () => (options.withoutCertificate === true ? undefined : server)
    const test = new TestServer(options, { select, internal })
    await test.service.start()
    return test
  }

  get listeners(): readonly ListenerInfo[] {
    return this.service.listeners()
  }

  /** The port of the first listener. */
  get port(): number {
    return this.listeners[0]?.port ?? 0
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.service[Symbol.asyncDispose]()
  }
}

/** Certificates that a test can renew, as the store renews them when their files change. */
function followed(certificates: LiveValue<Certificates>): Certificates {
  return {
    select: (fqdn, name) => certificates.current.select(fqdn, name),
    get internal() {
      return certificates.current.internal
    },
  }
}
