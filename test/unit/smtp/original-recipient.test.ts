import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  sevenBitOriginalRecipient,
  shownOriginalRecipient,
  typedAddress,
} from '../../../src/smtp/original-recipient.ts'
import { encodeXtext } from '../../../src/smtp/xtext.ts'

test.each([
  ['rfc822;alias+2Bx@example.com', 'rfc822;alias+x@example.com', undefined],
  ['RFC822;a@example.com', 'RFC822;a@example.com', undefined],
  ['rfc822;gr+C3+A5@example.com', 'utf-8;gr\\x{E5}@example.com', 'utf-8;grå@example.com'],
  ['utf-8;gr\\x{E5}@example.com', 'utf-8;gr\\x{E5}@example.com', 'utf-8;grå@example.com'],
  ['utf-8;grå@example.com', 'utf-8;gr\\x{E5}@example.com', 'utf-8;grå@example.com'],
  ['UTF-8;plain@example.com', 'UTF-8;plain@example.com', 'utf-8;plain@example.com'],
  // Octets of another character set, and what would reorder or end a line, stay as they came.
  ['rfc822;gr+E5@example.com', 'rfc822;gr+E5@example.com', undefined],
  ['rfc822;a+C2+85b', 'rfc822;a+C2+85b', undefined],
  ['utf-8;a\\x{0A}b', 'utf-8;a\\x{0A}b', undefined],
  ['utf-8;a\\x{D800}b', 'utf-8;a\\x{D800}b', undefined],
  ['utf-8;a\\x{FFFFFF}b', 'utf-8;a\\x{FFFFFF}b', undefined],
  ['x400;/S=a+2Bb/', 'x400;/S=a+b/', undefined],
  ['x400;/S=+C3+A5/', 'x400;/S=+C3+A5/', undefined],
])('ORCPT %s is shown as %s, in UTF-8 as %s', (given, sevenBit, inUtf8 = sevenBit) => {
  expect(shownOriginalRecipient(given, '7bit')).toBe(sevenBit)
  expect(shownOriginalRecipient(given, 'utf-8')).toBe(inUtf8)
})

test.each([
  ['user@example.com', 'rfc822;user@example.com'],
  ['a+b=c@example.com', 'rfc822;a+b=c@example.com'],
  ['zoë+x@example.com', 'utf-8;zo\\x{EB}\\x{2B}x@example.com'],
])('the address %s has the type and form %s', (address, sevenBit) => {
  expect(typedAddress(address, '7bit')).toBe(sevenBit)
})

test('whatever came is shown in 7 bit, and passed on so', () => {
  const given = fc.string({ unit: 'grapheme' }).map((text) => `rfc822;${encodeXtext(text)}`)
  const unencoded = fc.string({ unit: 'grapheme' }).map((text) => `utf-8;${text}`)
  fc.assert(
    fc.property(fc.oneof(given, unencoded), (text) => {
      expect(shownOriginalRecipient(text, '7bit')).toMatch(/^[\x00-\x7f]*$/)
      expect(sevenBitOriginalRecipient(text)).toMatch(/^[\x00-\x7f]*$/)
    }),
  )
})
