import type { Milliseconds } from '../base/time-span.ts'
import { addressLiteral } from '../message/address-literal.ts'
import { foldText, plainText, shortened } from '../message/header-text.ts'
import { formatMailDate } from '../message/mail-date.ts'
import type { AttemptHistory } from '../queue/attempt-history.ts'
import { expiredReply, removedReply } from '../queue/scheduler/verdict.ts'
import {
  embeddedCharacter,
  shownOriginalRecipient,
  typedAddress,
} from '../smtp/original-recipient.ts'
import { decodeXtext } from '../smtp/xtext.ts'

/** RFC 3464 2.3.3, those a relay has use for. */
export type DsnAction = 'failed' | 'delayed' | 'relayed' | 'delivered'

/** One recipient of a notification. */
export interface ReportedRecipient {
  readonly address: string
  /** ORCPT as received, in xtext. */
  readonly originalRecipient?: string
  /** The reply, or other text, that caused the notification; may be empty. */
  readonly reply: string
  /** The host that answered, or was tried last, `host (ip)`. */
  readonly remoteHost?: string
  /** What the last attempt said, where `reply` is that time ran out. */
  readonly lastWord?: string
  /** What attempts came to, the newest first; absent when the first one decided. */
  readonly attempts?: AttemptHistory
}

/** What the machine-readable part tells of the message. */
export interface ReportedMessage {
  readonly action: DsnAction
  readonly reportingMta: string
  /** ENVID as received, in xtext. */
  readonly envelopeId?: string
  /** Address of the client that brought the message; empty when it is our own. */
  readonly sourceAddress: string
  /** What that client called itself. */
  readonly sourceName?: string
  /** Nothing is told of other servers and of what they said. */
  readonly withoutDiagnostics?: boolean
  readonly arrivedAt: Milliseconds
  readonly willRetryUntil?: Milliseconds
}

/** The machine-readable part and the form that it takes. */
export interface DeliveryStatus {
  /** With CRLF lines; ASCII in the form `7bit`. */
  readonly text: string
  readonly form: '7bit' | 'utf-8'
}

/** A longer text of a next hop is shortened, and tells so. */
export const longestText = 16_384

/**
 * The body of message/delivery-status in Exchange's form (RFC 3464 2), or of
 * message/global-delivery-status (RFC 6533 4) for a sender who `takesUtf8`, where there is need of it.
 */
export function deliveryStatus(
  message: ReportedMessage,
  recipients: readonly ReportedRecipient[],
  takesUtf8: boolean,
): DeliveryStatus {
  const inUtf8 = takesUtf8 ? statusText(message, recipients, 'utf-8') : ''
  if (/[^\x00-\x7f]/.test(inUtf8)) return { text: inUtf8, form: 'utf-8' }
  return { text: statusText(message, recipients, '7bit'), form: '7bit' }
}

type Form = DeliveryStatus['form']

function statusText(
  message: ReportedMessage,
  recipients: readonly ReportedRecipient[],
  form: Form,
): string {
  const fields = fieldsIn(form)
  const perMessage = fields([
    ['Original-Envelope-Id', message.envelopeId && shownEnvelopeId(message.envelopeId)],
    ['Reporting-MTA', `dns;${message.reportingMta}`],
    [
      'Received-From-MTA',
      message.withoutDiagnostics !== true &&
        message.sourceAddress &&
        `dns;${receivedFrom(message)}`,
    ],
    ['Arrival-Date', formatMailDate(message.arrivedAt)],
  ])
  const perRecipient = recipients.map((one) => fields(recipientFields(message, one, form)))
  return [perMessage, ...perRecipient].join('\r\n')
}

/** The reply, and behind an expiry what was the trouble until then. */
export function wholeReason({ reply, lastWord }: ReportedRecipient): string {
  return lastWord === undefined ? reply : `${reply} -> ${lastWord}`
}

/**
 * The status of a recipient (RFC 3463): the code of the reply in the class of the action, so that the two
 * never tell different things (RFC 3464 2.3.4). Only our own verdicts on time and removal have Exchange's
 * code of class 4, though they are final.
 */
export function statusCode(action: DsnAction, reply: string): string {
  if (action === 'failed' && isOwnVerdict(reply)) return reply.slice(4, 9)
  const [, klass, detail] = /^\d{3}[ -]([245])(\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(reply) ?? []
  switch (action) {
    case 'failed':
      return klass === undefined || klass === '2' ? '5.0.0' : `5${detail}`
    case 'delayed':
      return klass === undefined || klass === '2' ? '4.0.0' : `4${detail}`
    case 'relayed':
    case 'delivered':
      return klass === '2' ? `2${detail}` : '2.0.0'
  }
}

function isOwnVerdict(reply: string): boolean {
  return reply === expiredReply || reply === removedReply
}

type Fields = readonly (readonly [name: string, value: string | false | undefined])[]

function recipientFields(
  { action, willRetryUntil, withoutDiagnostics }: ReportedMessage,
  recipient: ReportedRecipient,
  form: Form,
): Fields {
  const { address, originalRecipient, reply, remoteHost, attempts } = recipient
  const isTold = withoutDiagnostics !== true
  const isReply = isTold && /^\d{3}(?:[ -]|$)/.test(reply)
  const [last] = attempts ?? []
  return [
    ['Original-Recipient', originalRecipient && shownOriginalRecipient(originalRecipient, form)],
    ['Final-Recipient', typedAddress(address, form)],
    ['Action', action],
    ['Status', statusCode(action, reply)],
    ['Remote-MTA', isTold && remoteHost && `dns;${remoteHost.replace(/ \(.*$/, '')}`],
    ['Diagnostic-Code', isReply && `smtp;${wholeReason(recipient)}`],
    ['Last-Attempt-Date', last && formatMailDate(last.lastAt)],
    ['Will-Retry-Until', willRetryUntil !== undefined && formatMailDate(willRetryUntil)],
    ['X-Display-Name', address],
  ]
}

/** Writes fields, each with its line end; nothing for a value that is absent. */
function fieldsIn(form: Form): (fields: Fields) => string {
  return (fields) =>
    fields
      .map(([name, value]) => {
        if (value === undefined || value === false || value === '') return ''
        const line = plainText(shortened(value, longestText), Infinity)
        const shown = form === 'utf-8' ? line : line.replace(/[^\x20-\x7e]/gu, embeddedCharacter)
        return `${name}: ${foldText(shown, name.length + 2)}\r\n`
      })
      .join('')
}

/** The name that the client gave, and its address beside it (RFC 3464 2.2.4). */
function receivedFrom({ sourceAddress, sourceName }: ReportedMessage): string {
  const literal = addressLiteral(sourceAddress)
  if (sourceName === undefined || sourceName === '' || sourceName === literal) return literal
  return `${sourceName.replace(/[^\x21-\x27\x2a-\x7e]/g, '?')} (${sourceAddress})`
}

/** Decoded where that is printable ASCII, which it must be (RFC 3461 4.4); else as it came. */
function shownEnvelopeId(envelopeId: string): string {
  const decoded = decodeXtext(envelopeId)
  return decoded === undefined || /[^\x20-\x7e]/.test(decoded) ? envelopeId : decoded
}
