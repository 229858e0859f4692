import { LiveValue, mapLive, type Live } from '../base/live.ts'
import type { ServerConfig } from '../config/server-config.ts'
import { AcceptedDomainTable } from '../pipeline/accepted-domains.ts'
import type { AcceptedDomains } from '../receive/accepted-domains.ts'

/** The table of accepted domains, made anew when they change. */
export function liveDomainTable(config: Live<ServerConfig>): Live<AcceptedDomainTable> {
  const table = new LiveValue(new AcceptedDomainTable(config.current.AcceptedDomains))
  mapLive(config, ({ AcceptedDomains }) => AcceptedDomains).subscribe((domains) =>
    table.set(new AcceptedDomainTable(domains)),
  )
  return table
}

/** The accepted domains as sessions ask for them. */
export function acceptedDomainsOf(table: Live<AcceptedDomainTable>): AcceptedDomains {
  return {
    isAccepted: (domain) => table.current.find(domain) !== undefined,
    isAuthoritative: (domain) => table.current.find(domain)?.DomainType === 'Authoritative',
    get defaultDomain() {
      return table.current.defaultDomain
    },
  }
}
