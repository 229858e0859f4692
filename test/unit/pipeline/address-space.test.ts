import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  addressSpace,
  formatAddressSpace,
  parseAddressSpace,
} from '../../../src/pipeline/address-space.ts'

test.each([
  ['SMTP:contoso.com;1', 'SMTP:contoso.com;1'],
  ['contoso.com;1', 'SMTP:contoso.com;1'],
  ['smtp:Contoso.COM', 'SMTP:contoso.com;1'],
  [' contoso.com ', 'SMTP:contoso.com;1'],
  ['*;100', 'SMTP:*;100'],
  ['*.contoso.com;20', 'SMTP:*.contoso.com;20'],
  ['*.com', 'SMTP:*.com;1'],
  ['--', 'SMTP:--;1'],
  ['fax:*', 'FAX:*;1'],
  ['FAX:+49*;20', 'FAX:+49*;20'],
  ['X400:c=US;a=x;p=Contoso;5', 'X400:c=US;a=x;p=Contoso;5'],
])('reads %s as %s', (text, shown) => {
  const space = parseAddressSpace(text)
  expect(space && formatAddressSpace(space)).toBe(shown)
})

const wrong = [
  '*contoso.com',
  'a.*.com',
  'contoso.com;0',
  'contoso.com;101',
  'X400:c=US;a=x;p=y',
  'FAX:;1',
  'FAX:*;0',
  'averyverylongtype0:*',
  '',
  'a b',
]

test.each(wrong)('refuses %j', (text) => {
  expect(parseAddressSpace(text)).toBeUndefined()
})

describe('as a settings field', () => {
  test('gives the space', () => {
    expect(addressSpace().parse('*')).toEqual({ type: 'SMTP', space: '*', cost: 1 })
  })

  test('says what would fit', () => {
    const result = addressSpace().safeParse('*contoso.com')
    expect(result.error && z.prettifyError(result.error)).toContain(
      'must be an address space such as contoso.com, *.contoso.com, * or --',
    )
  })
})
