import { isAscii } from 'node:buffer'
import type { Awaitable } from '../../base/awaitable.ts'
import { sevenBitReport } from '../../dsn/seven-bit-report.ts'
import { HeaderBlock } from '../../message/header-block.ts'
import { type NextHopPrincipal, outboundHeaders } from '../../pipeline/header-firewall.ts'
import type { RecipientResult } from '../../queue/delivery-agent.ts'
import type { StoredContent } from '../../queue/queue-store.ts'
import { type Copy, type CopyRecipient, dsnSource } from '../../queue/stored-message.ts'
import { type Reply, replyText } from '../../smtp/reply.ts'
import { ClientFailure } from './client-failure.ts'
import {
  mailCommand,
  messageMisfit,
  needsUtf8,
  rcptCommand,
  recipientMisfit,
  utf8Refusal,
} from './envelope-commands.ts'
import {
  brokenSessionTrouble,
  brokenText,
  clearTextRefusal,
  contentOutcome,
  isTooMany,
  messageOutcome,
  type Outcome,
  recipientVerdict,
  type TargetTrouble,
} from './failure-policy.ts'
import type { SendConnector } from './send-connector.ts'
import type { DeliverySession } from './session-opener.ts'
import { targetName } from './target.ts'

/** What became of a copy on one session. */
export interface TransactionOutcome {
  /** One for each recipient that is not undecided. */
  readonly results: readonly RecipientResult[]
  /** Recipients that another target may be tried for at once. */
  readonly undecided: readonly CopyRecipient[]
  /** Why they are undecided. */
  readonly trouble?: TargetTrouble
  /** The final dot went out and no reply came back. */
  readonly inDoubt: boolean
}

/** Sends `recipients` of `copy` over an open session, in as many transactions as the peer wants. Never rejects. */
export function sendCopy(
  session: DeliverySession,
  { copy, recipients }: { readonly copy: Copy; readonly recipients: readonly CopyRecipient[] },
  store: StoredContent,
): Promise<TransactionOutcome> {
  return new CopyTransfer(session, copy, store).send(recipients)
}

/** A recipient that the peer took, and in which words. */
interface AcceptedRecipient {
  readonly recipient: CopyRecipient
  readonly answer: Reply
}

interface SettleFacts {
  /** Who decided it. */
  readonly judge?: 'peer' | 'ours'
  /** What the peer said to RCPT, in step with the recipients. */
  readonly recipientReplies?: readonly Reply[]
}

/** Replies to the commands before the content; those that were not sent have none. */
interface EnvelopeReplies {
  readonly mail: Reply
  readonly recipients: readonly Reply[]
  readonly data?: Reply
}

class CopyTransfer {
  readonly #session: DeliverySession
  readonly #copy: Copy
  readonly #store: StoredContent
  readonly #results: RecipientResult[] = []
  #undecided: readonly CopyRecipient[] = []
  /** How many recipients a transaction may have; less once the peer found them too many. */
  #groupSize = Infinity
  /** A transaction came to its end. */
  #concluded = false
  /** What the peer said that may be for the clear text, where that is but our fall-back. */
  #refusal: Reply | undefined

  constructor(session: DeliverySession, copy: Copy, store: StoredContent) {
    this.#session = session
    this.#copy = copy
    this.#store = store
  }

  async send(recipients: readonly CopyRecipient[]): Promise<TransactionOutcome> {
    this.#undecided = recipients
    try {
      const dropping = this.#dropMisfits()
      if (dropping !== undefined) await dropping
      while (this.#undecided.length > 0 && !this.#session.spent) {
        const trouble = await this.#round(this.#undecided.slice(0, this.#groupSize))
        if (trouble !== undefined) return this.#outcome(trouble)
      }
      return this.#outcome()
    } catch (error) {
      return this.#broken(error)
    }
  }

  #outcome(trouble?: TargetTrouble, inDoubt = false): TransactionOutcome {
    const outcome = { results: this.#results, undecided: this.#undecided, inDoubt }
    return trouble === undefined ? outcome : { ...outcome, trouble }
  }

