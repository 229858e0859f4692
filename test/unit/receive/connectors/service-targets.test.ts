import { expect, test } from 'vitest'
import { defaultReceiveConnectors } from '../../../../src/receive/connectors/receive-connector-defaults.ts'
import type { ReceiveConnector } from '../../../../src/receive/connectors/receive-connector.ts'
import { serviceTargets } from '../../../../src/receive/connectors/service-targets.ts'
import { testConnector } from '../../../support/receiving-server.ts'

const addresses = ['127.0.0.1', '::1', '10.1.1.2', '2001:db8::2']
const defaults = defaultReceiveConnectors({ Name: 'MBX1', Role: 'Mailbox' })
const [frontEnd, clients, outbound, hub, clientProxy] = defaults

/** Usage Internal of New-ReceiveConnector: for other Exchange servers. */
const internal = (settings: Readonly<Record<string, unknown>>) =>
  testConnector({
    Name: 'From Edge',
    AuthMechanism: 'Tls, ExchangeServer',
    PermissionGroups: 'ExchangeServers',
    RemoteIPRanges: '192.168.5.10',
    ...settings,
  })

function backEnd(hubs: readonly (ReceiveConnector | undefined)[], from = frontEnd) {
  const connectors = [...hubs.flatMap((connector) => connector ?? []), ...defaults.slice(0, 3)]
  return from && serviceTargets({ connectors, addresses }).backEndOf(from)
}

const with2525 = (settings: Partial<ReceiveConnector>) => hub && { ...hub, ...settings }
const ranges = (text: string) => testConnector({ RemoteIPRanges: text }).RemoteIPRanges
const bindings = (text: string) => testConnector({ Bindings: text }).Bindings

test('the default connectors hand clients over to 465 and all else to 2525', () => {
  expect(backEnd([hub, clientProxy])).toEqual({
    ...{ address: '127.0.0.1', port: 2525, tlsMode: 'StartTls' },
  })
  expect(backEnd([hub, clientProxy], clients)).toEqual({
    ...{ address: '127.0.0.1', port: 465, tlsMode: 'Implicit' },
  })
})

test.each<[string, readonly (ReceiveConnector | undefined)[], object | undefined]>([
  [
    'a connector for another server, on a port of its own, is passed over',
    [internal({ Bindings: '10.1.1.2:2526' }), hub],
    { address: '127.0.0.1', port: 2525, tlsMode: 'StartTls' },
  ],
  [
    'a connector for another server on the same port is passed over',
    [internal({ Bindings: '10.1.1.2:2525' }), hub],
    { address: '127.0.0.1', port: 2525, tlsMode: 'StartTls' },
  ],
  [
    'ranges without loopback are reached by another address of the machine',
    [with2525({ RemoteIPRanges: ranges('10.0.0.0/8') })],
    { address: '10.1.1.2', port: 2525, tlsMode: 'StartTls', source: '10.1.1.2' },
  ],
  [
    'ranges of IPv6 alone are reached by it',
    [with2525({ RemoteIPRanges: ranges('2001:db8::/32') })],
    { address: '2001:db8::2', port: 2525, tlsMode: 'StartTls', source: '2001:db8::2' },
  ],
  [
    'a concrete address is reached from itself',
    [with2525({ Bindings: bindings('10.1.1.2:2525') })],
    { address: '10.1.1.2', port: 2525, tlsMode: 'StartTls', source: '10.1.1.2' },
  ],
  [
    'an address of loopback is reached from 127.0.0.1, the system’s choice',
    [with2525({ Bindings: bindings('127.0.0.5:2525'), RemoteIPRanges: ranges('127.0.0.1') })],
    { address: '127.0.0.5', port: 2525, tlsMode: 'StartTls' },
  ],
  [
    'an address of loopback is reached from itself where it serves nobody else',
    [with2525({ Bindings: bindings('127.0.0.5:2525'), RemoteIPRanges: ranges('127.0.0.5') })],
    { address: '127.0.0.5', port: 2525, tlsMode: 'StartTls', source: '127.0.0.5' },
  ],
  [
    'one with implicit TLS does for all when there is no other',
    [clientProxy],
    { address: '127.0.0.1', port: 465, tlsMode: 'Implicit' },
  ],
  [
    'a narrower range that takes this server away counts, as for any client',
    [hub, testConnector({ Name: 'Tools', Bindings: '0.0.0.0:2525', RemoteIPRanges: '127.0.0.1' })],
    { address: '10.1.1.2', port: 2525, tlsMode: 'StartTls', source: '10.1.1.2' },
  ],
  [
    'none is found where none serves this server',
    [internal({ Bindings: '0.0.0.0:2525' })],
    undefined,
  ],
  ['a disabled one is none', [with2525({ Enabled: false })], undefined],
])('%s', (_, hubs, expected) => {
  expect(backEnd(hubs)).toEqual(expected)
})

test.each<[string, readonly (ReceiveConnector | undefined)[], object | undefined]>([
  ['717 of the defaults', defaults, { address: '127.0.0.1', port: 717, tlsMode: 'StartTls' }],
  [
    'not a connector for another server that comes first',
    [internal({ TransportRole: 'FrontendTransport', Bindings: '10.1.1.2:26' }), ...defaults],
    { address: '127.0.0.1', port: 717, tlsMode: 'StartTls' },
  ],
  ['never one that serves anonymous senders', [frontEnd, hub], undefined],
  [
    'none where its ranges leave this server out',
    [frontEnd, outbound && { ...outbound, RemoteIPRanges: ranges('192.168.5.10') }],
    undefined,
  ],
])('mail by the front end leaves through %s', (_, connectors, expected) => {
  const given = connectors.flatMap((connector) => connector ?? [])
  expect(serviceTargets({ connectors: given, addresses }).outboundProxy).toEqual(expected)
})
