import { describe, expect, test } from 'vitest'
import type { RoutableConnector } from '../../../src/pipeline/routable-connector.ts'
import { isBestWay, route, routingText } from '../../../src/pipeline/routing.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'

const internet = sendConnector('To Internet', ['*'])
const partner = sendConnector('To Partner', ['partner.test'], { SmartHosts: ['192.0.2.1'] })
const before = routingTables(['corp.example'], [internet, partner])

describe('what changes routes is seen', () => {
  test.each<[string, readonly (string | object)[], readonly RoutableConnector[]]>([
    ['a connector more', ['corp.example'], [internet, partner, sendConnector('New', ['a.test'])]],
    ['a connector less', ['corp.example'], [internet]],
    ['an address space', ['corp.example'], [internet, { ...partner, AddressSpaces: [] }]],
    ['a cost', ['corp.example'], [sendConnector('To Internet', ['SMTP:*;5']), partner]],
    ['a disabled connector', ['corp.example'], [{ ...internet, Enabled: false }, partner]],
    ['other smart hosts', ['corp.example'], [internet, { ...partner, SmartHosts: ['192.0.2.2'] }]],
    [
      'MX in place of smart hosts',
      ['corp.example'],
      [internet, { ...partner, DNSRoutingEnabled: true }],
    ],
    ['source servers', ['corp.example'], [internet, { ...partner, SourceTransportServers: ['X'] }]],
    ['a size limit', ['corp.example'], [internet, { ...partner, MaxMessageSize: 5 }]],
    ['another accepted domain', ['corp.example', 'b.example'], [internet, partner]],
    [
      'another type of domain',
      [{ DomainName: 'corp.example', DomainType: 'InternalRelay' }],
      [internet, partner],
    ],
  ])('%s', (_, domains, connectors) => {
    expect(routingText(routingTables(domains, connectors))).not.toBe(routingText(before))
  })

  test('nothing else', () => {
    const other = { ...partner, Comment: 'new', Port: 2525 }
    expect(routingText(routingTables(['corp.example'], [internet, other]))).toBe(
      routingText(before),
    )
  })
})

describe('a queue has the best way', () => {
  const queueOf = (address: string) => {
    const found = route(address, 0, before)
    return found.kind === 'connector' ? found.queue : expect.unreachable()
  }

  test.each<[string, boolean, readonly RoutableConnector[]]>([
    ['as long as its connector is the first choice', true, [internet, partner]],
    ['not beside a closer address space', false, [internet, sendConnector('Close', ['*.test'])]],
    [
      'not beside a cheaper one',
      false,
      [sendConnector('To Internet', ['SMTP:*;9']), sendConnector('Z', ['*'])],
    ],
    ['not without its connector', false, [partner]],
  ])('%s', (_, best, connectors) => {
    const queue = queueOf('a@x.test')
    expect(isBestWay(queue, routingTables(['corp.example'], connectors))).toBe(best)
  })

  test('which is never sure of one for many domains', () => {
    expect(isBestWay(queueOf('a@partner.test'), before)).toBe(false)
  })
})
