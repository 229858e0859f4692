import { describe, expect, test } from 'vitest'
import { minute } from '../../../../src/base/time-span.ts'
import { parseBinding } from '../../../../src/receive/connectors/binding.ts'
import {
  completeReceiveConnector,
  receiveConnectorSchema,
} from '../../../../src/receive/connectors/receive-connector.ts'

const least = { Name: 'Any', Bindings: '0.0.0.0:25', RemoteIPRanges: '0.0.0.0-255.255.255.255' }

function issues(settings: Readonly<Record<string, unknown>>): string[] {
  const result = receiveConnectorSchema.safeParse({ ...least, ...settings })
  return result.error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []
}

describe('parameters that the relay does not have yet', () => {
  test.each<[string, unknown, string]>([
    [
      'AuthMechanism',
      'Integrated',
      'AuthMechanism: the relay does not have Integrated yet: use None, Tls, BasicAuth, BasicAuthRequireTLS, ExchangeServer, ExternalAuthoritative',
    ],
    [
      'PermissionGroups',
      ['custom'],
      'PermissionGroups.0: the relay does not have Custom yet: use None, AnonymousUsers, ExchangeUsers, ExchangeServers, ExchangeLegacyServers, Partners',
    ],
    [
      'LongAddressesEnabled',
      true,
      'LongAddressesEnabled: the relay does not have this yet: leave it out or set it to false',
    ],
    [
      'ExtendedProtectionPolicy',
      'Require',
      'ExtendedProtectionPolicy: the relay does not have this yet: leave it out or set it to None',
    ],
    [
      'TlsDomainCapabilities',
      ['a.example:AcceptCloudServicesMail'],
      'TlsDomainCapabilities: the relay does not have this yet: leave it out or set it to empty',
    ],
  ])('%s %s is refused by name', (name, value, issue) => {
    expect(issues({ [name]: value })).toEqual([issue])
  })

  test.each<[string, unknown]>([
    ['BinaryMimeEnabled', '$false'],
    ['BinaryMimeEnabled', 'True'],
    ['DomainSecureEnabled', false],
    ['ExtendedProtectionPolicy', 'none'],
    ['TlsDomainCapabilities', []],
    ['DefaultDomain', null],
    ['LongAddressesEnabled', 'False'],
    ['OrarEnabled', false],
  ])('%s %s is taken, since it says nothing', (name, value) => {
    expect(issues({ [name]: value })).toEqual([])
  })
})

test('an unknown mechanism and an unknown key are refused', () => {
  expect(issues({ AuthMechanism: 'Magic' })[0]).toContain('not "Magic"')
  expect(issues({ MaxMesageSize: '1MB' })[0]).toContain('MaxMesageSize')
})

test('times and rate follow the role unless they are given', () => {
  const parsed = receiveConnectorSchema.parse({ ...least, ConnectionTimeout: '00:20:00' })
  expect(completeReceiveConnector(parsed, 'Mailbox')).toMatchObject({
    ConnectionTimeout: 20 * minute,
    ConnectionInactivityTimeout: 5 * minute,
    MessageRateLimit: Infinity,
  })
  expect(completeReceiveConnector(parsed, 'Edge')).toMatchObject({
    ConnectionTimeout: 20 * minute,
    ConnectionInactivityTimeout: minute,
    MessageRateLimit: 600,
  })
})

test.each([
  ['0.0.0.0:25', { address: '0.0.0.0', port: 25 }],
  ['[::]:25', { address: '::', port: 25 }],
  ['::1:25', undefined],
  ['[10.1.1.1]:25', undefined],
  ['10.1.1.1', undefined],
  ['10.1.1.1:65536', undefined],
  ['mail.example:25', undefined],
])('the binding %s reads as %o', (text, expected) => {
  expect(parseBinding(text)).toEqual(expected)
})

test.each([
  [undefined, 'Edge', 'Tls', 'None'],
  ['Internet', 'Edge', 'Tls', 'AnonymousUsers'],
  ['Internal', 'Edge', 'Tls,ExchangeServer', 'ExchangeServers'],
  ['Internal', 'Mailbox', 'Tls,ExchangeServer', 'ExchangeServers,ExchangeLegacyServers'],
  ['Client', 'Mailbox', 'Tls,BasicAuth,BasicAuthRequireTLS', 'ExchangeUsers'],
  ['Partner', 'Edge', 'Tls', 'Partners'],
] as const)('the usage %s on %s stands for %s and %s', (Usage, role, mechanisms, groups) => {
  const parsed = receiveConnectorSchema.parse({ ...least, ...(Usage && { Usage }) })
  const connector = completeReceiveConnector(parsed, role)
  expect(connector.AuthMechanism.join()).toBe(mechanisms)
  expect(connector.PermissionGroups.join()).toBe(groups)
})

test('mechanisms and groups that are given win over those of the usage', () => {
  const given = { ...least, Usage: 'Internet', AuthMechanism: 'None', PermissionGroups: 'Partners' }
  const connector = completeReceiveConnector(receiveConnectorSchema.parse(given), 'Edge')
  expect([connector.AuthMechanism, connector.PermissionGroups]).toEqual([['None'], ['Partners']])
})
