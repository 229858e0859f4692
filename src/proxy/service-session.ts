import { X509Certificate } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { createSecureContext } from 'node:tls'
import type { Clock } from '../base/clock.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import type { ProtocolLog, ProtocolSession } from '../logs/protocol-log.ts'
import type { Endpoint } from '../message/message-sink.ts'
import { ClientFailure } from '../deliver/smtp/client-failure.ts'
import type { ClientTimeouts } from '../deliver/smtp/client-timeouts.ts'
import { type ClientTlsOptions, startClientTls } from '../deliver/smtp/client-tls.ts'
import type { Connection, Dialer } from '../deliver/smtp/dialer.ts'
import { SmtpClient } from '../deliver/smtp/smtp-client.ts'
import { type Reply, isPositive, replyText } from '../smtp/reply.ts'
import type { KeyPair } from '../tls/certificates.ts'

/** A listener of one of our own services. */
export interface ServiceTarget {
  readonly address: string
  readonly port: number
  /** The listener's TlsMode; with `StartTls` the session is secured by X-ANONYMOUSTLS. */
  readonly tlsMode: 'StartTls' | 'Implicit'
  /** The address to come from, as the listener serves it; absent: the system's choice. */
  readonly source?: string
}

export interface ServiceSessionOptions {
  readonly dialer: Dialer
  readonly clock: Clock
  /** The service's SmtpSend log. */
  readonly log: ProtocolLog
  /** The certificate by which this server's services know one another: ours, and the peer's. */
  readonly certificate: KeyPair
  /** Name given in EHLO. */
  readonly fqdn: string
  readonly connectTimeout?: Milliseconds
  /** Gives up an attempt to connect. */
  readonly signal?: AbortSignal
}

/** How one session appears in the SmtpSend log. */
export interface ServiceSessionLog {
  readonly connectorId: string
  readonly verbose: boolean
  /** That of the connectivity log; absent: a new one. */
  readonly id?: string
}

/** A session with a service, secured and after EHLO. */
export interface ServiceSession {
  readonly client: SmtpClient
  readonly log: ProtocolSession
  readonly local: Endpoint
}

/** By this server name a listener with implicit TLS knows a service of ours, and shows that certificate. */
export const internalServerName = 'edge-relay.internal'

/** Shorter than what our own client grants us for MAIL (5 minutes) and for the final dot (10). */
const timeouts: ClientTimeouts = {
  greeting: 30 * second,
  tlsHandshake: 30 * second,
  mail: 2 * minute,
  rcpt: 4 * minute,
  data: 90 * second,
  content: 3 * minute,
  finalDot: 9 * minute,
  command: 30 * second,
  quit: second,
}

/** No session with the service came about. */
export class ServiceSessionError extends Error {
  override readonly name = 'ServiceSessionError'
  readonly step: 'connect' | 'tls' | 'hello'

  constructor(step: 'connect' | 'tls' | 'hello', message: string, options?: ErrorOptions) {
    super(message, options)
    this.step = step
  }
}

/**
 * Opens a session with a service of this server in which both sides have shown the internal certificate
 * and EHLO is done. Rejects with a ServiceSessionError.
 */
export async function openServiceSession(
  target: ServiceTarget,
  options: ServiceSessionOptions,
  log: ServiceSessionLog,
): Promise<ServiceSession> {
  const connection = await connect(target, options)
  const session = await greet(connection, { target, options, log })
  const { client } = session
  try {
    if (target.tlsMode === 'StartTls') await secure(client, options)
    await hello(client, options.fqdn)
    return session
  } catch (error) {
    client.destroy()
    if (error instanceof ServiceSessionError) throw error
    throw new ServiceSessionError(stepOf(error), messageOf(error), { cause: error })
  }
}

async function connect(
  { address, port, source }: ServiceTarget,
  { dialer, connectTimeout = 10 * second, signal }: ServiceSessionOptions,
): Promise<Connection> {
  try {
    const options = {
      timeout: connectTimeout,
      signal: signal ?? new AbortController().signal,
      ...(source !== undefined && { localAddress: source }),
    }
    return await dialer.dial({ host: address, address, port }, options)
  } catch (error) {
    throw new ServiceSessionError('connect', messageOf(error), { cause: error })
  }
}

interface Circumstances {
  readonly target: ServiceTarget
  readonly options: ServiceSessionOptions
  readonly log: ServiceSessionLog
}

/** Waits for the greeting, behind TLS where the listener begins with it. */
async function greet(
  { socket, local, remote }: Connection,
  { target, options, log }: Circumstances,
): Promise<ServiceSession> {
  const { clock } = options
  const session = options.log.session({ ...log, local, remote })
  try {
    const stream = target.tlsMode === 'Implicit' ? await startTls(socket, options) : socket
    const client = await SmtpClient.open(stream, { clock, log: session, timeouts })
    if (isPositive(client.greeting)) return { client, log: session, local }
    client.destroy()
    throw new ServiceSessionError('connect', replyText(client.greeting))
  } catch (error) {
    socket.destroy()
    if (error instanceof ServiceSessionError) throw error
    throw new ServiceSessionError('connect', messageOf(error), { cause: error })
  }
}

async function startTls(socket: Duplex, options: ServiceSessionOptions) {
  const { clock } = options
  try {
    const secured = await startClientTls(socket, internalTls(options).options, {
      clock,
      timeout: timeouts.tlsHandshake,
    })
    const shown = secured.getPeerX509Certificate()
    if (isInternal(shown?.raw, options)) return secured
    secured.destroy()
  } catch (error) {
    throw new ServiceSessionError('tls', messageOf(error), { cause: error })
  }
  throw foreignCertificate()
}

/** X-ANONYMOUSTLS, whatever EHLO says: a listener that does not know it refuses the verb. */
async function secure(client: SmtpClient, options: ServiceSessionOptions): Promise<void> {
  await hello(client, options.fqdn)
  const answer = await client.startTls(internalTls(options).options, 'X-ANONYMOUSTLS')
  if (!isPositive(answer)) throw new ServiceSessionError('tls', replyText(answer))
  if (!isInternal(client.tls?.certificate?.raw, options)) throw foreignCertificate()
}

async function hello(client: SmtpClient, fqdn: string): Promise<void> {
  const answer: Reply = await client.hello(fqdn)
  if (!isPositive(answer)) throw new ServiceSessionError('hello', replyText(answer))
}

/** What the handshakes with one internal certificate share, made once. */
interface InternalTls {
  readonly options: ClientTlsOptions
  /** The certificate, DER. */
  readonly raw: Buffer
}

const internalTlsOf = new WeakMap<KeyPair, InternalTls>()

function internalTls({ certificate: pair }: ServiceSessionOptions): InternalTls {
  const known = internalTlsOf.get(pair)
  if (known !== undefined) return known
  const { key, certificate: cert } = pair
  // Given as authority, it keeps Node from reading those of the whole world.
  const secureContext = createSecureContext({ key, cert, ca: cert, minVersion: 'TLSv1.2' })
  const made = {
    options: { secureContext, servername: internalServerName },
    raw: new X509Certificate(cert).raw,
  }
  internalTlsOf.set(pair, made)
  return made
}

function isInternal(shown: Buffer | undefined, options: ServiceSessionOptions): boolean {
  return shown?.equals(internalTls(options).raw) === true
}

function foreignCertificate(): ServiceSessionError {
  return new ServiceSessionError('tls', "the peer did not show this server's internal certificate")
}

function stepOf(error: unknown): 'tls' | 'hello' {
  return error instanceof ClientFailure && error.stage === 'tls' ? 'tls' : 'hello'
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
