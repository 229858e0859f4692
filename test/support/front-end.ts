import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../src/base/clock.ts'
import type { Envelope } from '../../src/message/envelope.ts'
import type { MailTransaction, MessageSink } from '../../src/message/message-sink.ts'
import { BackEndConnections } from '../../src/proxy/back-end-connections.ts'
import { BackEndSink } from '../../src/proxy/back-end-sink.ts'
import { directDialer } from '../../src/deliver/smtp/dialer.ts'
import { replyText } from '../../src/smtp/reply.ts'
import { FakeMx, type FakeMxOptions } from './fake-mx.ts'
import { frontEndSession } from './incoming.ts'
import { RecordedConnectivityLog } from './recorded-connectivity-log.ts'
import { RecordedProtocolLog } from './recorded-protocol-log.ts'
import { testKeyPair } from './test-certificate.ts'

/** By which front end and back end know one another. */
export const internal = await testKeyPair('edge-relay.internal')

const capabilities = ['PIPELINING', 'SIZE', 'DSN', '8BITMIME', 'SMTPUTF8', 'CHUNKING']
/** Of a back end whose connector has ChunkingEnabled off. */
export const withoutChunking = { capabilities: capabilities.filter((name) => name !== 'CHUNKING') }

/** What the front end tells of `frontEndSession`. */
export const handOver =
  'XPROXYFROM SID=08DD5A1122334401 IP=203.0.113.77 PORT=50122 DOMAIN=mx.lucerne.example SEQNUM=1 PERMS=1 AUTHSRC=Anonymous LIMITS=65536,31,9'

/** A message of `frontEndSession`. */
export function transaction(
  envelope: Partial<Envelope> = {},
  changes: Partial<Omit<MailTransaction, 'envelope'>> = {},
): MailTransaction {
  return {
    session: frontEndSession,
    envelope: { sender: 'ana@lucerne.example', body: '7BIT', smtpUtf8: false, ...envelope },
    limits: { maxHeaderSize: 65536, maxHopCount: 30, maxLocalHopCount: 8 },
    ...changes,
  }
}

interface SetUp {
  readonly implicit?: boolean
  readonly clock?: Clock
  readonly keepFor?: number
}

/** A front end's sink before a back end that plays its part; both end with the test. */
export async function frontEnd(
  fakeOptions: FakeMxOptions = {},
  { implicit, keepFor, clock = systemClock }: SetUp = {},
) {
  const tls = { key: internal.key, cert: internal.certificate, requestCert: true }
  const fake = await FakeMx.start({ capabilities, tls, ...fakeOptions })
  onTestFinished(() => fake[Symbol.asyncDispose]())
  const { port } = fake
  const log = new RecordedProtocolLog()
  const connectivityLog = new RecordedConnectivityLog()
  const warnings: string[] = []
  const connections = new BackEndConnections({
    dialer: directDialer(clock),
    clock,
    log,
    connectivityLog,
    certificate: internal,
    fqdn: 'mail1.corp.example',
    verbose: () => true,
    ...(keepFor !== undefined && { keepFor }),
  })
  onTestFinished(() => connections[Symbol.asyncDispose]())
  const sink = new BackEndSink({
    connections,
    clock,
    warn: (message) => warnings.push(message),
    target: () => ({
      address: '127.0.0.1',
      port,
      tlsMode: implicit === true ? 'Implicit' : 'StartTls',
    }),
  })
  return { fake, sink, log, connectivityLog, warnings, connections }
}

/** Plays a whole session; the first refusal is the answer, as a client with one recipient sees it. */
export async function send(
  sink: MessageSink,
  content = 'Subject: x\r\n\r\nhello\r\n',
  mail = transaction(),
) {
  const message = await sink.begin(mail)
  if ('code' in message) return replyText(message)
  const refused =
    (await message.addRecipient({ address: 'ben@corp.example' })) ?? (await message.startContent())
  if (refused !== undefined) {
    message.abort()
    return replyText(refused)
  }
  for (let at = 0; at < content.length; at += 4096)
    await message.write(Buffer.from(content.slice(at, at + 4096), 'latin1'))
  return replyText(await message.commit())
}
