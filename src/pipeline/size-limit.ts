import type { Bytes } from '../base/byte-size.ts'
import type { TransportConfig } from '../dsn/transport-config.ts'
import type { MailTransaction, SessionFacts } from '../message/message-sink.ts'
import { messageTooLarge, sentMessageTooLarge } from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'

/** How large a message may be. */
export interface SizeLimit {
  readonly size: Bytes
  /** What a larger message is answered. */
  readonly refusal: Reply
}

/** The narrower one of what the connector and what the organisation lets through. */
export function sizeLimit(
  { session, maxSize = Infinity }: MailTransaction,
  config: TransportConfig,
): SizeLimit {
  const organization = limitOfOrganization(session, config)
  return maxSize > organization.size ? organization : { size: maxSize, refusal: messageTooLarge }
}

/** Whether the message comes from the organisation: its sender proved who it is. */
export function isOriginating({ principal }: SessionFacts): boolean {
  return principal.kind !== 'Anonymous'
}

/** For those that may not pass them: MaxReceiveSize for all, MaxSendSize for senders of its own. */
function limitOfOrganization(session: SessionFacts, config: TransportConfig): SizeLimit {
  const { MaxReceiveSize, MaxSendSize } = config
  if (session.permissions.has('BypassMessageSizeLimit'))
    return { size: Infinity, refusal: messageTooLarge }
  return isOriginating(session) && MaxSendSize < MaxReceiveSize
    ? { size: MaxSendSize, refusal: sentMessageTooLarge }
    : { size: MaxReceiveSize, refusal: messageTooLarge }
}
