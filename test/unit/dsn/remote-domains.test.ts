import { describe, expect, test } from 'vitest'
import { completeRemoteDomains, remoteDomainSchema } from '../../../src/dsn/remote-domain.ts'
import { RemoteDomainTable } from '../../../src/dsn/remote-domains.ts'

const entriesOf = (...names: readonly string[]) =>
  names.map((DomainName) => remoteDomainSchema.parse({ DomainName }))

describe('the settings for a domain', () => {
  const found = (domain: string, ...names: readonly string[]) =>
    new RemoteDomainTable(entriesOf(...names)).find(domain).DomainName

  test.each([
    ['fabrikam.example', 'fabrikam.example'],
    ['FABRIKAM.example', 'fabrikam.example'],
    ['c.fabrikam.example', '*.fabrikam.example'],
    ['b.a.fabrikam.example', '*.a.fabrikam.example'],
    ['a.fabrikam.example.org', '*'],
    ['notfabrikam.example', '*'],
    ['xn--bcher-kva.example', 'bücher.example'],
  ])('of %s are those of %s', (domain, expected) => {
    const names = ['*.fabrikam.example', 'fabrikam.example', '*', '*.a.fabrikam.example']
    expect(found(domain, ...names, 'bücher.example')).toBe(expected)
  })

  test('keep nothing back where nothing is set', () => {
    expect(new RemoteDomainTable([]).find('fabrikam.example')).toMatchObject({
      DomainName: '*',
      NDREnabled: true,
      DeliveryReportEnabled: true,
      NDRDiagnosticInfoEnabled: true,
    })
  })
})

test('there is always an entry for all domains, and each has a name', () => {
  const names = (...given: readonly string[]) =>
    completeRemoteDomains(entriesOf(...given)).map(({ Name, DomainName }) => [Name, DomainName])
  expect(names('a.example')).toEqual([
    ['a.example', 'a.example'],
    ['Default', '*'],
  ])
  expect(names('*')).toEqual([['Default', '*']])
})
