import { expect, test } from 'vitest'
import { checkSendConnectors } from '../../../../src/deliver/smtp/send-connector-conflicts.ts'
import { sendConnector } from '../../../support/delivery-bench.ts'

const smart = { DNSRoutingEnabled: false, SmartHosts: 'relay.test' }
const credential = { UserName: 'u', Password: 'p' }

test.each([
  ['a plain connector', {}],
  [
    'smart hosts of every kind',
    { ...smart, SmartHosts: 'relay.test,192.0.2.1,2001:db8::1,[192.0.2.1]' },
  ],
  [
    'basic authentication over TLS',
    {
      ...smart,
      SmartHostAuthMechanism: 'BasicAuthRequireTLS',
      AuthenticationCredential: credential,
    },
  ],
  ['domain validation by MX', { RequireTLS: true, TlsAuthLevel: 'DomainValidation' }],
  [
    'domain validation at a smart host',
    { ...smart, RequireTLS: true, TlsAuthLevel: 'DomainValidation', TlsDomain: '*.relay.test' },
  ],
  ['a source address', { SourceIPAddress: '192.0.2.7' }],
])('takes %s', (_, settings) => {
  expect(checkSendConnectors([sendConnector(settings)])).toEqual([])
})

test.each([
  ['Name', { Name: '' }],
  ['AddressSpaces', { AddressSpaces: [] }],
  ['SmartHosts', { DNSRoutingEnabled: false }],
  ['SmartHosts', { ...smart, SmartHosts: '192.0.2.1:2525' }],
  ['DNSRoutingEnabled', { SmartHosts: 'relay.test' }],
  ['SmartHostAuthMechanism', { SmartHostAuthMechanism: 'ExternalAuthoritative' }],
  ['AuthenticationCredential', { ...smart, SmartHostAuthMechanism: 'BasicAuth' }],
  [
    'AuthenticationCredential',
    { ...smart, SmartHostAuthMechanism: 'BasicAuth', AuthenticationCredential: { UserName: 'u' } },
  ],
  [
    'AuthenticationCredential',
    { AuthenticationCredential: { ...credential, PasswordFile: '/run/secrets/p' } },
  ],
  [
    'ForceHELO',
    {
      ...smart,
      SmartHostAuthMechanism: 'BasicAuth',
      AuthenticationCredential: credential,
      ForceHELO: true,
    },
  ],
  [
    'IgnoreSTARTTLS',
    {
      ...smart,
      SmartHostAuthMechanism: 'BasicAuthRequireTLS',
      AuthenticationCredential: credential,
      IgnoreSTARTTLS: true,
    },
  ],
  ['IgnoreSTARTTLS', { RequireTLS: true, IgnoreSTARTTLS: true }],
  ['ForceHELO', { RequireTLS: true, ForceHELO: true }],
  ['TlsAuthLevel', { TlsAuthLevel: 'EncryptionOnly' }],
  ['TlsDomain', { ...smart, RequireTLS: true, TlsAuthLevel: 'DomainValidation' }],
  ['TlsDomain', { TlsDomain: 'a b' }],
  ['SourceIPAddress', { SourceIPAddress: 'eth0' }],
  ['ErrorPolicies', { ErrorPolicies: 'UpgradeCustomFailures' }],
])('refuses at %s: %j', (key, settings) => {
  const problems = checkSendConnectors([sendConnector(settings)])
  expect(problems.map(({ path }) => path)).toEqual([['SendConnectors', 0, key]])
})

test('refuses a name twice, at the later connector', () => {
  const problems = checkSendConnectors([
    sendConnector({ Name: 'To Internet' }),
    sendConnector({ Name: 'to internet' }),
  ])
  expect(problems).toEqual([
    {
      path: ['SendConnectors', 1, 'Name'],
      message: 'Another Send connector has the name "To Internet".',
    },
  ])
})
