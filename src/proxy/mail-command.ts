import type { MailTransaction } from '../message/message-sink.ts'
import type { Capabilities } from '../deliver/smtp/smtp-client.ts'

/**
 * MAIL as the client gave it. Parameters that only inform (SIZE, DSN) are left out for a back end that
 * does not offer them; those that the content needs (BODY, SMTPUTF8) stand, for it to refuse.
 */
export function mailCommand(
  { envelope, declaredSize }: MailTransaction,
  capabilities: Capabilities,
): string {
  const words = [`MAIL FROM:<${envelope.sender}>`]
  if (declaredSize !== undefined && capabilities.has('SIZE')) words.push(`SIZE=${declaredSize}`)
  if (envelope.body !== '7BIT') words.push(`BODY=${envelope.body}`)
  if (envelope.smtpUtf8) words.push('SMTPUTF8')
  if (capabilities.has('DSN')) {
    if (envelope.returnContent !== undefined) words.push(`RET=${envelope.returnContent}`)
    if (envelope.envelopeId !== undefined) words.push(`ENVID=${envelope.envelopeId}`)
  }
  return words.join(' ')
}
