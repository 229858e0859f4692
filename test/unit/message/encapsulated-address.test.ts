import { describe, expect, test } from 'vitest'
import { decapsulated } from '../../../src/message/encapsulated-address.ts'

test.each([
  ['IMCEAFAX-+2B49+2030+201234@contoso.test', 'FAX', '+49 30 1234'],
  ['imceafax-12345@contoso.test', 'FAX', '12345'],
  ['IMCEANOTES-Ann+40Acme@contoso.test', 'NOTES', 'Ann@Acme'],
  ['IMCEAX400-c=US+3Ba=+20+3Bp=Org+3B@contoso.test', 'X400', 'c=US;a= ;p=Org;'],
  ['IMCEAFAX-a_b@contoso.test', 'FAX', 'a/b'],
])('%s stands for %s:%s', (address, type, foreign) => {
  expect(decapsulated(address)).toEqual({ type, address: foreign })
})

describe('stands for no foreign address', () => {
  test.each([
    ['another address', 'ann@contoso.test'],
    ['one of SMTP, by which relays were abused', 'IMCEASMTP-ann+40elsewhere.test@contoso.test'],
    ['one of a mailbox store', 'IMCEAEX-_O=ORG_CN=ANN@contoso.test'],
    ['nothing encoded', 'IMCEAFAX-@contoso.test'],
    ['a code that is none', 'IMCEAFAX-1+2@contoso.test'],
    ['a control character', 'IMCEAFAX-1+0D+0A2@contoso.test'],
    ['no domain', 'IMCEAFAX-12345'],
  ])('%s', (_, address) => {
    expect(decapsulated(address)).toBeUndefined()
  })
})
