import { domainOf } from '../../message/envelope.ts'
import type { Permissions } from '../../message/permission.ts'
import {
  relayDenied,
  reservedSecondLevel,
  reservedSingleLabel,
  reservedTopLevel,
} from '../../smtp/replies.ts'
import type { Reply } from '../../smtp/reply.ts'
import type { AcceptedDomains } from './accepted-domains.ts'
import type { ReceiveConnector } from '../connectors/receive-connector.ts'

/** RFC 2606 2 and 3. */
const reservedTop = /(?:^|\.)(?:test|example|invalid|localhost)$/
const reservedSecond = /(?:^|\.)example\.(?:com|net|org)$/

/**
 * Whether a recipient is taken from a client with these rights; a Reply refuses. What the local part
 * holds (`%`, `!`, a quoted `@`) does not matter: the domain is judged, and mail goes nowhere else. Only what stands
 * for an address of another mail system does.
 */
export function checkRecipient(
  address: string,
  permissions: Permissions,
  { connector, domains }: { connector: ReceiveConnector; domains: AcceptedDomains },
): Reply | undefined {
  const domain = domainOf(address)
  const refusal = reservedDomain(domain, connector)
  if (refusal !== undefined) return refusal
  if (permissions.has('SMTPAcceptAnyRecipient')) return undefined
  return domains.isAccepted(domain) && !domains.leadsOutside(address) ? undefined : relayDenied
}

/** The recipient with its domain: `<postmaster>` alone is the one of the default domain (RFC 5321 4.5.1). */
export function completeRecipient(address: string, domains: AcceptedDomains, fqdn: string): string {
  return address.includes('@') ? address : `${address}@${domains.defaultDomain ?? fqdn}`
}

function reservedDomain(domain: string, connector: ReceiveConnector): Reply | undefined {
  if (connector.RejectReservedTopLevelRecipientDomains && reservedTop.test(domain))
    return reservedTopLevel
  if (connector.RejectReservedSecondLevelRecipientDomains && reservedSecond.test(domain))
    return reservedSecondLevel
  const single = !domain.includes('.') && !domain.startsWith('[')
  return connector.RejectSingleLabelRecipientDomains && single ? reservedSingleLabel : undefined
}
