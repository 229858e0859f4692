import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeXtext, encodeXtext } from '../../../src/smtp/xtext.ts'

test.each([
  ['plain', 'plain'],
  ['a+b=c d', 'a+2Bb+3Dc+20d'],
  ['grå', 'gr+C3+A5'],
])('%j is encoded as %j', (text, xtext) => {
  expect(encodeXtext(text)).toBe(xtext)
  expect(decodeXtext(xtext)).toBe(text)
})

test.each(['+', '+4', '+4G', 'a b', 'å', '+0D', '+00', '+7F', '+C2+85', '+FF'])(
  '%j is refused',
  (xtext) => {
    expect(decodeXtext(xtext)).toBeUndefined()
  },
)

test('small hex digits are taken', () => {
  expect(decodeXtext('a+2bb')).toBe('a+b')
})

test('what was encoded comes back', () => {
  const printable = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(printable, (text) => {
      expect(decodeXtext(encodeXtext(text))).toBe(text)
    }),
  )
})
