import { domainOf } from '../message/envelope.ts'
import type { Principal } from '../message/message-sink.ts'
import type { Permissions } from '../message/permission.ts'
import {
  anonymousSenderNotAllowed,
  notAuthenticated,
  senderNotAllowed,
  submissionNotAllowed,
} from '../smtp/replies.ts'
import type { Reply } from '../smtp/reply.ts'
import type { AcceptedDomains } from './accepted-domains.ts'

/** Who sends, with which rights. */
export interface Sender {
  readonly principal: Principal
  readonly permissions: Permissions
}

/**
 * Whether this party may send mail with this reverse path; a Reply refuses.
 *
 * A user without Accept-Any-Sender sends as itself only. The null sender is open to everybody: read
 * receipts and vacation notes of users carry it (RFC 8098 3). A partner server is no user: any sender
 * will do but one in our authoritative domains.
 */
export function checkSender(
  sender: string,
  { principal, permissions }: Sender,
  domains: AcceptedDomains,
): Reply | undefined {
  const anonymous = principal.kind === 'Anonymous'
  if (!permissions.has('SMTPSubmit')) return anonymous ? notAuthenticated : submissionNotAllowed
  if (sender === '') return undefined
  if (principal.kind === 'User' && principal.addresses.includes(sender.toLowerCase()))
    return undefined
  const isUser = principal.kind === 'User' && permissions.has('SMTPAcceptAnyRecipient')
  if (isUser && !permissions.has('SMTPAcceptAnySender')) return senderNotAllowed
  if (permissions.has('SMTPAcceptAuthoritativeDomainSender')) return undefined
  if (!domains.isAuthoritative(domainOf(sender))) return undefined
  return anonymous ? anonymousSenderNotAllowed : senderNotAllowed
}
