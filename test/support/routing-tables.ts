import { acceptedDomainSchema } from '../../src/pipeline/accepted-domain.ts'
import { AcceptedDomainTable } from '../../src/pipeline/accepted-domains.ts'
import { type AddressSpace, parseAddressSpace } from '../../src/pipeline/address-space.ts'
import type {
  RoutableConnector,
  RoutableForeignConnector,
  RoutableSendConnector,
} from '../../src/pipeline/routable-connector.ts'
import type { RoutingTables } from '../../src/pipeline/routing.ts'

/** A Send connector for routing tests: address spaces as text, by MX unless it has smart hosts. */
export function sendConnector(
  name: string,
  spaces: readonly string[],
  settings: Partial<RoutableSendConnector> = {},
): RoutableSendConnector {
  return {
    kind: 'Send',
    Name: name,
    Enabled: true,
    AddressSpaces: spaces.map(addressSpace),
    DNSRoutingEnabled: (settings.SmartHosts ?? []).length === 0,
    SmartHosts: [],
    MaxMessageSize: Infinity,
    ...settings,
  }
}

/** A Foreign connector for routing tests. */
export function foreignConnector(
  name: string,
  spaces: readonly string[],
  settings: Partial<RoutableForeignConnector> = {},
): RoutableForeignConnector {
  return {
    kind: 'Foreign',
    Name: name,
    Enabled: true,
    AddressSpaces: spaces.map(addressSpace),
    MaxMessageSize: Infinity,
    ...settings,
  }
}

function addressSpace(text: string): AddressSpace {
  const space = parseAddressSpace(text)
  if (space === undefined) throw new Error(`not an address space: ${text}`)
  return space
}

/** Routing tables from accepted domains (names or settings) and connectors. */
export function routingTables(
  acceptedDomains: readonly (string | object)[],
  connectors: readonly RoutableConnector[],
): RoutingTables {
  const entries = acceptedDomains.map((entry) =>
    acceptedDomainSchema.parse(typeof entry === 'string' ? { DomainName: entry } : entry),
  )
  return { acceptedDomains: new AcceptedDomainTable(entries), connectors }
}
