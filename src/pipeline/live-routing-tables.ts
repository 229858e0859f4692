import type { Live } from '../base/live.ts'
import type { AcceptedDomain } from './accepted-domain.ts'
import { AcceptedDomainTable } from './accepted-domains.ts'
import {
  type ConnectorSections,
  type ServerNames,
  routableConnectors,
} from './routable-connector.ts'
import type { RoutingTables } from './routing.ts'

/** The part of the configuration that routing is made from. */
export interface RoutingSettings extends ConnectorSections {
  readonly Server: ServerNames
  readonly AcceptedDomains: readonly AcceptedDomain[]
}

/** Routing tables that follow the configuration; built once for each state of it, not for each reader. */
export function liveRoutingTables(settings: Live<RoutingSettings>): Live<RoutingTables> {
  let built: RoutingTables | undefined
  let source: RoutingSettings | undefined
  const tablesOf = (state: RoutingSettings): RoutingTables => {
    if (built === undefined || state !== source) {
      source = state
      built = {
        server: state.Server,
        acceptedDomains: new AcceptedDomainTable(state.AcceptedDomains),
        connectors: routableConnectors(state),
      }
    }
    return built
  }
  return {
    get current() {
      return tablesOf(settings.current)
    },
    subscribe: (onChange) => settings.subscribe((state) => onChange(tablesOf(state))),
  }
}
