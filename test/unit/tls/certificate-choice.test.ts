import { describe, expect, test } from 'vitest'
import { chooseByFqdn, chooseByName, fitsDomain } from '../../../src/tls/certificate-choice.ts'
import type { KeyPair } from '../../../src/tls/certificates.ts'

const now = Date.parse('2026-06-01')

function pair(thumbprint: string, domains: readonly string[], ends: string): KeyPair {
  return {
    certificate: '',
    key: '',
    name: `<I>CN=CA<S>CN=${domains[0]}`,
    subject: `CN=${domains[0]}`,
    issuer: 'CN=CA',
    serialNumber: '01',
    domains,
    thumbprint,
    notBefore: new Date('2020-01-01'),
    notAfter: new Date(ends),
  }
}

const soon = pair('soon', ['mail.example.com', 'example.com'], '2026-07-01')
const late = pair('late', ['mail.example.com'], '2027-07-01')
const wildcard = pair('wildcard', ['*.example.com'], '2028-07-01')
const expired = pair('expired', ['mail.example.com', 'old.example.com'], '2026-01-01')
const all = [expired, soon, wildcard, late]

describe('chooses by Fqdn', () => {
  test.each([
    ['of two that name it the one that lasts longer', all, 'Mail.Example.com', 'late'],
    ['an exact name before a wildcard', [wildcard, soon], 'mail.example.com', 'soon'],
    ['a wildcard before an expired exact name', [expired, wildcard], 'old.example.com', 'wildcard'],
    ['an expired one before none', [expired], 'old.example.com', 'expired'],
    ['none for another name', all, 'mail.example.net', undefined],
    ['none below a wildcard of one label', all, 'a.b.example.com', undefined],
  ])('%s', (_, pairs, fqdn, thumbprint) =>
    expect(chooseByFqdn(pairs, fqdn, now)?.thumbprint).toBe(thumbprint),
  )
})

test('chooses by TlsCertificateName the valid one that lasts longest', () => {
  const name = '<I>CN=CA<S>CN=mail.example.com'
  expect(chooseByName([expired, soon, late], name, now)?.thumbprint).toBe('late')
  expect(chooseByName(all, '<I>CN=CA<S>CN=x', now)).toBeUndefined()
})

test('a wildcard stands for one label', () => {
  expect(fitsDomain('*.example.com', 'a.example.com')).toBe(true)
  expect(fitsDomain('*.example.com', 'example.com')).toBe(false)
  expect(fitsDomain('*.example.com', '.example.com')).toBe(false)
})
