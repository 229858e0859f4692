import { describe, expect, test } from 'vitest'
import { formatNextHop } from '../../../src/pipeline/routable-connector.ts'
import { explainRoute, route } from '../../../src/pipeline/routing.ts'
import { replyText } from '../../../src/smtp/reply.ts'
import { routingTables, sendConnector } from '../../support/routing-tables.ts'

/** The name of the chosen connector, or what happens instead. */
function chosen(address: string, size: number, tables: Parameters<typeof route>[2]): string {
  const result = route(address, size, tables)
  switch (result.kind) {
    case 'connector':
      return result.connector.Name
    case 'unreachable':
      return result.reason
    case 'failed':
      return replyText(result.reply)
  }
}

const noConnector = 'A matching connector cannot be found to route the external recipient'

describe('the most specific address space wins', () => {
  const tables = routingTables(
    [],
    [
      sendConnector('all', ['*']),
      sendConnector('com', ['*.example']),
      sendConnector('tree', ['*.contoso.example']),
      sendConnector('one', ['marketing.contoso.example']),
    ],
  )
  test.each([
    ['julia@marketing.contoso.example', 'one'],
    ['julia@MARKETING.Contoso.example', 'one'],
    ['julia@sales.contoso.example', 'tree'],
    ['julia@contoso.example', 'tree'],
    ['julia@xcontoso.example', 'com'],
    ['julia@a.marketing.contoso.example', 'tree'],
    ['julia@elsewhere.test', 'all'],
  ])('%s leaves by %s', (address, name) => {
    expect(chosen(address, 0, tables)).toBe(name)
  })
})

describe('among equal spaces', () => {
  test('the lowest cost wins', () => {
    const tables = routingTables(
      [],
      [sendConnector('a', ['*;20']), sendConnector('b', ['*;10']), sendConnector('c', ['*;10'])],
    )
    expect(chosen('x@y.test', 0, tables)).toBe('b')
  })

  test('specificity comes before cost', () => {
    const tables = routingTables(
      [],
      [sendConnector('a', ['*;1']), sendConnector('b', ['y.test;100'])],
    )
    expect(chosen('x@y.test', 0, tables)).toBe('b')
  })

  test('then the first name without case, wherever it stands', () => {
    const connectors = [sendConnector('zeta', ['*']), sendConnector('Alpha', ['*'])]
    expect(chosen('x@y.test', 0, routingTables([], connectors))).toBe('Alpha')
    expect(chosen('x@y.test', 0, routingTables([], connectors.toReversed()))).toBe('Alpha')
  })

  test('a connector counts by its best space', () => {
    const tables = routingTables(
      [],
      [sendConnector('a', ['*;1', 'y.test;30']), sendConnector('b', ['y.test;20'])],
    )
    expect(chosen('x@y.test', 0, tables)).toBe('b')
  })
})

describe('the message size', () => {
  const tables = routingTables(
    [],
    [
      sendConnector('small', ['y.test'], { MaxMessageSize: 1000 }),
      sendConnector('large', ['*'], { MaxMessageSize: 2000 }),
    ],
  )
  test.each([
    [1000, 'small'],
    [1001, 'large'],
    [2001, '550 5.3.4 ROUTING.SizeLimit; message size exceeds fixed maximum size for route'],
  ])('of %i octets leads to %s', (size, name) => {
    expect(chosen('x@y.test', size, tables)).toBe(name)
  })
})

test('a disabled connector is not used, and its size limit does not matter', () => {
  const off = sendConnector('off', ['*'], { Enabled: false, MaxMessageSize: 1 })
  expect(chosen('x@y.test', 10, routingTables([], [off]))).toBe(noConnector)
})

describe('the address space --', () => {
  const inside = sendConnector('inside', ['--'], { SmartHosts: ['mbx.corp.example'] })
  const tables = routingTables(
    [
      'corp.example',
      { DomainName: 'relay.example', DomainType: 'InternalRelay' },
      { DomainName: 'partner.example', DomainType: 'ExternalRelay' },
      '*.tree.example',
      { DomainName: 'ext.tree.example', DomainType: 'ExternalRelay' },
    ],
    [inside, sendConnector('internet', ['*'])],
  )
  test.each([
    ['a@corp.example', 'inside'],
    ['a@CORP.example', 'inside'],
    ['a@sub.corp.example', 'internet'],
    ['a@relay.example', 'inside'],
    ['a@partner.example', 'internet'],
    ['a@leaf.tree.example', 'inside'],
    ['a@ext.tree.example', 'internet'],
    ['a@elsewhere.test', 'internet'],
  ])('%s leaves by %s', (address, name) => {
    expect(chosen(address, 0, tables)).toBe(name)
  })

  test('counts as an exact match for a listed domain', () => {
    const wild = routingTables(['corp.example'], [inside, sendConnector('w', ['*.corp.example'])])
    expect(chosen('a@corp.example', 0, wild)).toBe('inside')
  })

  test('counts as a wildcard for a domain below an accepted one', () => {
    const narrow = sendConnector('narrow', ['leaf.tree.example'])
    const exact = routingTables(['*.tree.example'], [inside, narrow])
    expect(chosen('a@leaf.tree.example', 0, exact)).toBe('narrow')
  })
})

