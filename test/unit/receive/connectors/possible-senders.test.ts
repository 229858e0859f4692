import { expect, test } from 'vitest'
import { hasPossibleSenders } from '../../../../src/receive/connectors/possible-senders.ts'
import { testConnector } from '../../../support/receiving-server.ts'

test.each([
  ['Tls', 'AnonymousUsers', true],
  ['None', 'AnonymousUsers', true],
  ['Tls', 'None', false],
  ['Tls', 'ExchangeLegacyServers', false],
  ['Tls, BasicAuth, ExchangeServer', 'ExchangeLegacyServers', false],
  ['Tls, ExchangeServer', 'ExchangeServers, ExchangeLegacyServers', true],
  ['Tls, ExternalAuthoritative', 'ExchangeServers', true],
  ['Tls, BasicAuth', 'ExchangeServers', true],
  ['Tls', 'ExchangeServers', false],
  ['Tls, BasicAuth', 'ExchangeUsers', true],
  ['Tls', 'ExchangeUsers', false],
  ['Tls, ExchangeServer', 'ExchangeUsers', false],
  ['Tls, BasicAuth', 'Partners', true],
  ['Tls', 'Partners', false],
  ['Tls', 'ExchangeUsers, AnonymousUsers', true],
])('with %s somebody is of %s: %s', (AuthMechanism, PermissionGroups, expected) => {
  expect(hasPossibleSenders(testConnector({ AuthMechanism, PermissionGroups }))).toBe(expected)
})

test('without SMTPSubmit strangers cannot send', () => {
  expect(hasPossibleSenders(testConnector({ AnonymousRights: 'SMTPAcceptAnyRecipient' }))).toBe(
    false,
  )
  expect(hasPossibleSenders(testConnector({ AnonymousRights: 'SMTPSubmit' }))).toBe(true)
})
