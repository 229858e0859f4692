import { domainOf } from '../../message/envelope.ts'
import { type Sender, maySendAs } from '../../message/send-as.ts'
import {
  anonymousSenderNotAllowed,
  notAuthenticated,
  senderNotAllowed,
  submissionNotAllowed,
} from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { AcceptedDomains } from './accepted-domains.ts'

/**
 * Whether this party may send mail with this reverse path; a Reply refuses.
 *
 * A user without Accept-Any-Sender sends as itself only. The null sender is open to everybody: read
 * receipts and vacation notes of users carry it (RFC 8098 3). A partner server is no user: any sender
 * will do but one in our authoritative domains.
 */
export function checkSender(
  sender: string,
  party: Sender,
  domains: AcceptedDomains,
): Reply | undefined {
  const { principal, permissions } = party
  const anonymous = principal.kind === 'Anonymous'
  if (!permissions.has('SMTPSubmit')) return anonymous ? notAuthenticated : submissionNotAllowed
  if (sender === '') return undefined
  if (principal.kind === 'User' && principal.addresses.includes(sender.toLowerCase()))
    return undefined
  if (!maySendAs(sender, party)) return senderNotAllowed
  if (permissions.has('SMTPAcceptAuthoritativeDomainSender')) return undefined
  if (!domains.isAuthoritative(domainOf(sender))) return undefined
  return anonymous ? anonymousSenderNotAllowed : senderNotAllowed
}