describe('the queue', () => {
  test('is named for the recipient domain when routed by MX', () => {
    const tables = routingTables([], [sendConnector('To Internet', ['*'])])
    const result = route('x@Fabrikam.example', 0, tables)
    expect(result).toMatchObject({
      queue: {
        deliveryType: 'DnsConnectorDelivery',
        nextHopDomain: 'fabrikam.example',
        nextHopConnector: 'To Internet',
      },
    })
  })

  test('is named for the smart hosts in their order, addresses in brackets', () => {
    const SmartHosts = ['relay.example', '10.0.0.1', '2001:db8::1']
    const tables = routingTables([], [sendConnector('Smart', ['*'], { SmartHosts })])
    const result = route('x@y.test', 0, tables)
    expect(result).toMatchObject({
      queue: {
        deliveryType: 'SmartHostConnectorDelivery',
        nextHopDomain: 'relay.example,[10.0.0.1],[2001:db8::1]',
        nextHopConnector: 'Smart',
      },
    })
    if (result.kind === 'connector') {
      expect(formatNextHop(result.queue)).toBe('smart hosts relay.example,[10.0.0.1],[2001:db8::1]')
    }
  })

  test('uses the A-labels of an international domain', () => {
    const tables = routingTables([], [sendConnector('a', ['*.xn--bcher-kva.example'])])
    expect(route('x@bücher.example', 0, tables)).toMatchObject({
      queue: { nextHopDomain: 'xn--bcher-kva.example' },
    })
  })
})

describe('addresses that no connector may take', () => {
  const tables = routingTables([], [sendConnector('all', ['*'])])
  test.each([
    'x@[192.0.2.1]',
    'x@[IPv6:2001:db8::1]',
    'x@192.0.2.1',
    'x@１２７.0.0.1',
    'x@[127.0.0.1]',
  ])('%s is refused', (address) => {
    expect(chosen(address, 0, tables)).toMatch(/^550 5\.1\.3 ROUTING\.AddressLiteral/)
  })

  test('an address without a domain needs a default domain', () => {
    expect(chosen('postmaster', 0, tables)).toMatch(/^550 5\.1\.3 /)
    const own = routingTables(['corp.example'], [sendConnector('in', ['--'])])
    expect(chosen('postmaster', 0, own)).toBe('in')
  })
})

test('an explanation tells of each connector why it lost or won', () => {
  const tables = routingTables(
    ['corp.example'],
    [
      sendConnector('off', ['corp.example'], { Enabled: false }),
      sendConnector('elsewhere', ['fabrikam.example']),
      sendConnector('small', ['corp.example'], { MaxMessageSize: 10 }),
      sendConnector('internet', ['*']),
      sendConnector('dear', ['corp.example;50']),
      sendConnector('inside', ['--']),
      sendConnector('second', ['corp.example']),
    ],
  )
  const explanation = explainRoute('a@corp.example', 100, tables)
  expect(explanation.acceptedDomain?.DomainName).toBe('corp.example')
  expect(explanation.candidates.map((one) => [one.connector.Name, one.verdict])).toEqual([
    ['off', 'disabled'],
    ['elsewhere', 'no matching address space'],
    ['small', 'message too large'],
    ['internet', 'less specific address space'],
    ['dear', 'higher cost'],
    ['inside', 'chosen'],
    ['second', 'later name'],
  ])
  expect(explanation.route).toEqual(route('a@corp.example', 100, tables))
})

test('a connector whose source servers do not name this one is not used', () => {
  const connectors = [
    sendConnector('others', ['far.example'], { SourceTransportServers: ['MBX02'] }),
    sendConnector('ours', ['*'], { SourceTransportServers: ['mbx02', 'mbx01.contoso.example'] }),
  ]
  const server = { Name: 'MBX01', Fqdn: 'MBX01.contoso.example' }
  const tables = { ...routingTables([], connectors), server }
  expect(chosen('a@far.example', 0, tables)).toBe('ours')
  const verdicts = explainRoute('a@far.example', 0, tables).candidates.map(({ verdict }) => verdict)
  expect(verdicts).toEqual(['for other servers', 'chosen'])
})
