import { expect, test } from 'vitest'
import { acceptedDomainSchema } from '../../../src/pipeline/accepted-domain.ts'
import { AcceptedDomainTable } from '../../../src/pipeline/accepted-domains.ts'

const table = (...entries: object[]) =>
  new AcceptedDomainTable(entries.map((entry) => acceptedDomainSchema.parse(entry)))

const domains = table(
  { DomainName: 'Contoso.example' },
  { DomainName: '*.fabrikam.example', DomainType: 'InternalRelay' },
  { DomainName: 'ext.fabrikam.example', DomainType: 'ExternalRelay' },
  { DomainName: 'tree.example', MatchSubDomains: true, Default: true },
  { DomainName: 'bücher.example' },
)

test.each([
  ['contoso.example', 'Contoso.example', true],
  ['CONTOSO.EXAMPLE', 'Contoso.example', true],
  ['sub.contoso.example', undefined, false],
  ['notcontoso.example', undefined, false],
  ['fabrikam.example', '*.fabrikam.example', true],
  ['a.b.fabrikam.example', '*.fabrikam.example', true],
  ['xfabrikam.example', undefined, false],
  ['ext.fabrikam.example', 'ext.fabrikam.example', false],
  ['tree.example', 'tree.example', true],
  ['leaf.tree.example', 'tree.example', true],
  ['xn--bcher-kva.example', 'bücher.example', true],
  ['BÜCHER.example', 'bücher.example', true],
  ['example', undefined, false],
  ['', undefined, false],
])('%s belongs to %s', (domain, name, organisation) => {
  expect(domains.find(domain)?.DomainName).toBe(name)
  expect(domains.isOrganisation(domain)).toBe(organisation)
})

test('any listed domain is accepted; only some are ours to judge', () => {
  const names = ['contoso.example', 'a.fabrikam.example', 'ext.fabrikam.example', 'other.test']
  expect(names.map((name) => domains.isAccepted(name))).toEqual([true, true, true, false])
  expect(names.map((name) => domains.isAuthoritative(name))).toEqual([true, false, false, false])
})

test('a literal domain wins over the wildcard of the same name', () => {
  const both = table(
    { DomainName: '*.a.example', DomainType: 'ExternalRelay' },
    { DomainName: 'a.example' },
  )
  expect(both.find('a.example')?.DomainName).toBe('a.example')
  expect(both.find('b.a.example')?.DomainName).toBe('*.a.example')
})

test('the longest wildcard wins', () => {
  const nested = table({ DomainName: '*.example' }, { DomainName: '*.b.example' })
  expect(nested.find('a.b.example')?.DomainName).toBe('*.b.example')
})

test('the default is the one marked, else the first, without its wildcard', () => {
  expect(domains.defaultDomain).toBe('tree.example')
  expect(table({ DomainName: '*.x.example' }, { DomainName: 'y.example' }).defaultDomain).toBe(
    'x.example',
  )
  expect(table().defaultDomain).toBeUndefined()
})
