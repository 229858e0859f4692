import { describe, expect, test } from 'vitest'
import {
  distinguishedName,
  isCertificateName,
  sameCertificateName,
} from '../../../src/tls/certificate-name.ts'

describe('prints a name as Exchange does', () => {
  test.each([
    ['CN=edge01', 'CN=edge01'],
    ['C=US\nO=Example Inc\nCN=mail.example.com', 'CN=mail.example.com, O=Example Inc, C=US'],
    ['C=US\nST=Texas\nO=Example\\, Inc.\nCN=Root', 'CN=Root, O="Example, Inc.", S=Texas, C=US'],
    ['O=The \\"Best\\" CA', 'O="The ""Best"" CA"'],
    ['emailAddress=ca@example.com', 'E=ca@example.com'],
  ])('%j', (node, exchange) => expect(distinguishedName(node)).toBe(exchange))
})

test('compares TlsCertificateName without case and spacing', () => {
  expect(
    sameCertificateName(
      '<I>CN=CA, O=Example<S>CN=mail.example.com',
      '<i>cn=ca,o=example<s>CN=MAIL.example.com',
    ),
  ).toBe(true)
  expect(sameCertificateName('<I>CN=CA<S>CN=a.test', '<I>CN=CA<S>CN=b.test')).toBe(false)
})

test('knows the form of a TlsCertificateName', () => {
  expect(isCertificateName('<I>CN=CA<S>CN=mail.example.com')).toBe(true)
  expect(isCertificateName('mail.example.com')).toBe(false)
})
