import { describe, expect, test } from 'vitest'
import type { RoutableConnector } from '../../../src/pipeline/routable-connector.ts'
import { routableConnectors } from '../../../src/pipeline/routable-connector.ts'
import { foreignDestination, hasConnector, route } from '../../../src/pipeline/routing.ts'
import { replyText } from '../../../src/smtp/reply.ts'
import { foreignConnector, routingTables, sendConnector } from '../../support/routing-tables.ts'

const internet = sendConnector('To Internet', ['*'])
const inside = sendConnector('Inside', ['contoso.test'], { SmartHosts: ['10.0.0.1'] })
const fax = foreignConnector('Fax', ['FAX:*'])

/** Where an address goes: the queue, or what its sender is told. */
function way(address: string, connectors: readonly RoutableConnector[], size = 1): string {
  const found = route(address, size, routingTables(['contoso.test'], connectors))
  if (found.kind === 'failed') return replyText(found.reply)
  if (found.kind === 'unreachable') return found.reason
  const { deliveryType, nextHopDomain, nextHopConnector } = found.queue
  return `${deliveryType} ${nextHopDomain} ${nextHopConnector}`
}

describe('a Foreign connector takes', () => {
  test.each<[string, string, readonly RoutableConnector[], string]>([
    [
      'a domain that it names, before the Send connector for all',
      'ann@archive.test',
      [internet, foreignConnector('Archive', ['archive.test'])],
      'NonSmtpGatewayDelivery archive.test Archive',
    ],
    [
      'all domains of one space in one queue',
      'ann@a.archive.test',
      [internet, foreignConnector('Archive', ['*.archive.test'])],
      'NonSmtpGatewayDelivery *.archive.test Archive',
    ],
    [
      'addresses of its type',
      'IMCEAFAX-+2B4930@contoso.test',
      [internet, inside, fax],
      'NonSmtpGatewayDelivery FAX Fax',
    ],
    [
      'the closest of several spaces',
      'IMCEAFAX-+2B4930@contoso.test',
      [fax, foreignConnector('Germany', ['FAX:+49*'])],
      'NonSmtpGatewayDelivery FAX Germany',
    ],
    [
      'X.400 addresses with the attributes of its space',
      'IMCEAX400-c=US+3Ba=x+3Bp=Org+3Bs=Ann@contoso.test',
      [foreignConnector('All', ['X400:c=US;1']), foreignConnector('Org', ['X400:p=org;c=us;1'])],
      'NonSmtpGatewayDelivery X400 Org',
    ],
  ])('%s', (_, address, connectors, expected) => {
    expect(way(address, connectors)).toBe(expected)
  })
})

describe('it does not take', () => {
  test.each<[string, string, readonly RoutableConnector[], string]>([
    [
      'an address of its type at a domain that is not ours',
      'IMCEAFAX-1@elsewhere.test',
      [internet, fax],
      'DnsConnectorDelivery elsewhere.test To Internet',
    ],
    [
      'addresses of types that no connector here knows: the next server may',
      'IMCEANOTES-Ann@contoso.test',
      [inside, fax],
      'SmartHostConnectorDelivery 10.0.0.1 Inside',
    ],
    [
      'what its spaces of the type do not hold',
      'IMCEAFAX-1@contoso.test',
      [inside, foreignConnector('Germany', ['FAX:+49*'])],
      '550 5.4.4 ROUTING.NoConnectorForAddressType; no connector takes addresses of this type',
    ],
    [
      'what is too large for it',
      'IMCEAFAX-1@contoso.test',
      [foreignConnector('Fax', ['FAX:*'], { MaxMessageSize: 5 })],
      '550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route',
    ],
  ])('%s', (_, address, connectors, expected) => {
    expect(way(address, connectors, 10)).toBe(expected.replace('10.0.0.1', '[10.0.0.1]'))
  })

  test('anything with a limit of 0, which takes it out of use', () => {
    const connectors = routableConnectors({
      SendConnectors: [internet],
      ForeignConnectors: [foreignConnector('Off', ['a.test'], { MaxMessageSize: 0 })],
      DeliveryAgentConnectors: [],
    })
    expect(way('x@a.test', connectors)).toBe('DnsConnectorDelivery a.test To Internet')
  })
})

test('an address leads outside where a connector in use takes its type, and nowhere else', () => {
  const address = 'IMCEAFAX-1@contoso.test'
  const leads = (connectors: readonly RoutableConnector[]) =>
    foreignDestination(address, routingTables(['contoso.test'], connectors)) !== undefined
  expect(leads([internet, fax])).toBe(true)
  expect(leads([internet, { ...fax, Enabled: false }])).toBe(false)
  expect(leads([internet])).toBe(false)
})

test('a queue has lost its connector when another kind has the name', () => {
  const queue = { deliveryType: 'NonSmtpGatewayDelivery', nextHopDomain: 'FAX' } as const
  const named = { ...queue, nextHopConnector: 'Fax' }
  expect(hasConnector(named, routingTables([], [fax]))).toBe(true)
  expect(hasConnector(named, routingTables([], [sendConnector('Fax', ['*'])]))).toBe(false)
})
