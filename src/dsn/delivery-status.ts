import type { Milliseconds } from '../base/time-span.ts'
import { addressLiteral } from '../message/address-literal.ts'
import { asciiText, foldText } from '../message/header-text.ts'
import { formatMailDate } from '../message/mail-date.ts'
import { decodeXtext } from '../smtp/xtext.ts'

/** RFC 3464 2.3.3, those a relay has use for. */
export type DsnAction = 'failed' | 'delayed' | 'relayed'

/** One recipient of a notification. */
export interface ReportedRecipient {
  readonly address: string
  /** ORCPT as received, in xtext. */
  readonly originalRecipient?: string
  /** The reply, or other text, that caused the notification; may be empty. */
  readonly reply: string
  /** The host that answered, `host (ip)`. */
  readonly remoteHost?: string
}

/** What the machine-readable part tells of the message. */
export interface ReportedMessage {
  readonly action: DsnAction
  readonly reportingMta: string
  /** ENVID as received, in xtext. */
  readonly envelopeId?: string
  /** Address of the client that brought the message; empty when it is our own. */
  readonly sourceAddress: string
  readonly arrivedAt: Milliseconds
  readonly willRetryUntil?: Milliseconds
}

const longestField = 900

/** The body of message/delivery-status in Exchange's form (RFC 3464 2): ASCII, CRLF lines. */
export function deliveryStatus(
  message: ReportedMessage,
  recipients: readonly ReportedRecipient[],
): string {
  const envelopeId = message.envelopeId && plainXtext(message.envelopeId)
  const perMessage = [
    field('Original-Envelope-Id', envelopeId),
    field('Reporting-MTA', `dns;${message.reportingMta}`),
    field(
      'Received-From-MTA',
      message.sourceAddress && `dns;${addressLiteral(message.sourceAddress)}`,
    ),
    field('Arrival-Date', formatMailDate(message.arrivedAt)),
  ].join('')
  return [perMessage, ...recipients.map((one) => recipientFields(message, one))].join('\r\n')
}

/**
 * The status of a recipient (RFC 3463): the enhanced code of the reply where it suits the action,
 * else the class of the action.
 */
export function statusCode(action: DsnAction, reply: string): string {
  const found = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(reply)?.[1]
  switch (action) {
    case 'failed':
      // A message that expired failed for a reason of class 4.
      return found === undefined || found.startsWith('2') ? '5.0.0' : found
    case 'delayed':
      return found?.startsWith('4') === true ? found : '4.0.0'
    case 'relayed':
      return found?.startsWith('2') === true ? found : '2.0.0'
  }
}

function recipientFields(message: ReportedMessage, recipient: ReportedRecipient): string {
  const { address, originalRecipient, reply, remoteHost } = recipient
  const { action, willRetryUntil } = message
  const isReply = /^\d{3}(?:[ -]|$)/.test(reply)
  return [
    field('Original-Recipient', originalRecipient && originalAddress(originalRecipient)),
    field('Final-Recipient', typedAddress(address)),
    field('Action', action),
    field('Status', statusCode(action, reply)),
    field('Remote-MTA', remoteHost && `dns;${remoteHost.replace(/ \(.*$/, '')}`),
    field('Diagnostic-Code', isReply && `smtp;${reply}`),
    field('Will-Retry-Until', willRetryUntil !== undefined && formatMailDate(willRetryUntil)),
    field('X-Display-Name', address),
  ].join('')
}

/** A field with its line end; nothing for a value that is absent. */
function field(name: string, value: string | false | undefined): string {
  if (value === undefined || value === false || value === '') return ''
  return `${name}: ${foldText(asciiText(value, longestField), name.length + 2)}\r\n`
}

/** An address with its type; international ones in the 7-bit form of RFC 6533 3. */
function typedAddress(address: string): string {
  if (/^[\x20-\x7e]*$/.test(address)) return `rfc822;${address}`
  const encoded = address.replace(/[^\x21-\x7e]|[\\+=]/gu, (character) => {
    const codePoint = character.codePointAt(0) ?? 0
    return `\\x{${codePoint.toString(16).toUpperCase()}}`
  })
  return `utf-8;${encoded}`
}

function originalAddress(originalRecipient: string): string {
  const [type = '', ...address] = originalRecipient.split(';')
  return type.toLowerCase() === 'utf-8'
    ? originalRecipient
    : `${type};${plainXtext(address.join(';'))}`
}

/** Decoded; what is malformed or stands for controls stays as it came. */
function plainXtext(xtext: string): string {
  return decodeXtext(xtext) ?? xtext
}
