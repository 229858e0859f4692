import { expect, test } from 'vitest'
import { minute } from '../../../../src/base/time-span.ts'
import { formatBinding } from '../../../../src/receive/connectors/binding.ts'
import { defaultReceiveConnectors } from '../../../../src/receive/connectors/receive-connector-defaults.ts'

test('a Mailbox server has the five connectors of Exchange', () => {
  const connectors = defaultReceiveConnectors({ Name: 'MBX1', Role: 'Mailbox' })
  expect(
    connectors.map(({ Name, TransportRole, Bindings, TlsMode }) => [
      Name,
      TransportRole,
      Bindings.map(formatBinding).join(' '),
      TlsMode,
    ]),
  ).toEqual([
    ['Default Frontend MBX1', 'FrontendTransport', '0.0.0.0:25 [::]:25', 'StartTls'],
    ['Client Frontend MBX1', 'FrontendTransport', '0.0.0.0:587 [::]:587', 'StartTls'],
    ['Outbound Proxy Frontend MBX1', 'FrontendTransport', '0.0.0.0:717 [::]:717', 'StartTls'],
    ['Default MBX1', 'HubTransport', '0.0.0.0:2525 [::]:2525', 'StartTls'],
    ['Client Proxy MBX1', 'HubTransport', '0.0.0.0:465 [::]:465', 'Implicit'],
  ])
  const [defaultFrontend, clientFrontend, , hub] = connectors
  expect(defaultFrontend).toMatchObject({
    ProtocolLoggingLevel: 'Verbose',
    MaxMessageSize: 36_700_160,
    ConnectionTimeout: 10 * minute,
    ConnectionInactivityTimeout: 5 * minute,
    MessageRateLimit: Infinity,
    PermissionGroups: ['AnonymousUsers', 'ExchangeServers', 'ExchangeLegacyServers'],
  })
  expect(clientFrontend).toMatchObject({ MessageRateLimit: 5, MessageRateSource: 'User' })
  expect(hub).toMatchObject({
    MaxRecipientsPerMessage: 5000,
    MaxInboundConnectionPerSource: Infinity,
    MaxInboundConnectionPercentagePerSource: 100,
    SizeEnabled: 'EnabledWithoutValue',
  })
})

test('an Edge server has one, with shorter times and a message rate', () => {
  const connectors = defaultReceiveConnectors({ Name: 'EDGE7', Role: 'Edge' })
  expect(connectors).toMatchObject([
    {
      Name: 'Default internal receive connector EDGE7',
      AuthMechanism: ['Tls', 'ExchangeServer'],
      PermissionGroups: ['AnonymousUsers', 'ExchangeServers', 'Partners'],
      ConnectionTimeout: 5 * minute,
      ConnectionInactivityTimeout: minute,
      MessageRateLimit: 600,
      MessageRateSource: 'IPAddress',
    },
  ])
  expect(connectors[0]?.Bindings).toEqual([{ address: '0.0.0.0', port: 25 }])
})
