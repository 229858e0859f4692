import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addressesIn } from '../../../src/message/address-list.ts'

const ana = 'ana@contoso.example'
const boss = 'boss@contoso.example'

test.each([
  [ana, [ana]],
  [` <${ana}> `, [ana]],
  [`Ana <${ana}>`, [ana]],
  [`"Ana, Sales" <${ana}>`, [ana]],
  [`"${boss}" <${ana}>`, [ana]],
  [`"say \\"<${boss}>\\"" <${ana}>`, [ana]],
  [`=?utf-8?B?w4RuYQ==?= <${ana}>`, [ana]],
  [`=?utf-8?q?boss=40contoso.example?= <${ana}>`, [ana]],
  [`${ana} (Ana (of Sales) \\) ${boss})`, [ana]],
  [`(${boss}) Ana (<${boss}>) <${ana}> (again)`, [ana]],
  [`${ana}, Boss <${boss}>`, [ana, boss]],
  [`${ana},,${boss}`, [ana, boss]],
  [`Doe, Ana <${ana}>`, [ana]],
  [`<@relay.example,@b.example:${ana}>`, [ana]],
  ['ana @ contoso . example', [ana]],
  ['<ana@(at home)contoso.example>', undefined],
  [`Sales: ${ana}, <${boss}>;`, [ana, boss]],
  ['"ana b"@contoso.example', ['"ana b"@contoso.example']],
  ['änä@contoso.example', ['änä@contoso.example']],
  // What stands in the place of a name is shown, too.
  [`${boss} <${ana}>`, [ana, boss]],
  [`Boss ${boss} by <${ana}>`, [ana, boss]],
  [`${boss}: ${ana};`, [boss, ana]],
  ['', []],
  [`<${ana}> ${boss}`, [ana, boss]],
  // Nobody is named by an address, or the reader may find another one.
  ['root', undefined],
  ['undisclosed:;', undefined],
  ['<>', undefined],
  [`<${ana}> <${boss}>`, undefined],
  [`<${ana}`, undefined],
  [`${ana}>`, undefined],
  [`"Ana <${ana}>`, undefined],
  [`Ana \\<${ana}>`, undefined],
  [`<${ana}, ${boss}>`, undefined],
  [`<<${ana}>>`, undefined],
  ['<=?utf-8?q?ana=40contoso.example?=>', undefined],
  ['=?utf-8?b?Ym9zc0Bjb250b3NvLmV4YW1wbGU=?=', undefined],
])('%s names %j', (value, addresses) => {
  expect(addressesIn(value)).toEqual(addresses)
})

test('a value of any length is read in time that grows no faster than it', () => {
  for (const text of ['(', '"', '<', '\\', 'a,', '<a@b.example>,', '@', ' . ', 'a@b '])
    addressesIn(text.repeat(100_000))
})

test('an address alone is found again, whatever it is', () => {
  fc.assert(
    fc.property(fc.emailAddress(), fc.string(), (address, name) => {
      const quoted = `"${name.replace(/["\\\r\n]/g, '\\$&')}"`
      expect(addressesIn(`${quoted} <${address}>`)).toEqual([address])
    }),
    { numRuns: 200 },
  )
})
