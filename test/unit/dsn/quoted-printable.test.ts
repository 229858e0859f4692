import fc from 'fast-check'
import { expect, test } from 'vitest'
import { quotedPrintable } from '../../../src/dsn/quoted-printable.ts'

test.each([
  ['plain', 'plain'],
  ['a=b', 'a=3Db'],
  ['é', '=C3=A9'],
  ['end \nnext\t', 'end=20\r\nnext=09'],
  ['x'.repeat(80), `${'x'.repeat(75)}=\r\n${'x'.repeat(5)}`],
])('encodes %j', (text, encoded) => {
  expect(quotedPrintable(text)).toBe(encoded)
})

test('lines stay short and the text reads back', () => {
  const read = (encoded: string) =>
    Buffer.from(
      encoded
        .replaceAll('=\r\n', '')
        .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
      'latin1',
    ).toString()
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300, size: 'max' }), (text) => {
      const encoded = quotedPrintable(text)
      for (const line of encoded.split('\r\n')) {
        expect(line).toMatch(/^[\x20-\x7e]*$/)
        expect(line.length).toBeLessThanOrEqual(76)
      }
      expect(read(encoded)).toBe(text.replace(/\r\n|\r|\n/g, '\r\n'))
    }),
  )
})
