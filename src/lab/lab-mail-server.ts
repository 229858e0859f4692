import { EventEmitter, once } from 'node:events'
import { mkdir, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import {
  SMTPServer,
  type SMTPServerAddress,
  type SMTPServerDataStream,
  type SMTPServerOptions,
  type SMTPServerSession,
} from 'smtp-server'
import type { Bytes } from '../base/byte-size.ts'
import { systemClock } from '../base/clock.ts'
import { type Milliseconds, minute, second } from '../base/time-span.ts'
import { bindError } from './bind-error.ts'
import { type LabBehaviour, behaviourOf } from './lab-behaviour.ts'
import { type LabCertificate, makeLabCertificate } from './lab-certificate.ts'
import { type LabEnvelope, type LabMessage, keepInFolder, keepInMemory } from './lab-message.ts'

export interface LabMailServerOptions {
  readonly hostname: string
  /** Default: 127.0.0.1. */
  readonly address?: string
  /** 0, the default: any free port. */
  readonly port?: number
  /** Where messages are kept as .eml with a .json each; made when missing. Without one, in memory. */
  readonly folder?: string
  /** Default: StartTls. */
  readonly tls?: 'None' | 'StartTls' | 'Implicit'
  /** In place of a fresh self-signed one for the hostname. */
  readonly certificate?: LabCertificate
  /** Mail is taken from this user only; where there is TLS, only after it. */
  readonly auth?: LabCredential
  /** Announced by SIZE and kept to; default: none. */
  readonly maxMessageSize?: Bytes
  /** How many messages `messages` holds, the latest; default: 1000. */
  readonly keepMessages?: number
  /** Called for each message before it is answered 250. */
  readonly onMessage?: (message: LabMessage) => void
  /** Recipients cannot ask for misbehaviour. */
  readonly behaves?: boolean
  /** How late `slow@` is answered; default: 10 s. */
  readonly slowDelay?: Milliseconds
}

export interface LabCredential {
  readonly userName: string
  readonly password: string
}

/** A mail server that keeps what it receives, and misbehaves on demand (lab-behaviour.ts). */
export interface LabMailServer extends AsyncDisposable {
  readonly hostname: string
  readonly address: string
  readonly port: number
  /** The certificate it shows, PEM. */
  readonly certificate: string
  /** The latest messages, oldest first. */
  readonly messages: readonly LabMessage[]
  /** Messages taken in all. */
  readonly messageCount: number
  /** Connections taken in all, and those open now. */
  readonly sessions: number
  readonly openSessions: number
  /** Resolves when `count` messages were taken in all; rejects when `signal` aborts. */
  received(count: number, signal?: AbortSignal): Promise<void>
  /** Cuts all sessions and stops listening. */
  close(): Promise<void>
}

/** Starts a lab mail server; rejects with a sentence for the user when it cannot listen. */
export async function startLabMailServer(options: LabMailServerOptions): Promise<LabMailServer> {
  const { hostname, address = '127.0.0.1', port = 0, folder } = options
  if (folder !== undefined) await mkdir(folder, { recursive: true })
  const certificate = options.certificate ?? (await makeLabCertificate(hostname))
  const server = new ScriptedMailServer(options, certificate)
  await server.listen(address, port)
  return server
}

const greylistedMaximum = 10_000

class ScriptedMailServer implements LabMailServer {
  readonly hostname: string
  readonly certificate: string
  readonly #options: LabMailServerOptions
  readonly #server: SMTPServer
  readonly #events = new EventEmitter<{ message: [] }>()
  readonly #greylisted = new Set<string>()
  #messages: LabMessage[] = []
  #messageCount = 0
  #sessions = 0
  #openSessions = 0
  #closing: Promise<void> | undefined

  constructor(options: LabMailServerOptions, certificate: LabCertificate) {
    this.hostname = options.hostname
    this.certificate = certificate.certificate
    this.#options = options
    this.#server = new SMTPServer({
      ...serverOptions(options, certificate),
      onRcptTo: (address, session, done) => this.#recipient(address, session, done),
      onData: (stream, session, done) => void this.#content(stream, session).then(done, done),
    })
    // Faults of one connection end that connection.
    this.#server.on('error', () => undefined)
    this.#server.server.on('connection', (socket) => {
      this.#sessions++
      this.#openSessions++
      socket.on('close', () => this.#openSessions--)
    })
    this.#events.setMaxListeners(0)
  }

  get address(): string {
    return this.#bound.address
  }

  get port(): number {
    return this.#bound.port
  }

  get messages(): readonly LabMessage[] {
    return this.#messages
  }

  get messageCount(): number {
    return this.#messageCount
  }

  get sessions(): number {
    return this.#sessions
  }

  get openSessions(): number {
    return this.#openSessions
  }

  async listen(address: string, port: number): Promise<void> {
    try {
      this.#server.listen(port, address)
      await once(this.#server.server, 'listening')
    } catch (error) {
      throw bindError(this.hostname, { address, port }, error)
    }
  }

  async received(count: number, signal?: AbortSignal): Promise<void> {
    while (this.#messageCount < count) await once(this.#events, 'message', { signal })
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => {
      this.#server.close(resolve)
      for (const connection of this.#server.connections) connection._socket.destroy()
    })
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #bound(): AddressInfo {
    return this.#server.server.address() as AddressInfo
  }

  #recipient({ address }: SMTPServerAddress, session: SMTPServerSession, done: Done): void {
    const behaviour = this.#behaviourOf(address)
    if (behaviour === 'hang') return
    if (behaviour === 'slow') {
      systemClock.after(this.#options.slowDelay ?? 10 * second, done)
      return
    }
    const greylisted = behaviour === 'greylist' && !this.#firstTime(address, session)
    done(behaviour === undefined || greylisted ? null : (refusals[behaviour] ?? null))
  }

  #behaviourOf(address: string): LabBehaviour | undefined {
    return this.#options.behaves === true ? undefined : behaviourOf(address)
  }

  #firstTime(recipient: string, { envelope }: SMTPServerSession): boolean {
    const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address
    const pair = `${sender} ${recipient}`
    if (this.#greylisted.has(pair)) return false
    if (this.#greylisted.size >= greylistedMaximum) this.#greylisted.clear()
    this.#greylisted.add(pair)
    return true
  }

  /** Takes the content; resolves with the error that answers it, or with nothing for 250. */
  async #content(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<Error | null> {
    const behaviours = session.envelope.rcptTo.map(({ address }) => this.#behaviourOf(address))
    if (behaviours.includes('dropdata')) {
      await once(stream, 'readable')
      this.#cut(session)
      return null
    }
    const envelope = labEnvelope(this.hostname, session)
    const { folder } = this.#options
    const message =
      folder === undefined
        ? await keepInMemory(stream, envelope)
        : await keepInFolder(stream, envelope, folder)
    if (behaviours.includes('toolarge') || stream.sizeExceeded) {
      await forget(message)
      return tooLarge
    }
    this.#keep(message)
    return null
  }

  #cut({ id }: SMTPServerSession): void {
    for (const connection of this.#server.connections) {
      if (connection.session.id === id) connection._socket.destroy()
    }
  }

  #keep(message: LabMessage): void {
    const limit = this.#options.keepMessages ?? 1000
    this.#messages.push(message)
    if (this.#messages.length > limit) this.#messages = this.#messages.slice(-limit)
    this.#messageCount++
    this.#options.onMessage?.(message)
    this.#events.emit('message')
  }
}

