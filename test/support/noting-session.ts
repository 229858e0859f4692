import { setImmediate as turn } from 'node:timers/promises'
import { LiveValue } from '../../src/base/live.ts'
import { MessageRates } from '../../src/receive/limits/message-rates.ts'
import { SessionLog } from '../../src/receive/session/session-log.ts'
import type { SessionTransport } from '../../src/receive/session/session-transport.ts'
import { ReceiveSession } from '../../src/receive/session/session.ts'
import { TurnQueue } from '../../src/receive/limits/turns.ts'
import { UserDirectory } from '../../src/receive/users/user-directory.ts'
import { recipientNotFound } from '../../src/smtp/replies.ts'
import { FakeClock } from './fake-clock.ts'
import { RecordingSink } from './recording-sink.ts'
import { RecordingLog, testConnector, testDomains } from './receiving-server.ts'
import { testDirectory } from './test-directory.ts'

/** A receive session on a transport that only takes notes of what it is told. */
export class NotingSession {
  readonly clock = new FakeClock()
  readonly sink = new RecordingSink()
  readonly log = new RecordingLog()
  /** What was sent, one entry a write. */
  readonly written: string[] = []
  /** Everything else, in order. `more`: the session asks for more input. */
  readonly notes: string[] = []
  readonly session: ReceiveSession
  /** Whether writes find room. */
  clientReads = true

  constructor(settings: Readonly<Record<string, unknown>> = {}) {
    const log = new SessionLog(this.log.session(), {
      verbose: true,
      maxRecipients: 200,
      startedAt: this.clock.now(),
    })
    this.session = new ReceiveSession({
      transport: this.#transport(),
      connector: testConnector({ Banner: '220 hi', ...settings }),
      log,
      tlsAvailable: true,
      services: {
        fqdn: 'relay.example',
        serverName: 'EDGE01',
        users: new UserDirectory(new LiveValue([]), this.clock),
        acceptedDomains: testDomains,
        directory: testDirectory(),
        unknownRecipient: recipientNotFound,
        sink: this.sink,
        rates: new MessageRates(this.clock),
        turns: new TurnQueue(),
        clock: this.clock,
        isInternalCertificate: () => false,
      },
      faulted: (error) => this.notes.push(`fault ${String(error)}`),
      closed: () => this.notes.push('closed'),
    })
  }

  /** A session past HELO, with empty notes. */
  static async greeted(settings: Readonly<Record<string, unknown>> = {}): Promise<NotingSession> {
    const noting = new NotingSession(settings)
    await noting.open()
    noting.send('HELO client.example\r\n')
    noting.written.length = 0
    noting.notes.length = 0
    return noting
  }

  /** Opens the connection and lets the greeting come. */
  async open(): Promise<void> {
    this.session.opened()
    await turn()
    await turn()
  }

  send(octets: string | Buffer): void {
    this.session.received(Buffer.from(octets), () => this.notes.push('more'))
  }

  /** Sends, and waits until the session asks for more or ends. */
  async sendAndWait(octets: Buffer): Promise<void> {
    const before = this.notes.length
    this.send(octets)
    while (this.notes.length === before) await turn()
  }

  #transport(): SessionTransport {
    return {
      local: { address: '192.0.2.25', port: 25 },
      remote: { address: '203.0.113.7', port: 50_122 },
      write: (octets) => {
        this.written.push(octets)
        return this.clientReads
      },
      startTls: (use) => this.notes.push(`start TLS ${use}`),
      close: () => this.notes.push('close'),
      hangUp: () => this.notes.push('hang up'),
      destroy: () => this.notes.push('destroy'),
      detach: () => {
        throw new Error('not a tunnel')
      },
    }
  }
}
