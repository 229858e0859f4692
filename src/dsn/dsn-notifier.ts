import type { Clock } from '../base/clock.ts'
import type { Live } from '../base/live.ts'
import type { Milliseconds } from '../base/time-span.ts'
import { domainOf } from '../message/envelope.ts'
import type { NotifyCondition, Recipient } from '../message/envelope.ts'
import { HeaderBlock } from '../message/header-block.ts'
import type { NewGuid } from '../message/message-id.ts'
import type { RecipientResult } from '../queue/delivery-agent.ts'
import type { Notifier } from '../queue/notifier.ts'
import { StoreError } from '../queue/queue-store.ts'
import type { PendingMessage, PreparedMessage, QueueStore } from '../queue/queue-store.ts'
import { dsnSource } from '../queue/stored-message.ts'
import type { CopyRecipient, NewCopy, NewMessage, StoredMessage } from '../queue/stored-message.ts'
import type { DsnAction, ReportedRecipient } from './delivery-status.ts'
import { composeReport, isEightBit } from './dsn-message.ts'
import { reported, reportedDelay, reportedFailure } from './reported-recipients.ts'
import type { Report } from './dsn-message.ts'
import { inspectOriginal, originalContent } from './original-content.ts'
import type { Original, OriginalFacts } from './original-content.ts'
import { type RemoteDomain, defaultRemoteDomain } from './remote-domain.ts'
import type { RemoteDomainTable } from './remote-domains.ts'
import type { TransportConfig } from './transport-config.ts'

/** What notifications need to know of our domains. */
export interface OwnDomains {
  /** Whether mail for a domain goes inside: then the Internal… settings apply. */
  isOrganisation(domain: string): boolean
  /** The default accepted domain. */
  readonly defaultDomain: string | undefined
}

export interface DsnNotifierOptions {
  readonly store: Pick<QueueStore, 'begin' | 'readHeader' | 'readBody' | 'damageOf'>
  /** Routes a notification, whatever its size; no copies when it cannot go anywhere. */
  readonly categorize: (recipients: readonly Recipient[]) => readonly NewCopy[]
  readonly transportConfig: Live<TransportConfig>
  readonly domains: Live<OwnDomains>
  readonly remoteDomains: Live<RemoteDomainTable>
  readonly messageExpirationTimeout: Live<Milliseconds>
  readonly server: { readonly Fqdn: string }
  readonly clock: Clock
  readonly newGuid: NewGuid
}

/** What comes back of an original, and how. */
type ReturnedOriginal = Pick<OriginalFacts, 'header' | 'eightBit'> & Pick<Report, 'returned'>

/** One side of the settings that Exchange has twice. */
interface DsnSettings {
  readonly delayEnabled: boolean
  readonly html: boolean
  readonly maxAttachSize: number
  readonly reportingAuthority: string
}

/**
 * Writes notifications by the rules of RFC 3461 5 and 6. What keeps them from looping is the null
 * sender alone: they are sent from it and never to it. Auto-Submitted and Precedence (RFC 3834) bind
 * automatic answers, not delivery notifications: lists and robots rely on theirs.
 */
export class DsnNotifier implements Notifier {
  readonly #options: DsnNotifierOptions

  constructor(options: DsnNotifierOptions) {
    this.#options = options
  }

  async failed(
    message: StoredMessage,
    results: readonly RecipientResult[],
  ): Promise<PreparedMessage | undefined> {
    if (!this.#remoteDomain(message).NDREnabled) return undefined
    const wanted = results.filter(({ recipient }) => wants(recipient, 'FAILURE', true))
    const at = this.#options.clock.now()
    const reports = wanted.map((result) => reportedFailure(result, at))
    return this.#notify(message, 'failed', reports)
  }

  async delayed(
    message: StoredMessage,
    recipients: readonly CopyRecipient[],
  ): Promise<PreparedMessage | undefined> {
    const { delayEnabled } = this.#settings(message)
    const wanted = recipients.filter((one) => delayEnabled && wants(one, 'DELAY', true))
    return this.#notify(message, 'delayed', wanted.map(reportedDelay))
  }

  async relayed(
    message: StoredMessage,
    results: readonly RecipientResult[],
  ): Promise<PreparedMessage | undefined> {
    if (!this.#remoteDomain(message).DeliveryReportEnabled) return undefined
    const wanted = results.filter(
      ({ recipient, outcome, dsnPassedOn }) =>
        outcome === 'delivered' && dsnPassedOn !== true && wants(recipient, 'SUCCESS', false),
    )
    // One agent delivered them all.
    const isFinal = wanted.every((result) => result.isFinal === true)
    return this.#notify(message, isFinal ? 'delivered' : 'relayed', wanted.map(reported))
  }

  async #notify(
    message: StoredMessage,
    action: DsnAction,
    recipients: readonly ReportedRecipient[],
  ): Promise<PreparedMessage | undefined> {
    const { sender } = message.envelope
    if (sender === '' || recipients.length === 0) return undefined
    const copies = this.#options.categorize([{ address: sender }])
    if (copies.length === 0) return undefined
    const pending = this.#options.store.begin()
    try {
      const written = await this.#write(pending, message, { action, recipients })
      return { pending, ...written, copies }
    } catch (error) {
      pending.abort()
      throw error
    }
  }

  async #write(
    pending: PendingMessage,
    message: StoredMessage,
    told: Pick<Report, 'action' | 'recipients'>,
  ): Promise<Pick<PreparedMessage, 'message' | 'header'>> {
    const { newGuid } = this.#options
    const original = this.#original(message)
    const facts = await this.#inspect(message, original, told.action)
    const report = this.#report(message, told, facts)
    const { header, before, after, messageId, subject } = composeReport(report, newGuid)
    let size = header.length
    const write = async (chunk: Buffer) => {
      size += chunk.length
      if (chunk.length > 0) await pending.write(chunk)
    }
    await write(before)
    if (report.returned === 'message') {
      // What is read may still belong to the store; what is written will.
      for await (const piece of originalContent(original)) await write(Buffer.from(piece))
    }
    await write(after)
    const notification: NewMessage = {
      envelope: {
        sender: '',
        body: isEightBit(report) ? '8BITMIME' : '7BIT',
        smtpUtf8: !isAsciiText(report.to + report.from),
      },
      messageId,
      subject,
      size,
      receivedAt: report.now,
      source: dsnSource,
      sourceAddress: '',
      networkMessageId: newGuid(),
      originating: true,
    }
    return { message: notification, header }
  }

