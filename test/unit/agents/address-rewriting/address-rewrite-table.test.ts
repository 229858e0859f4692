import { describe, expect, test } from 'vitest'
import { AddressRewriteTable } from '../../../../src/agents/address-rewriting/address-rewrite-table.ts'
import { addressRewriteEntrySchema } from '../../../../src/agents/address-rewriting/address-rewrite-entry.ts'

const foreign = ['partner.example', 'elsewhere.example']
const tableOf = (...entries: readonly Readonly<Record<string, unknown>>[]) =>
  new AddressRewriteTable(
    entries.map((entry) => addressRewriteEntrySchema.parse({ Name: 'entry', ...entry })),
    { isAuthoritative: (domain) => !foreign.includes(domain) },
  )

const one = { InternalAddress: 'david@contoso.example', ExternalAddress: 'support@contoso.example' }
const domain = { InternalAddress: 'sales.contoso.example', ExternalAddress: 'contoso.example' }
const all = {
  InternalAddress: '*.contoso.example',
  ExternalAddress: 'fabrikam.example',
  OutboundOnly: true,
  ExceptionList: 'legal.contoso.example',
}

describe('on the way out', () => {
  const { outbound } = tableOf(one, domain, all)

  test.each([
    ['an address', 'david@contoso.example', 'support@contoso.example'],
    ['an address however it is spelled', 'David@CONTOSO.example', 'support@contoso.example'],
    ['an address of a domain', 'ann@sales.contoso.example', 'ann@contoso.example'],
    ['the domain of a wildcard itself', 'ann@contoso.example', 'ann@fabrikam.example'],
    ['a domain below it', 'Ann.B@it.contoso.example', 'Ann.B@fabrikam.example'],
    ['a domain far below it', 'ann@a.sales.contoso.example', 'ann@fabrikam.example'],
    ['an exception', 'ann@legal.contoso.example', undefined],
    ['what is below an exception', 'ann@a.legal.contoso.example', 'ann@fabrikam.example'],
    ['another domain', 'ann@notcontoso.example', undefined],
    ['no address', 'postmaster', undefined],
  ])('%s', (_, address, expected) => {
    expect(outbound(address)).toBe(expected)
  })

  test('the longest wildcard counts, whatever the order', () => {
    const wide = { ...all, ExceptionList: '' }
    const narrow = {
      ...wide,
      InternalAddress: '*.it.contoso.example',
      ExternalAddress: 'it.example',
    }
    for (const entries of [
      [wide, narrow],
      [narrow, wide],
    ]) {
      expect(tableOf(...entries).outbound('ann@x.it.contoso.example')).toBe('ann@it.example')
    }
  })

  test('only authoritative domains are rewritten', () => {
    const partner = { InternalAddress: 'partner.example', ExternalAddress: 'contoso.example' }
    expect(tableOf(partner).outbound('ann@partner.example')).toBeUndefined()
  })

  test('an address is rewritten once', () => {
    const chain = [
      { InternalAddress: 'a.example', ExternalAddress: 'b.example' },
      { InternalAddress: 'b.example', ExternalAddress: 'c.example' },
    ]
    expect(tableOf(...chain).outbound('x@a.example')).toBe('x@b.example')
  })

  test('an international domain is found in either form, and written in the one that all servers take', () => {
    const { outbound: rewrite } = tableOf({
      InternalAddress: 'bücher.example',
      ExternalAddress: 'bücherei.example',
    })
    const target = 'ann@xn--bcherei-n2a.example'
    expect(rewrite('ann@xn--bcher-kva.example')).toBe(target)
    expect(rewrite('ann@BÜCHER.example')).toBe(target)
  })
})

describe('on the way in', () => {
  const { inbound } = tableOf(one, domain, all)

  test.each([
    ['an address', 'Support@contoso.example', 'david@contoso.example'],
    ['an address of a domain', 'ann@contoso.example', 'ann@sales.contoso.example'],
    ['what a wildcard made', 'ann@fabrikam.example', undefined],
    ['another domain', 'ann@elsewhere.example', undefined],
  ])('%s', (_, address, expected) => {
    expect(inbound(address)).toBe(expected)
  })

  test('nothing is done by an entry that is for the way out only', () => {
    expect(tableOf({ ...one, OutboundOnly: true }).inbound('support@contoso.example')).toBe(
      undefined,
    )
  })

  test('only authoritative domains are rewritten', () => {
    const entry = { InternalAddress: 'contoso.example', ExternalAddress: 'elsewhere.example' }
    expect(tableOf(entry).inbound('ann@elsewhere.example')).toBeUndefined()
  })
})
