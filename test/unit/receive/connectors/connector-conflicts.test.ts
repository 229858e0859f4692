import { describe, expect, test } from 'vitest'
import { checkReceiveConnectors } from '../../../../src/receive/connectors/connector-conflicts.ts'
import { defaultReceiveConnectors } from '../../../../src/receive/connectors/receive-connector-defaults.ts'
import { testConnector } from '../../../support/receiving-server.ts'

const mailbox = { Name: 'MBX1', Role: 'Mailbox' } as const
const edge = { Name: 'EDGE1', Role: 'Edge' } as const

const connector = (settings: Readonly<Record<string, unknown>>) =>
  testConnector({ Bindings: '0.0.0.0:25', ...settings })

const networks = (count: number) =>
  Array.from({ length: count }, (_, at) => `10.${at >> 8}.${at & 255}.0/24`)

describe('a single connector', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ['None beside another mechanism', { AuthMechanism: 'None, Tls' }, 'AuthMechanism'],
    ['None beside another group', { PermissionGroups: 'None, Partners' }, 'PermissionGroups'],
    ['BasicAuthRequireTLS alone', { AuthMechanism: 'BasicAuthRequireTLS' }, 'AuthMechanism'],
    [
      'BasicAuthRequireTLS without Tls',
      { AuthMechanism: 'BasicAuth, BasicAuthRequireTLS' },
      'AuthMechanism',
    ],
    [
      'ExternalAuthoritative with BasicAuth',
      { AuthMechanism: 'ExternalAuthoritative, BasicAuth', PermissionGroups: 'ExchangeServers' },
      'AuthMechanism',
    ],
    [
      'ExternalAuthoritative without ExchangeServers',
      { AuthMechanism: 'ExternalAuthoritative' },
      'PermissionGroups',
    ],
    ['RequireTLS without Tls', { AuthMechanism: 'None', RequireTLS: true }, 'RequireTLS'],
    [
      'idle time as long as the session',
      { ConnectionTimeout: '00:05:00' },
      'ConnectionInactivityTimeout',
    ],
    ['a banner without 220', { Banner: 'hello' }, 'Banner'],
    ['an empty name', { Name: '' }, 'Name'],
    ['a name of 65 characters', { Name: 'x'.repeat(65) }, 'Name'],
    ['no bindings', { Bindings: [] }, 'Bindings'],
    ['no ranges', { RemoteIPRanges: [] }, 'RemoteIPRanges'],
    ['more ranges than Exchange takes', { RemoteIPRanges: networks(1301) }, 'RemoteIPRanges'],
  ])('is refused for %s', (_, settings, key) => {
    const problems = checkReceiveConnectors([connector(settings)], mailbox)
    expect(problems.map(({ path }) => path)).toEqual([['ReceiveConnectors', 0, key]])
  })

  test.each<[string, Readonly<Record<string, unknown>>]>([
    [
      'ExternalAuthoritative with Tls',
      { AuthMechanism: 'Tls, ExternalAuthoritative', PermissionGroups: 'ExchangeServers' },
    ],
    [
      'RequireTLS on an implicit TLS port',
      { AuthMechanism: 'None', RequireTLS: true, TlsMode: 'Implicit' },
    ],
    ['no permission group', { PermissionGroups: 'None' }],
    ['a banner', { Banner: '220 hello' }],
    ['as many ranges as Exchange takes', { RemoteIPRanges: networks(1300) }],
  ])('may have %s', (_, settings) => {
    expect(checkReceiveConnectors([connector(settings)], mailbox)).toEqual([])
  })

  test('has no front end and no legacy servers on Edge', () => {
    const problems = checkReceiveConnectors(
      [
        connector({
          TransportRole: 'FrontendTransport',
          PermissionGroups: 'ExchangeLegacyServers',
        }),
      ],
      edge,
    )
    expect(problems.map(({ path }) => path[2])).toEqual(['TransportRole', 'PermissionGroups'])
  })
})

describe('two connectors', () => {
  const messages = (...settings: Readonly<Record<string, unknown>>[]) =>
    checkReceiveConnectors(
      settings.map((each, index) => connector({ Name: `C${index}`, ...each })),
      mailbox,
    ).map(({ message }) => message)

  test('conflict with equal bindings and an equal range, and both are named', () => {
    const problems = checkReceiveConnectors(
      [connector({ Name: 'First' }), connector({ Name: 'Second' })],
      mailbox,
    )
    expect(problems).toEqual([
      {
        path: ['ReceiveConnectors', 1, 'RemoteIPRanges'],
        message:
          'The values that you specified for the Bindings and RemoteIPRanges parameters conflict with the settings on Receive connector "MBX1\\First" (specified for "MBX1\\Second"). Receive connectors must have a unique combination of local IP address & port bindings and remote IP address ranges. Both listen on 0.0.0.0:25; both serve 0.0.0.0-255.255.255.255.',
      },
    ])
  })

  test('of different roles conflict on one port, whatever their ranges', () => {
    const [message, ...more] = messages(
      { Name: 'Front', TransportRole: 'FrontendTransport', RemoteIPRanges: '192.0.2.1' },
      { Name: 'Hub', Bindings: '10.1.1.1:25', RemoteIPRanges: '192.0.2.2' },
    )
    expect(more).toEqual([])
    expect(message).toContain('Receive connector "MBX1\\Front" (specified for "MBX1\\Hub").')
    expect(message).toContain(
      'Receive connectors assigned to different Transport roles on a single server must listen on unique local IP address & port bindings.',
    )
  })

  test.each<[string, readonly Readonly<Record<string, unknown>>[]]>([
    ['one range inside the other', [{}, { RemoteIPRanges: '192.0.2.0/24' }]],
    ['a concrete binding beside the wildcard', [{}, { Bindings: '10.1.1.1:25' }]],
    ['different ports', [{}, { Bindings: '0.0.0.0:587' }]],
    [
      'different roles on different ports',
      [{ TransportRole: 'FrontendTransport' }, { Bindings: '0.0.0.0:2525' }],
    ],
    [
      'different roles on different addresses',
      [
        { TransportRole: 'FrontendTransport', Bindings: '10.1.1.1:25' },
        { Bindings: '10.1.1.2:25' },
      ],
    ],
    ['families apart', [{ TransportRole: 'FrontendTransport' }, { Bindings: '[::]:25' }]],
  ])('stand side by side with %s', (_, settings) => {
    expect(messages(...settings)).toEqual([])
  })

  test('conflict when their ranges overlap in part', () => {
    const [message] = messages(
      { RemoteIPRanges: '192.0.2.1-192.0.2.9' },
      { RemoteIPRanges: '192.0.2.5-192.0.2.20' },
    )
    expect(message).toContain('192.0.2.5-192.0.2.20 and 192.0.2.1-192.0.2.9 overlap in part')
  })

  test('must not have one name', () => {
    const [message] = messages({ Name: 'Same' }, { Name: 'same', Bindings: '0.0.0.0:26' })
    expect(message).toBe('Another Receive connector has the name "Same".')
  })
})

test('the default connectors have no problem', () => {
  for (const server of [mailbox, edge])
    expect(checkReceiveConnectors(defaultReceiveConnectors(server), server)).toEqual([])
})
