import { describe, expect, test } from 'vitest'
import type { Principal } from '../../../src/message/message-sink.ts'
import { type Party, permissionsFor } from '../../../src/receive/connectors/permissions.ts'
import { checkRecipient, completeRecipient } from '../../../src/receive/session/recipient-policy.ts'
import type { PermissionGroup } from '../../../src/receive/connectors/receive-connector.ts'
import { checkSender } from '../../../src/receive/session/sender-policy.ts'
import { replyText } from '../../../src/smtp/reply.ts'
import { testConnector, testDomains } from '../../support/receiving-server.ts'

const anonymous: Principal = { kind: 'Anonymous' }
const ana: Principal = { kind: 'User', userName: 'ana', addresses: ['ana@contoso.example'] }
const rights = (party: Party, ...groups: PermissionGroup[]) =>
  permissionsFor(party, { PermissionGroups: groups })

describe('the sender', () => {
  const everybody = rights({ kind: 'Anonymous' }, 'AnonymousUsers')
  const user = rights({ kind: 'User', groups: ['ExchangeUsers'] }, 'ExchangeUsers')
  const partner = rights({ kind: 'User', groups: ['Partners'] }, 'Partners')
  const noSpoof = everybody.difference(new Set(['SMTPAcceptAuthoritativeDomainSender']))
  const none = new Set<never>()
  const ok = undefined
  test.each([
    ['anybody for strangers', 'x@anywhere.example', anonymous, everybody, ok],
    ['ours for strangers', 'ceo@contoso.example', anonymous, everybody, ok],
    [
      'ours for strangers without that right',
      'ceo@Contoso.example',
      anonymous,
      noSpoof,
      '550 5.7.1 Anonymous client does not have permission to send as this sender',
    ],
    ['nobody for strangers without that right', '', anonymous, noSpoof, ok],
    [
      'a relayed domain for strangers without that right',
      'x@partner.example',
      anonymous,
      noSpoof,
      ok,
    ],
    [
      'a stranger on a connector without them',
      'x@anywhere.example',
      anonymous,
      none,
      '530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM',
    ],
    [
      'even nobody on a connector without strangers',
      '',
      anonymous,
      none,
      '530 5.7.57 SMTP; Client was not authenticated to send anonymous mail during MAIL FROM',
    ],
    ['a user as itself', 'ANA@contoso.example', ana, user, ok],
    [
      'a user as somebody else',
      'ben@contoso.example',
      ana,
      user,
      '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
    ],
    [
      'a user as a stranger',
      'x@anywhere.example',
      ana,
      user,
      '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
    ],
    ['a user with the null sender', '', ana, user, ok],
    [
      'a user without the right to submit',
      'ana@contoso.example',
      ana,
      none,
      '550 5.7.1 Client does not have permissions to submit to this server',
    ],
    ['a partner as anybody', 'x@anywhere.example', { ...ana, addresses: [] }, partner, ok],
    [
      'a partner as one of us',
      'ben@contoso.example',
      { ...ana, addresses: [] },
      partner,
      '550 5.7.60 SMTP; Client does not have permissions to send as this sender',
    ],
  ] as const)('%s: %s', (_, sender, principal, permissions, expected) => {
    const refusal = checkSender(sender, { principal, permissions }, testDomains)
    expect(refusal && replyText(refusal)).toBe(expected)
  })
})

describe('the recipient', () => {
  const stranger = rights({ kind: 'Anonymous' }, 'AnonymousUsers')
  const user = rights({ kind: 'User', groups: ['ExchangeUsers'] }, 'ExchangeUsers')
  const plain = testConnector()
  const strict = testConnector({
    RejectReservedTopLevelRecipientDomains: true,
    RejectReservedSecondLevelRecipientDomains: true,
    RejectSingleLabelRecipientDomains: true,
  })
  test.each([
    ['x@Contoso.Example', stranger, plain, undefined],
    ['x@partner.example', stranger, plain, undefined],
    ['x@elsewhere.example', stranger, plain, '5.7.54'],
    ['x@sub.contoso.example', stranger, plain, '5.7.54'],
    ['x%elsewhere.example@contoso.example', stranger, plain, undefined],
    ['"x@contoso.example"@elsewhere.example', stranger, plain, '5.7.54'],
    ['x@[192.0.2.1]', stranger, plain, '5.7.54'],
    ['x@[192.0.2.1]', user, plain, undefined],
    ['x@elsewhere.example', user, plain, undefined],
    ['IMCEAFAX-1@contoso.example', stranger, plain, '5.7.54'],
    ['IMCEAFAX-1@contoso.example', user, plain, undefined],
    ['x@contoso.example', user, strict, '5.1.4'],
    ['x@test', user, strict, '5.1.4'],
    ['x@example.net', user, strict, '5.1.5'],
    ['x@mail.example.org', user, strict, '5.1.5'],
    ['x@notexample.org', user, strict, undefined],
    ['x@intranet', user, strict, '5.1.6'],
    ['x@[192.0.2.1]', user, strict, undefined],
  ])('%s', (address, permissions, connector, expected) => {
    const refusal = checkRecipient(address, permissions, { connector, domains: testDomains })
    expect(refusal?.enhanced).toBe(expected)
  })

  test('postmaster alone is the one of the default domain, or of this server', () => {
    expect(completeRecipient('postmaster', testDomains, 'relay.example')).toBe(
      'postmaster@contoso.example',
    )
    const without = { ...testDomains, defaultDomain: undefined }
    expect(completeRecipient('postmaster', without, 'relay.example')).toBe(
      'postmaster@relay.example',
    )
  })
})