function refusal(responseCode: number, text: string): Error {
  return Object.assign(new Error(text), { responseCode })
}

const tooLarge = refusal(552, '5.3.4 Message size exceeds fixed maximum message size')

/** What RCPT is answered; the others are taken. */
const refusals: Partial<Record<LabBehaviour, Error>> = {
  tempfail: refusal(451, '4.3.0 Mailbox temporarily unavailable'),
  permfail: refusal(550, '5.1.1 User unknown'),
  '421': refusal(421, '4.3.2 Service not available, closing transmission channel'),
  greylist: refusal(451, '4.7.1 Greylisted, try again later'),
}

type Done = (error?: Error | null) => void

function serverOptions(
  { hostname, tls = 'StartTls', auth, maxMessageSize }: LabMailServerOptions,
  { certificate, key }: LabCertificate,
): SMTPServerOptions {
  return {
    name: hostname,
    banner: 'Lab',
    key,
    cert: certificate,
    secure: tls === 'Implicit',
    disabledCommands: [
      ...(tls === 'StartTls' ? [] : ['STARTTLS']),
      ...(auth === undefined ? ['AUTH'] : []),
    ],
    authMethods: ['LOGIN', 'PLAIN'],
    authOptional: auth === undefined,
    allowInsecureAuth: tls === 'None',
    onAuth: ({ username, password }, _session, done) => {
      const right = username === auth?.userName && password === auth?.password
      if (right) done(null, { user: username })
      else done(refusal(535, '5.7.8 Authentication credentials invalid'))
    },
    ...(maxMessageSize !== undefined && { size: maxMessageSize }),
    hideDSN: false,
    lenientAddressParsing: true,
    disableReverseLookup: true,
    maxAllowedUnauthenticatedCommands: false,
    // Longer than the clients under test wait.
    socketTimeout: 10 * minute,
    logger: false,
  }
}

function labEnvelope(server: string, session: SMTPServerSession): LabEnvelope {
  const { mailFrom, rcptTo } = session.envelope
  return {
    server,
    receivedAt: new Date().toISOString(),
    sender: mailFrom === false ? '' : mailFrom.address,
    parameters: mailFrom === false || mailFrom.args === false ? {} : mailFrom.args,
    recipients: rcptTo.map(({ address, args }) => ({
      address,
      parameters: args === false ? {} : args,
    })),
    helloName: session.hostNameAppearsAs,
    remoteAddress: session.remoteAddress,
    tls: session.tlsOptions === false ? false : session.tlsOptions.version,
    ...(typeof session.user === 'string' && { userName: session.user }),
  }
}

async function forget({ file }: LabMessage): Promise<void> {
  if (file === undefined) return
  await Promise.all([rm(file, { force: true }), rm(file.replace(/eml$/, 'json'), { force: true })])
}