  #broken(error: unknown): TransactionOutcome {
    if (!(error instanceof ClientFailure)) {
      this.#session.client.destroy()
      const reason = error instanceof Error ? error.message : String(error)
      this.#settle(this.#undecided, 'retry', `451 4.3.0 Local error: ${reason}`)
      return this.#outcome()
    }
    const trouble = brokenSessionTrouble(error)
    if (trouble === undefined) this.#settle(this.#undecided, 'retry', brokenText(error))
    return this.#outcome(this.#fallbackTrouble() ?? trouble, error.inDoubt)
  }

  /** Settles what this peer cannot take before a word is said of it. */
  #dropMisfits(): Awaitable<void> {
    const { message } = this.#copy
    const { capabilities } = this.#session.client
    const misfit = messageMisfit(message, capabilities)
    if (misfit === undefined && message.envelope.smtpUtf8 && !capabilities.has('SMTPUTF8'))
      return this.#headerMisfit().then((found) => this.#drop(found))
    this.#drop(misfit)
  }

  #drop(misfit: Reply | undefined): void {
    if (misfit !== undefined) {
      this.#settle(this.#undecided, 'failed', replyText(misfit), { judge: 'ours' })
      return
    }
    for (const recipient of this.#undecided) {
      const refusal = recipientMisfit(recipient, this.#session.client.capabilities)
      if (refusal !== undefined)
        this.#settle([recipient], 'failed', replyText(refusal), { judge: 'ours' })
    }
  }

  /** A client that asked for SMTPUTF8 may have meant its headers. */
  async #headerMisfit(): Promise<Reply | undefined> {
    const header = await this.#store.readHeader(this.#copy.message.id)
    return isAscii(header) ? undefined : utf8Refusal
  }

  /** One transaction. What it leaves undecided without trouble is for the next one. */
  async #round(recipients: readonly CopyRecipient[]): Promise<TargetTrouble | undefined> {
    const replies = await this.#envelope(recipients)
    const all = [replies.mail, ...replies.recipients, replies.data]
    const farewell = all.find((answer) => answer?.code === 421)
    const accepted = this.#judgeEnvelope(recipients, replies)
    if (farewell !== undefined) return this.#fallbackTrouble() ?? { kind: 'reply', reply: farewell }
    const { data } = replies
    if (data?.code === 354) await this.#content(accepted)
    else this.#withoutContent(accepted, replies)
    return this.#fallbackTrouble()
  }

  #withoutContent(
    accepted: readonly AcceptedRecipient[],
    { mail, data }: Pick<EnvelopeReplies, 'mail' | 'data'>,
  ): void {
    this.#session.needsReset = mail.code < 300
    if (data === undefined || accepted.length === 0) return
    // The recipients beyond the peer's limit were told to come again: this was not said of them.
    this.#judgeGroup(accepted, data)
    if (data.code < 400) this.#session.client.destroy()
  }

  /** Settles by a refusal, unless it may be for the clear text: then it says nothing of the mail. */
  #judge(
    recipients: readonly CopyRecipient[],
    answer: Reply,
    outcome = messageOutcome(answer),
  ): void {
    const mayBeClearText =
      this.#session.fallback !== undefined && clearTextRefusal(answer) !== undefined
    if (mayBeClearText) this.#refusal ??= answer
    else this.#settle(recipients, outcome, replyText(answer))
  }

  #refusedMail(recipients: readonly CopyRecipient[], answer: Reply): void {
    if (!isTooMany(answer)) this.#judge(recipients, answer)
    else if (this.#served) this.#session.spent = true
    else this.#judge(recipients, answer, 'retry')
  }

  /** Whether the session has brought somebody his message, or a verdict on it: so will a new one. */
  get #served(): boolean {
    return this.#session.messages > 1 || this.#concluded
  }

  /** A refusal of all that the peer had accepted. Too many at once are tried half as many at a time. */
  #judgeGroup(
    accepted: readonly AcceptedRecipient[],
    answer: Reply,
    outcome?: 'retry' | 'failed',
  ): void {
    if (isTooMany(answer) && accepted.length > 1) {
      this.#groupSize = Math.ceil(accepted.length / 2)
      return
    }
    this.#concluded = true
    this.#judge(
      accepted.map(({ recipient }) => recipient),
      answer,
      outcome,
    )
  }

  #fallbackTrouble(): TargetTrouble | undefined {
    const { fallback } = this.#session
    const reply = this.#refusal
    if (fallback === undefined || reply === undefined) return undefined
    fallback.refused()
    return { kind: 'fallback', tlsFault: fallback.tlsFault, inClear: { kind: 'reply', reply } }
  }

  async #envelope(recipients: readonly CopyRecipient[]): Promise<EnvelopeReplies> {
    const { client, needsReset } = this.#session
    const { message } = this.#copy
    const { capabilities } = client
    const utf8 = message.envelope.smtpUtf8 || recipients.some(({ address }) => needsUtf8(address))
    const mail = mailCommand(message, capabilities, utf8 || needsUtf8(message.envelope.sender))
    const lines = [mail, ...recipients.map((one) => rcptCommand(one, capabilities))]
    const first = needsReset ? ['RSET'] : []
    this.#session.needsReset = false
    if (!capabilities.has('PIPELINING')) return this.#oneByOne(first, lines)
    try {
      const replies = await client.pipeline([...first, ...lines, 'DATA'])
      return envelopeReplies(replies.slice(first.length), recipients.length)
    } catch (error) {
      if (error instanceof ClientFailure)
        this.#judgeBroken(recipients, error.replies.slice(first.length))
      throw error
    }
  }

  async #oneByOne(first: readonly string[], lines: readonly string[]): Promise<EnvelopeReplies> {
    const { client } = this.#session
    for (const line of first) await client.command(line)
    const replies: Reply[] = []
    for (const line of lines) {
      const answer = await client.command(line)
      replies.push(answer)
      if (answer.code === 421 || (replies[0]?.code ?? 500) >= 300) break
    }
    const envelope = envelopeReplies(replies, lines.length - 1)
    const anyAccepted = envelope.recipients.some(({ code }) => code < 300)
    if (!client.usable || !anyAccepted) return envelope
    return { ...envelope, data: await client.command('DATA') }
  }

  /** What was answered before the session broke still counts. */
  #judgeBroken(recipients: readonly CopyRecipient[], replies: readonly Reply[]): void {
    if (replies.length > 0)
      this.#judgeEnvelope(recipients, envelopeReplies(replies, recipients.length))
  }

  /** Settles whom MAIL or RCPT refused; returns whom the peer accepted. */
  #judgeEnvelope(
    recipients: readonly CopyRecipient[],
    { mail, recipients: replies }: EnvelopeReplies,
  ): readonly AcceptedRecipient[] {
    if (mail.code === 421) return []
    if (mail.code >= 300) {
      this.#refusedMail(recipients, mail)
      if (mail.code < 400) this.#session.client.destroy()
      return []
    }
    const accepted: AcceptedRecipient[] = []
    for (const [at, recipient] of recipients.entries()) {
      const answer = replies[at]
      if (answer === undefined || answer.code === 421) break
      const acceptedSome = accepted.length > 0
      const verdict = recipientVerdict(answer, { acceptedSome, served: this.#served })
      if (verdict === 'accepted') accepted.push({ recipient, answer })
      else if (verdict === 'new-session') this.#session.spent = true
      else if (verdict !== 'again') this.#judge([recipient], answer, verdict)
    }
    return accepted
  }

  /** After a 354 there must be content, even when nobody is to get it (RFC 2920 3.1). */
  async #content(accepted: readonly AcceptedRecipient[]): Promise<void> {
    const { client, connector } = this.#session
    if (accepted.length === 0) {
      await client.endContent()
      return
    }
    const { id, source, envelope } = this.#copy.message
    const reading = this.#store.readHeader(id)
    const header = reading instanceof Promise ? await reading : reading
    const { bytes } = outboundHeaders(new HeaderBlock(header), nextHopPrincipal(connector))
    // The header's memory is not for the body to be read into.
    const leaving = (index: number, spare?: Buffer) =>
      index === 0 ? bytes : this.#store.readBody(id, index - 1, index > 1 ? spare : undefined)
    const isOwnReport = source === dsnSource && envelope.body === '8BITMIME'
    const mustReduce = isOwnReport && !client.capabilities.has('8BITMIME')
    const answer = await client.writeContent(mustReduce ? sevenBitReport(leaving) : leaving)
    const outcome = contentOutcome(answer)
    if (outcome !== 'delivered') {
      this.#judgeGroup(accepted, answer, outcome)
      return
    }
    this.#concluded = true
    const recipients = accepted.map(({ recipient }) => recipient)
    const recipientReplies = accepted.map(({ answer: word }) => word)
    this.#settle(recipients, outcome, replyText(answer), { recipientReplies })
  }

  #settle(
    recipients: readonly CopyRecipient[],
    outcome: Outcome,
    text: string,
    { judge = 'peer', recipientReplies }: SettleFacts = {},
  ): void {
    const { client, target, facts: session } = this.#session
    const dsnPassedOn = outcome === 'delivered' && client.capabilities.has('DSN')
    for (const [at, recipient] of recipients.entries()) {
      const recipientReply = outcome === 'delivered' ? recipientReplies?.[at] : undefined
      this.#results.push({
        recipient,
        outcome,
        reply: text,
        session,
        ...(judge === 'peer' && { remoteHost: targetName(target) }),
        ...(recipientReply !== undefined && { recipientReply }),
        ...(dsnPassedOn && { dsnPassedOn }),
      })
    }
    const settled = new Set(recipients)
    this.#undecided = this.#undecided.filter((recipient) => !settled.has(recipient))
  }
}

/** Whom the next hop counts as for the header firewall. */
function nextHopPrincipal({ SmartHostAuthMechanism }: SendConnector): NextHopPrincipal {
  return SmartHostAuthMechanism === 'ExternalAuthoritative' ? 'ExternallySecured' : 'Anonymous'
}

/** Sorts the replies to MAIL, `count` times RCPT, and DATA. */
function envelopeReplies(replies: readonly Reply[], count: number): EnvelopeReplies {
  const [mail, ...others] = replies
  if (mail === undefined) throw new TypeError('a session answered without a reply')
  const envelope = { mail, recipients: others.slice(0, count) }
  const data = others[count]
  return data === undefined ? envelope : { ...envelope, data }
}