  #original({ id }: StoredMessage): Original {
    const { store } = this.#options
    return {
      readHeader: () => store.readHeader(id),
      readBody: (index) => store.readBody(id, index),
    }
  }

  /** What can be returned; nothing of an original that cannot be read any more. */
  async #inspect(
    message: StoredMessage,
    content: Original,
    action: DsnAction,
  ): Promise<ReturnedOriginal> {
    try {
      const mayReturnAll = action === 'failed' && this.#mayReturnAll(message)
      // Of damaged content the header is returned, as far as it can be read.
      const whole = mayReturnAll && (await this.#options.store.damageOf(message.id)) === undefined
      const facts = await inspectOriginal(content, whole)
      return { ...facts, returned: whole && facts.returnable ? 'message' : 'headers' }
    } catch (error) {
      const isGone =
        error instanceof StoreError && ['CORRUPT', 'DAMAGED', 'GONE'].includes(error.code)
      if (!isGone) throw error
      return { header: new HeaderBlock(Buffer.alloc(0)), eightBit: false, returned: 'nothing' }
    }
  }

  #report(
    message: StoredMessage,
    told: Pick<Report, 'action' | 'recipients'>,
    original: ReturnedOriginal,
  ): Report {
    const { server, clock, messageExpirationTimeout } = this.#options
    const { html, reportingAuthority } = this.#settings(message)
    const { sourceAddress, sourceName } = message
    const { envelopeId, sender, smtpUtf8 } = message.envelope
    const until = message.receivedAt + messageExpirationTimeout.current
    return {
      ...told,
      reportingMta: reportingAuthority === '' ? server.Fqdn : reportingAuthority,
      ...(envelopeId !== undefined && { envelopeId }),
      sourceAddress,
      ...(sourceName !== undefined && { sourceName }),
      ...(!this.#remoteDomain(message).NDRDiagnosticInfoEnabled && { withoutDiagnostics: true }),
      arrivedAt: message.receivedAt,
      ...(told.action === 'delayed' && { willRetryUntil: until }),
      server: server.Fqdn,
      from: this.#postmaster(),
      to: sender,
      now: clock.now(),
      originalSubject: message.subject,
      originalMessageId: message.messageId,
      originalHeader: original.header,
      returned: original.returned,
      eightBit: original.eightBit,
      international: smtpUtf8,
      html,
    }
  }

  /** RET and the size limit; BINARYMIME content does not fit into message/rfc822. */
  #mayReturnAll(message: StoredMessage): boolean {
    const { returnContent, body } = message.envelope
    if (returnContent === 'HDRS' || body === 'BINARYMIME') return false
    return message.size <= this.#settings(message).maxAttachSize
  }

  /** What is set for the sender's domain; senders of ours are in none. */
  #remoteDomain({ envelope }: StoredMessage): RemoteDomain {
    const { domains, remoteDomains } = this.#options
    const domain = domainOf(envelope.sender)
    const isOurs = domains.current.isOrganisation(domain)
    return isOurs ? defaultRemoteDomain : remoteDomains.current.find(domain)
  }

  #settings({ envelope }: StoredMessage): DsnSettings {
    const config = this.#options.transportConfig.current
    return this.#options.domains.current.isOrganisation(domainOf(envelope.sender))
      ? {
          delayEnabled: config.InternalDelayDsnEnabled,
          html: config.InternalDsnSendHtml,
          maxAttachSize: config.InternalDsnMaxMessageAttachSize,
          reportingAuthority: config.InternalDsnReportingAuthority,
        }
      : {
          delayEnabled: config.ExternalDelayDsnEnabled,
          html: config.ExternalDsnSendHtml,
          maxAttachSize: config.ExternalDsnMaxMessageAttachSize,
          reportingAuthority: config.ExternalDsnReportingAuthority,
        }
  }

  #postmaster(): string {
    const { transportConfig, domains, server } = this.#options
    const { ExternalPostmasterAddress } = transportConfig.current
    if (ExternalPostmasterAddress !== '') return ExternalPostmasterAddress
    return `postmaster@${domains.current.defaultDomain ?? server.Fqdn}`
  }
}

/** Whether a recipient's sender asked for such a notification; `unasked` when nothing was said. */
function wants({ notify }: Recipient, condition: NotifyCondition, unasked: boolean): boolean {
  return notify === undefined ? unasked : notify.includes(condition)
}

function isAsciiText(text: string): boolean {
  return /^[\x00-\x7f]*$/.test(text)
}
