import type { Live } from '../base/live.ts'
import { type RoutingTables, foreignDestination } from '../pipeline/routing.ts'
import type { AcceptedDomains } from '../receive/session/accepted-domains.ts'

/** The accepted domains as sessions ask for them, following the configuration. */
export function acceptedDomainsOf(tables: Live<RoutingTables>): AcceptedDomains {
  const table = () => tables.current.acceptedDomains
  return {
    isAccepted: (domain) => table().isAccepted(domain),
    isAuthoritative: (domain) => table().isAuthoritative(domain),
    hasAddressBook: (domain) => table().hasAddressBook(domain),
    leadsOutside: (address) => foreignDestination(address, tables.current) !== undefined,
    get defaultDomain() {
      return table().defaultDomain
    },
  }
}
