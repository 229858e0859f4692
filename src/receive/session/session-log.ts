import { type Milliseconds, formatTimeSpan } from '../../base/time-span.ts'
import type { ProtocolSession } from '../../logs/protocol-log.ts'
import type { Permissions } from '../../message/permission.ts'
import type { Command } from '../../smtp/command.ts'
import type { Reply } from '../../smtp/reply.ts'
import { replyText } from '../../smtp/reply.ts'
import { SessionRecords } from './session-records.ts'
import { maskedCredentials, shownCommand, shownUnknown } from './shown-command.ts'
import type { Disconnection, SecuredConnection } from './session-transport.ts'

/** In place of a name that is no account's: passwords are typed there, too. */
const noAccount = '<no account>'

export interface SessionLogOptions {
  readonly verbose: boolean
  /** The connector's MaxRecipientsPerMessage. */
  readonly maxRecipients: number
  /** Wall-clock time. */
  readonly startedAt: Milliseconds
}

/**
 * What a receive session writes to the protocol log, one function an event. Keeps credentials out:
 * those who answer a challenge log nothing, and `challenge` masks what the server says.
 */
export class SessionLog {
  readonly id: string
  readonly #records: SessionRecords
  readonly #verbose: boolean
  readonly #startedAt: Milliseconds
  #startedAtText: string | undefined
  #messages = 0

  constructor(records: ProtocolSession, options: SessionLogOptions) {
    this.id = records.id
    this.#records = new SessionRecords(records, options.maxRecipients)
    this.#verbose = options.verbose
    this.#startedAt = options.startedAt
  }

  connected(): void {
    this.#record('+', '')
  }

  disconnected(reason: Disconnection, detail = ''): void {
    this.catchUp()
    if (detail !== '') this.#record('*', '', detail)
    this.#record('-', '', reason)
  }

  permissions(permissions: Permissions): void {
    if (!this.#verbose) return
    const names = permissions.size === 0 ? 'None' : [...permissions].join(' ')
    this.#record('*', names, 'Set Session Permissions')
  }

  /** A command of ours. */
  command(command: Command): void {
    if (this.#verbose) this.#record('<', shownCommand(command))
  }

  /** A line that is none; `authenticating`: of a client that was refused AUTH. */
  unknownCommand(command: Command, authenticating: boolean): void {
    if (this.#verbose) this.#record('<', shownUnknown(command, authenticating))
  }

  /** A reply; the lines of an EHLO answer stand on one line. */
  reply(reply: Reply): void {
    if (!this.#verbose) return
    const text = replyText(reply)
    this.#record('>', reply.lines.length > 1 ? text.replace(' ', '  ') : text)
  }

  /** A reply within AUTH. */
  challenge(reply: Reply): void {
    this.#record('>', `${reply.code} ${maskedCredentials}`)
  }

  receivingMessage(): void {
    this.#messages++
    if (!this.#verbose) return
    this.#startedAtText ??= new Date(this.#startedAt).toISOString()
    const data = `${this.id};${this.#startedAtText};${this.#messages}`
    this.#record('*', data, 'receiving message')
  }

  /** A message was taken, or the session is about to end: tells what was left out so far. */
  catchUp(): void {
    this.#records.renew()
  }

  /** The peer proved to be a server of ours. */
  serverProven(): void {
    this.#records.lift()
  }

  tarpit(delay: Milliseconds): void {
    this.#record('*', `Tarpit for '0.${formatTimeSpan(delay)}'`)
  }

  /** `account`: the name, where it is that of an account. */
  logonFailed(mechanism: string, account: string | undefined, reason: string): void {
    this.#record('*', '', `User Name: ${account ?? noAccount}`)
    this.#record('*', '', `Inbound AUTH ${mechanism} failed because of ${reason}`)
  }

  authenticated(userName: string): void {
    this.#record('*', userName, 'authenticated')
  }

  sendingCertificate(secured: SecuredConnection): void {
    const { subject, issuer, serialNumber, thumbprint, domains } = secured.certificate
    const data = [subject, issuer, serialNumber, thumbprint, domains.join(';')].join(' ')
    const context =
      'Sending certificate Subject Issuer name Serial number Thumbprint Subject alternate names'
    this.#record('*', data, context)
  }

  /** `status` tells how the client's certificate was judged. */
  tlsNegotiated({ tls }: SecuredConnection, status: string): void {
    const context = `TLS protocol ${tls.version} negotiation succeeded using cipher ${tls.cipher}`
    this.#record('*', '', context)
    this.#record('*', '', `TlsDomainCapabilities='None'; Status='${status}'`)
  }

  handedOver(client: string): void {
    this.#record('*', client, 'Session handed over')
  }

  note(context: string): void {
    this.#record('*', '', context)
  }

  #record(event: Parameters<ProtocolSession['record']>[0], data: string, context = ''): void {
    if (this.#verbose) this.#records.add(event, data, context)
  }
}
