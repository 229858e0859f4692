import type { HeaderBlock } from '../message/header-block.ts'
import { headerFamily } from '../message/header-families.ts'
import type { HeaderFamily } from '../message/header-families.ts'
import type { Permission, Permissions } from '../message/permission.ts'

/** The right to bring a family along. Cross-premises fields become organisation ones, so need the same. */
const acceptRight: Readonly<Record<HeaderFamily, Permission>> = {
  Routing: 'AcceptRoutingHeaders',
  Organization: 'AcceptOrganizationHeaders',
  Forest: 'AcceptForestHeaders',
  CrossPremises: 'AcceptOrganizationHeaders',
}

/** What the next hop proved to be, or is configured to be. */
export type NextHopPrincipal = 'Anonymous' | 'ExchangeServer' | 'ExternallySecured'

/** Exchange's ms-Exch-Send-Headers-… rights, the same on every Send connector. */
const sentTo: Readonly<Record<NextHopPrincipal, readonly HeaderFamily[]>> = {
  Anonymous: ['Routing'],
  ExternallySecured: ['Routing'],
  ExchangeServer: ['Routing', 'Organization', 'Forest'],
}

/** The header as it may come in from a session with these rights. */
export function inboundHeaders(header: HeaderBlock, permissions: Permissions): HeaderBlock {
  return header.without(({ name }) => {
    const family = headerFamily(name)
    return family !== undefined && !permissions.has(acceptRight[family])
  })
}

/** The header as it may go out to a next hop. */
export function outboundHeaders(header: HeaderBlock, nextHop: NextHopPrincipal): HeaderBlock {
  return header.without(({ name }) => {
    const family = headerFamily(name)
    return family !== undefined && !sentTo[nextHop].includes(family)
  })
}
