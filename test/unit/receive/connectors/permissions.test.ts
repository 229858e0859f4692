import { expect, test } from 'vitest'
import { type Permission, permissionNames } from '../../../../src/message/permission.ts'
import { type Party, permissionsFor } from '../../../../src/receive/connectors/permissions.ts'
import type { PermissionGroup } from '../../../../src/receive/connectors/receive-connector.ts'

const anonymous: Permission[] = [
  'SMTPSubmit',
  'SMTPAcceptAnySender',
  'SMTPAcceptAuthoritativeDomainSender',
  'AcceptRoutingHeaders',
]
const user: Permission[] = [
  'SMTPSubmit',
  'SMTPAcceptAnyRecipient',
  'BypassAntiSpam',
  'AcceptRoutingHeaders',
]
const partner: Permission[] = ['SMTPSubmit', 'AcceptRoutingHeaders']
const reserved: Permission[] = [
  'AcceptOrganizationHeaders',
  'AcceptForestHeaders',
  'SMTPAcceptXProxyFrom',
]
const secured = permissionNames.filter((name) => !reserved.includes(name))

const account = permissionNames.filter((name) => name !== 'SMTPAcceptXProxyFrom')

const users: Party = { kind: 'User', groups: ['ExchangeUsers'] }
const everyGroup: PermissionGroup[] = [
  'AnonymousUsers',
  'ExchangeUsers',
  'ExchangeServers',
  'ExchangeLegacyServers',
  'Partners',
]

test.each<[Party, PermissionGroup[], readonly Permission[]]>([
  [{ kind: 'Anonymous' }, everyGroup, anonymous],
  [{ kind: 'Anonymous' }, ['ExchangeUsers', 'ExchangeServers', 'Partners'], []],
  [{ kind: 'Anonymous' }, ['None'], []],
  [users, everyGroup, user],
  [users, ['AnonymousUsers', 'ExchangeServers', 'Partners'], []],
  [{ kind: 'User', groups: ['Partners'] }, everyGroup, partner],
  [{ kind: 'User', groups: ['ExchangeServers'] }, everyGroup, account],
  [{ kind: 'User', groups: ['ExchangeServers', 'ExchangeUsers'] }, everyGroup, account],
  [{ kind: 'User', groups: ['ExchangeServers', 'ExchangeUsers'] }, ['ExchangeUsers'], user],
  [{ kind: 'User', groups: ['ExchangeUsers', 'Partners'] }, everyGroup, user],
  [{ kind: 'ExchangeServer' }, everyGroup, permissionNames],
  [{ kind: 'ExchangeServer' }, ['AnonymousUsers', 'ExchangeUsers'], []],
  [{ kind: 'ExternallySecured' }, everyGroup, secured],
  [{ kind: 'ExternallySecured' }, ['AnonymousUsers'], []],
])('%o on a connector with %o', (party, groups, expected) => {
  expect([...permissionsFor(party, { PermissionGroups: groups })].sort()).toEqual(
    [...expected].sort(),
  )
})

test('anonymous senders have the rights that their connector gives, and any sender', () => {
  const granted = permissionsFor(
    { kind: 'Anonymous' },
    {
      PermissionGroups: ['AnonymousUsers'],
      AnonymousRights: ['SMTPSubmit', 'SMTPAcceptAnyRecipient'],
    },
  )
  expect([...granted]).toEqual(['SMTPSubmit', 'SMTPAcceptAnyRecipient', 'SMTPAcceptAnySender'])
})
