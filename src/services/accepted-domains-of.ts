import type { Live } from '../base/live.ts'
import type { AcceptedDomainTable } from '../pipeline/accepted-domains.ts'
import type { AcceptedDomains } from '../receive/session/accepted-domains.ts'

/** The accepted domains as sessions ask for them, following the configuration. */
export function acceptedDomainsOf(table: Live<AcceptedDomainTable>): AcceptedDomains {
  return {
    isAccepted: (domain) => table.current.isAccepted(domain),
    isAuthoritative: (domain) => table.current.isAuthoritative(domain),
    hasAddressBook: (domain) => table.current.hasAddressBook(domain),
    get defaultDomain() {
      return table.current.defaultDomain
    },
  }
}
