import type { Bytes } from '../../base/byte-size.ts'
import type { Envelope, Recipient } from '../../message/envelope.ts'
import { sevenBitOriginalRecipient } from '../../smtp/original-recipient.ts'
import { type Reply, reply } from '../../smtp/reply.ts'
import { type Capabilities, isWireSafe } from './smtp-client.ts'

/** What MAIL is made of. */
export interface MailFacts {
  readonly envelope: Envelope
  readonly size: Bytes
}

/** The MAIL command for a peer, with the parameters that it offers and the message needs. */
export function mailCommand(
  { envelope, size }: MailFacts,
  capabilities: Capabilities,
  smtpUtf8: boolean,
): string {
  const dsn = capabilities.has('DSN')
  const parameters = [
    capabilities.has('SIZE') && `SIZE=${size}`,
    capabilities.has('8BITMIME') && envelope.body === '8BITMIME' && 'BODY=8BITMIME',
    capabilities.has('SMTPUTF8') && smtpUtf8 && 'SMTPUTF8',
    dsn && parameter('RET', envelope.returnContent),
    dsn && parameter('ENVID', envelope.envelopeId),
  ]
  return withParameters(`MAIL FROM:<${envelope.sender}>`, parameters)
}

/** RFC 3461 4.2: a peer need not take a longer one, and would refuse the recipient for it. */
const longestOriginalRecipient = 500

/** The RCPT command for a peer. */
export function rcptCommand(recipient: Recipient, capabilities: Capabilities): string {
  const dsn = capabilities.has('DSN')
  const original = sevenBitOriginalRecipient(recipient.originalRecipient ?? '')
  return withParameters(`RCPT TO:<${recipient.address}>`, [
    dsn && parameter('NOTIFY', recipient.notify?.join(',')),
    dsn && original.length <= longestOriginalRecipient && parameter('ORCPT', original),
  ])
}

/**
 * Why the peer cannot take the message at all; undefined when it can. Content with 8-bit octets goes
 * to a peer without 8BITMIME as it is: most hosts take it, and changing it would break signatures.
 */
export function messageMisfit(
  { envelope, size }: MailFacts,
  capabilities: Capabilities,
): Reply | undefined {
  const limit = Number(capabilities.get('SIZE') ?? 0)
  if (limit > 0 && size > limit)
    return reply(`552 5.3.4 Message size ${size} exceeds the next hop's maximum of ${limit}`)
  if (envelope.body === 'BINARYMIME')
    return reply('554 5.6.3 Binary content cannot be relayed and is not converted')
  if (!isSafePath(envelope.sender)) return reply('501 5.1.7 Invalid address of the sender')
  if (needsUtf8(envelope.sender) && !capabilities.has('SMTPUTF8')) return utf8Refusal
  return undefined
}

/** Why this recipient cannot be named to the peer; undefined when it can. */
export function recipientMisfit(
  { address }: Recipient,
  capabilities: Capabilities,
): Reply | undefined {
  if (!isSafePath(address) || address === '') return reply('501 5.1.3 Invalid address')
  return needsUtf8(address) && !capabilities.has('SMTPUTF8') ? utf8Refusal : undefined
}

/** RFC 6531 3.5: internationalised mail may not go where it is not understood. */
export const utf8Refusal = reply('550 5.6.7 The next hop does not support SMTPUTF8')

/** Whether an address has characters that only SMTPUTF8 allows. */
export function needsUtf8(address: string): boolean {
  return /[^\x00-\x7f]/.test(address)
}

/**
 * Whether the address can stand between angle brackets without becoming something else: outside a
 * quoted local part there is no space and no bracket, and nowhere a control character.
 */
export function isSafePath(address: string): boolean {
  const unquoted = address.replace(/^"(?:[^"\\]|\\.)*"(?=@|$)/s, '')
  return isWireSafe(address) && !/[\s<>"]/.test(unquoted)
}

/** Left out when the value is absent or would not stay one parameter. */
function parameter(name: string, value: string | undefined): string | false {
  if (value === undefined || !/^[\x21-\x7e]+$/.test(value)) return false
  return `${name}=${value}`
}

function withParameters(command: string, parameters: readonly (string | false)[]): string {
  return [command, ...parameters.filter((text) => text !== false)].join(' ')
}
