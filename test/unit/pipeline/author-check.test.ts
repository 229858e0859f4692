import { describe, expect, test } from 'vitest'
import { HeaderBlock } from '../../../src/message/header-block.ts'
import type { Principal } from '../../../src/message/message-sink.ts'
import type { Permission } from '../../../src/message/permission.ts'
import { namesOwnAuthors } from '../../../src/pipeline/author-check.ts'

const ana: Principal = {
  kind: 'User',
  userName: 'CONTOSO\\ana',
  addresses: ['ana@contoso.example', 'sales@contoso.example'],
}
const ofUser: readonly Permission[] = ['SMTPSubmit', 'SMTPAcceptAnyRecipient']

const allowed = (header: string, principal: Principal = ana, permissions = ofUser) =>
  namesOwnAuthors(new HeaderBlock(Buffer.from(header, 'utf8')), {
    principal,
    permissions: new Set(permissions),
  })

describe('a user', () => {
  test.each([
    ['From: ana@contoso.example\r\n', true],
    ['FROM : Ana <Ana@CONTOSO.example>\r\n', true],
    ['From: Ana\r\n <ana@contoso.example>\r\n', true],
    ['From: Sales <sales@contoso.example>, ana@contoso.example\r\n', true],
    ['From: ana@contoso.example\r\nSender: sales@contoso.example\r\n', true],
    ['From: "boss@contoso.example" <ana@contoso.example>\r\n', true],
    ['Subject: no author\r\n', true],
    ['Reply-To: boss@contoso.example\r\nFrom: ana@contoso.example\r\n', true],
    ['From: boss@contoso.example\r\n', false],
    ['from:evil@outside.example\r\n', false],
    ['From:\r\n boss@contoso.example\r\n', false],
    ['From: Boss\r\n\t<boss@contoso.example>\r\n', false],
    ['From: ana@contoso.example, boss@contoso.example\r\n', false],
    ['From: ana@contoso.example\r\nFrom: boss@contoso.example\r\n', false],
    ['From: boss@contoso.example\r\nSender: ana@contoso.example\r\n', false],
    ['From: ana@contoso.example\r\nSender: boss@contoso.example\r\n', false],
    ['From: =?utf-8?b?Ym9zc0Bjb250b3NvLmV4YW1wbGU=?=\r\n', false],
    ['From: <boss@contoso.example\r\n', false],
    ['From: ana@contoso.example.evil.example\r\n', false],
  ])('with %j: %s', (header, expected) => {
    expect(allowed(header)).toBe(expected)
  })
})

describe('From of somebody else is taken', () => {
  const header = 'From: boss@contoso.example\r\n'
  test.each<[string, Principal, readonly Permission[]]>([
    ['from a stranger', { kind: 'Anonymous' }, ['SMTPSubmit']],
    ['from a server', { kind: 'ExchangeServer', name: 'MBX1' }, ofUser],
    ['from a secured peer', { kind: 'ExternallySecured' }, ofUser],
    ['from a partner server', ana, ['SMTPSubmit']],
    ['from a user with Accept-Any-Sender', ana, [...ofUser, 'SMTPAcceptAnySender']],
  ])('%s', (_, principal, permissions) => {
    expect(allowed(header, principal, permissions)).toBe(true)
  })
})
