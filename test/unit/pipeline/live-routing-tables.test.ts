import { expect, test } from 'vitest'
import { LiveValue } from '../../../src/base/live.ts'
import { acceptedDomainSchema } from '../../../src/pipeline/accepted-domain.ts'
import { liveRoutingTables } from '../../../src/pipeline/live-routing-tables.ts'
import type { RoutingSettings } from '../../../src/pipeline/live-routing-tables.ts'
import type { RoutingTables } from '../../../src/pipeline/routing.ts'
import { sendConnector } from '../../support/routing-tables.ts'

const settings = (domain: string): RoutingSettings => ({
  Server: { Name: 'EDGE01', Fqdn: 'edge01.example' },
  AcceptedDomains: [acceptedDomainSchema.parse({ DomainName: domain })],
  SendConnectors: [sendConnector('All', ['*'])],
  ForeignConnectors: [],
  DeliveryAgentConnectors: [],
})

test('follows the configuration and is built once for each state of it', () => {
  const config = new LiveValue(settings('one.example'))
  const tables = liveRoutingTables(config)
  const seen: RoutingTables[] = []
  tables.subscribe((value) => seen.push(value))
  expect(tables.current.acceptedDomains.isAccepted('one.example')).toBe(true)
  expect(tables.current).toBe(tables.current)
  config.set(settings('two.example'))
  expect(tables.current.acceptedDomains.isAccepted('one.example')).toBe(false)
  expect(tables.current.acceptedDomains.defaultDomain).toBe('two.example')
  expect(seen).toEqual([tables.current])
})
